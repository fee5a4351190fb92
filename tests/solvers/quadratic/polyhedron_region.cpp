// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/quadratic/polyhedron_region.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a polyhedron has a point to begin at, and projections", "[solvers]") {
  Random random(1);
  for (int k = 0; k < 60; ++k) {
    const Index n = 1 + random.index(6), m = random.index(5), equalities = random.index(std::min<Index>(n, 2));
    const Vector<double> inside = random_vector<double>(random, n).cwiseAbs().cwiseMin(1);
    const Matrix<double> a = random_matrix<double>(random, m, n), e = random_matrix<double>(random, equalities, n);
    const Polyhedron set(Box::unit(n), a, a * inside + Vector<double>::Constant(m, 0.1), e, e * inside);
    PolyhedronRegion region(set);
    REQUIRE(region.has_point());
    CHECK_FALSE(region.is_empty());
    CHECK(region.is_polytope());
    Vector<double> y(n), scratch(n), h(n);
    region.center(y, scratch);
    CHECK(set.violation(y) <= 1e-8);
    region.extents(h);
    CHECK(h == Vector<double>::Ones(n));
    y = inside;
    region.project(y, scratch);
    CHECK(y == inside);  // what is inside stays
    const Vector<double> far = random_vector<double>(random, n, 3);
    y = far;
    region.project(y, scratch);
    CHECK(set.violation(y) <= 1e-8);
    CHECK(region.contains(y));
    CHECK((set.violation(far) < 1e-6 || !region.contains(far)));
    // The nearest point: no other, here towards one inside, is nearer.
    CHECK((far - y).dot(inside - y) <= 1e-5 * (1 + (far - y).norm()));
  }
}

TEST_CASE("an empty polyhedron is proven so, or said to have no point", "[solvers]") {
  const Vector<double> one = Vector<double>::Ones(1);
  const Polyhedron apart(Box::unit(2), Matrix<double>{{1, 1}, {-1, -1}}, Vector<double>{{0.5, -1}});
  CHECK(PolyhedronRegion(apart).is_empty());
  CHECK_FALSE(PolyhedronRegion(apart).has_point());
  const Polyhedron unequal(Box::unit(2), Matrix<double>(0, 2), Vector<double>(0), Matrix<double>{{1, 0}, {1, 0}},
                           Vector<double>{{0.2, 0.3}});
  CHECK(PolyhedronRegion(unequal).is_empty());
  const Polyhedron outside(Box::unit(1), Matrix<double>(0, 1), Vector<double>(0), Matrix<double>(one.transpose()), 3 * one);
  CHECK(PolyhedronRegion(outside).is_empty());
}

TEST_CASE("multipliers of a master make a bound, in the units of the rows", "[solvers]") {
  // min -y1 - y2 with y1 + y2 <= 1/2, the row given as 10 y1 + 10 y2 <= 5
  const Polyhedron set(Box::unit(2), Matrix<double>{{10, 10}}, Vector<double>{{5}});
  PolyhedronRegion region(set);
  const Vector<double> g = -Vector<double>::Ones(2);
  CHECK(region.linear_minimum(g) == -2);  // the box's
  region.use_multipliers(Vector<double>{{std::sqrt(2.0)}}, Vector<double>(0));
  CHECK(std::abs(region.linear_minimum(g) + 0.5) <= 1e-12);
  CHECK(std::abs((*region.multipliers())(0) - 0.1) <= 1e-12);
  CHECK(region.violation_cost(Vector<double>{{0.3, 0.3}}) > 0.09);
  CHECK(region.rounding_size(Vector<double>{{0, 0}}, Vector<double>{{1, 1}}) > 0);
  region.use_multipliers(Vector<double>{{-1.0}}, Vector<double>(0));
  CHECK(region.linear_minimum(g) == -2);
  // Those of a certificate are taken as they are.
  REQUIRE(region.multiplier_count() == 1);
  CHECK(region.assign_multipliers(Vector<double>{{0.1}}));
  CHECK(std::abs(region.linear_minimum(g) + 0.5) <= 1e-12);
  CHECK_FALSE(region.assign_multipliers(Vector<double>{{-0.1}}));
}
