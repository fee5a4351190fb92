// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/ball.hpp>
#include <icnn/solvers/bounds_and_sums.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("boxes, simplices, the whole space and their products as bounds and sums", "[solvers]") {
  STATIC_REQUIRE(detail::has_bounds_and_sums<Product<Box, Product<Simplex, WholeSpace>>>);
  STATIC_REQUIRE(!detail::has_bounds_and_sums<Ball>);
  STATIC_REQUIRE(!detail::has_bounds_and_sums<Product<Box, Ball>>);
  BoundsAndSums set(6);
  set.assign(Product(Simplex(2, 3), Box::cube(1, -1, 5), Product(WholeSpace(1), Simplex(2, 7))));
  CHECK(set.lower == Vector<double>{{0, 0, -1, -infinity, 0, 0}});
  CHECK(set.upper == Vector<double>{{3, 3, 5, infinity, 7, 7}});
  CHECK(set.group == Vector<int>{{0, 0, -1, -1, 1, 1}});
  REQUIRE(set.groups == 2);
  CHECK(set.totals.head(2) == Vector<double>{{3, 7}});
  set.assign(Box::unit(6));
  CHECK(set.groups == 0);
  CHECK(set.group == Vector<int>::Constant(6, -1));
}
