// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: the matrix or vector has another scalar type than the function
// names: scalar
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

int main() {
  icnn::Ficnn<double, icnn::Relu> f({.inputs = 2});
  auto ws = f.workspace();
  const icnn::Vector<double> y(2);
#ifdef WELL_FORMED
  icnn::Vector<double> g(2);
#else
  icnn::Vector<float> g(2);
#endif
  f.gradients(y, {.y = g}, ws);
}
