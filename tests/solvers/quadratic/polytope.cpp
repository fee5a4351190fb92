// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/ball.hpp>
#include <icnn/solvers/quadratic/polytope.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("boxes, simplices, the whole space and their products as bounds and sums", "[solvers]") {
  STATIC_REQUIRE(detail::is_polytope<Product<Box, Product<Simplex, WholeSpace>>>);
  STATIC_REQUIRE(!detail::is_polytope<Ball>);
  STATIC_REQUIRE(!detail::is_polytope<Product<Box, Ball>>);
  Polytope set(6);
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

TEST_CASE("polyhedra as polytopes: rows of length 1, infinite limits harmless; other sets inside tangent planes",
          "[solvers]") {
  Matrix<double> a(3, 2), e(1, 2);
  a << 3, 4, 0, 0, 1, 0;
  e << 0, 2;
  const Polyhedron polyhedron(Box::cube(2, -1, 1), a, Vector<double>{{5, -1, infinity}}, e, Vector<double>{{1}});
  Polytope set(2);
  set.assign(polyhedron);
  REQUIRE(set.row_count() == 3);
  CHECK((set.rows()(0).map() - Vector<double>{{0.6, 0.8}}).norm() < 1e-15);
  CHECK(set.limits()(0) == 1);
  CHECK(set.limits()(1) == -1);  // 0 <= -1: nothing satisfies it
  CHECK(set.rows()(2).map().norm() == 0);
  CHECK(set.limits()(2) == 1);
  REQUIRE(set.equality_count() == 1);
  CHECK(set.equalities()(0).map() == Vector<double>{{0, 1}});
  CHECK(set.right_hand_side()(0) == 0.5);
  CHECK(!set.is_simple());

  set.assign(Polyhedron(Box::cube(2, -1, 1), a, Vector<double>{{10, 1, 0.5}}));  // the box satisfies the first two
  REQUIRE(set.row_count() == 3);
  CHECK((set.rows()(0).map().norm() == 0 && set.limits()(0) == 1 && set.limits()(1) == 1));
  CHECK((set.rows()(2).map() == Vector<double>{{1, 0}} && set.limits()(2) == 0.5));

  set.assign(Ball(Vector<double>{{1, 0}}, 2));
  CHECK(set.row_count() == 0);
  CHECK(set.upper == Vector<double>{{3, 2}});
  CHECK(set.lower == -set.upper);
  CHECK(!set.separate(Vector<double>{{1, 1}}, Vector<double>{{1, 1}}));
  CHECK(set.separate(Vector<double>{{1, 5}}, Vector<double>{{1, 2}}));
  REQUIRE(set.row_count() == 1);
  CHECK(set.rows()(0).map() == Vector<double>{{0, 1}});
  CHECK(set.limits()(0) == 2);
  for (int k = 0; k < 100; ++k) set.separate(Vector<double>{{9.0 + k, 0}}, Vector<double>{{3, 0}});
  CHECK(set.row_count() == Polytope::max_tangents(2));
  set.assign(Box::unit(2));
  CHECK(set.is_simple());
}
