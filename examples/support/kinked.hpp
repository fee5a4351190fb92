// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/icnn.hpp>

#include <utility>

namespace icnn::example {

/// A ReLU network minus its mean slope on [-1, 1]^n, which moves the minimum from a corner to the kinks inside.
inline Regularized<Ficnn<double, Relu>> kinked(Index n, Index width, Random& random) {
  Ficnn<double, Relu> f({.inputs = n, .hidden = {width, width}});
  initialize(f, random);
  Matrix<double> points(n, 100);
  random.fill_uniform(points, -1, 1);
  const Vector<double> slope = f.gradient(points).rowwise().mean();
  return regularized(std::move(f), {.linear = slope});
}

}  // namespace icnn::example
