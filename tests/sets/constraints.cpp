// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/constraints.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("constraints of sets and of their products", "[sets]") {
  const Constraints simplex = constraints_of(Simplex(3, 2));
  CHECK(simplex.flat.box() == Box::cube(3, 0, infinity));  // no upper bounds beside the sum, which implies them
  CHECK(simplex.flat.E() == Matrix<double>::Ones(1, 3));
  CHECK(simplex.flat.e()(0) == 2);
  CHECK(simplex.balls.empty());

  const Ball ball(Vector<double>{{1, -1}}, 0.5);
  const Constraints one = constraints_of(ball);
  REQUIRE(one.balls.size() == 1);
  CHECK(one.balls[0].first == 0);
  CHECK(one.balls[0].ball == ball);

  const Constraints both =
      constraints_of(Product(Box::cube(2, -1, 1), ball, Simplex(3, 2), HalfSpace(Vector<double>{{2}}, 4)));
  CHECK(both.flat.dimension() == 8);
  REQUIRE(both.balls.size() == 1);
  CHECK(both.balls[0].first == 2);
  CHECK(both.flat.E().row(0).transpose() == Vector<double>{{0, 0, 0, 0, 1, 1, 1, 0}});
  CHECK(both.flat.A().row(0).transpose() == Vector<double>{{0, 0, 0, 0, 0, 0, 0, 1}});
  CHECK(both.flat.b()(0) == 2);
  CHECK(both.flat.box().upper() == Vector<double>{{1, 1, infinity, infinity, infinity, infinity, infinity, infinity}});

  const Polyhedron whole(Box::cube(2, -1, 1), Matrix<double>{{1, 1}}, Vector<double>{{0.5}});
  CHECK(constraints_of(whole).flat == whole);
  CHECK(constraints_of(WholeSpace(2)).flat.box() == Box::cube(2, -infinity, infinity));
}
