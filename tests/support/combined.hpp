// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <functional>
#include <utility>

#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#include "tests/support/derivatives.hpp"

/// A FICNN and a PICNN on which the combinators are tried, with their references.
namespace icnn::test {

struct Combined {
  FicnnOptions fully{.inputs = 3, .hidden = {4, 3}, .output = {.diagonal = true, .linear = true}};
  PicnnOptions partially{.context = 2,
                         .inputs = 3,
                         .hidden = {4, 3},
                         .context_hidden = {3, 2},
                         .gate = Gate::softplus,
                         .output = {.bilinear = true}};
  FicnnChoice fully_chosen{{Softplus{}}, Softplus{}, Identity{}};
  PicnnChoice partially_chosen{fully_chosen, Tanh{}};
  AnyFicnn<double> f{fully, fully_chosen};
  AnyPicnn<double> g{partially, partially_chosen};
  Random random;
  Matrix<double> x, y;  ///< three samples

  explicit Combined(std::uint64_t seed) : random(seed) {
    randomize(f, random);
    randomize(g, random);
    x = random_matrix<double>(random, 2, 3);
    y = random_matrix<double>(random, 3, 3);
  }

  /// value := outer(value of the network, y), gradient := that of the sum, where both are functions of Real vectors.
  using V = Reference::V;
  using ValueTerm = std::function<Real(const V&)>;
  using GradientTerm = std::function<V(const V&)>;
  static Reference plus(const Reference& r, const ValueTerm& value, const GradientTerm& gradient) {
    return {[=](const V& t, const V& c, const V& v) { return Real(r.value(t, c, v) + value(v)); },
            [=](const V& t, const V& c, const V& v) { return V(r.gradient(t, c, v) + gradient(v)); }};
  }

  /// The reference of f(E v + e).
  static Reference behind(const Reference& r, const Matrix<double>& e_matrix, const Vector<double>& offset) {
    const Matrix<Real> matrix = e_matrix.cast<Real>();
    const V e = offset.cast<Real>();
    return {[=](const V& t, const V& c, const V& v) { return r.value(t, c, V(matrix * v + e)); },
            [=](const V& t, const V& c, const V& v) { return V(matrix.transpose() * r.gradient(t, c, V(matrix * v + e))); }};
  }
};

}  // namespace icnn::test
