// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: points, contexts and directions are in the scalar of the function
// names: float
#include <icnn/evaluate.hpp>

int main() {
  const icnn::Ficnn<double, icnn::Relu> f({.inputs = 2});
#ifdef WELL_FORMED
  const icnn::Vector<double> y = icnn::Vector<double>::Zero(2);
#else
  const icnn::Vector<float> y = icnn::Vector<float>::Zero(2);
#endif
  (void)f(y);
}
