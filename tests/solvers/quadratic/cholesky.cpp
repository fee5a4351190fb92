// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/quadratic/cholesky.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a system solved in place, in a corner of a larger matrix", "[solvers]") {
  Random random(1);
  const auto root = random_matrix<double>(random, 5, 5);
  const Matrix<double> h = root * root.transpose() + Matrix<double>::Identity(5, 5);
  Matrix<double> whole = Matrix<double>::Constant(7, 7, 3);
  whole.topLeftCorner(5, 5) = h;
  const Vector<double> b = random_vector<double>(random, 5);
  Vector<double> x = b;
  auto corner = whole.topLeftCorner(5, 5);
  REQUIRE(detail::factor_in_place(corner));
  detail::solve_lower(corner, x);
  detail::solve_upper(corner, x);
  CHECK((h * x - b).norm() <= 1e-12);
  CHECK(whole.rightCols(2) == Matrix<double>::Constant(7, 2, 3));
  corner = -h;
  CHECK(!detail::factor_in_place(corner));
}
