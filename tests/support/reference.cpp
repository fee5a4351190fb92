// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#include "tests/support/derivatives.hpp"
#include "tests/support/unchecked.hpp"

namespace icnn::test {

Reference reference(const FicnnOptions& architecture, const FicnnChoice& activations) {
  const AnyFicnn<Real> network(architecture, activations);
  const auto at = [network](const Reference::V& theta) {
    AnyFicnn<Real> moved = network;
    Unchecked::vector(moved) = theta;
    return moved;
  };
  return {[at](const auto& theta, const auto&, const auto& y) { return at(theta)(y); },
          [at](const auto& theta, const auto&, const auto& y) { return at(theta).gradient(y); }};
}

Reference reference(const PicnnOptions& architecture, const PicnnChoice& activations) {
  const AnyPicnn<Real> network(architecture, activations);
  const auto at = [network](const Reference::V& theta) {
    AnyPicnn<Real> moved = network;
    Unchecked::vector(moved) = theta;
    return moved;
  };
  return {[at](const auto& theta, const auto& x, const auto& y) { return at(theta)(x, y); },
          [at](const auto& theta, const auto& x, const auto& y) { return at(theta).gradient(x, y); }};
}

}  // namespace icnn::test
