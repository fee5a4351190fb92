// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/icnn.hpp>
#include <iostream>

int main() {
  using namespace icnn;
  Random random(42);
  Matrix<double> y(2, 1000);  // points, one per column, and the values of a convex function there
  random.fill_uniform(y, -1, 1);
  const Matrix<double> t = y.colwise().norm() + y.row(0);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {32, 32}});  // convex in y, whatever is learned
  initialize(f, random);
  std::cout << fit(f, y, t) << "\n";
  const Result best = argmin(f, Box::cube(2, -1, 1));  // the global minimum, with its proof
  std::cout << best << "\nat " << best.y.transpose() << "\n";
}
