// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: the output layer of a convex network has width 1: f(y) is a number
// names: Dense<2
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#ifdef WELL_FORMED
constexpr int outputs = 1;
#else
constexpr int outputs = 2;
#endif

int main() {
  return static_cast<int>(
      icnn::FicnnOf<double, icnn::Inputs<2>, icnn::Dense<3, icnn::Relu>, icnn::Dense<outputs>>().depth());
}
