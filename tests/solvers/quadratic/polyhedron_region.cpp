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
    const PolyhedronRegion<double> view(set);
    REQUIRE(view.has_point());
    CHECK_FALSE(view.is_empty());
    CHECK(view.is_polytope());
    Vector<double> y(n), scratch(n), h(n);
    view.center(y, scratch);
    CHECK(set.violation(y) <= 1e-8);
    view.extents(h);
    CHECK(h == Vector<double>::Ones(n));
    y = inside;
    view.project(y, scratch);
    CHECK(y == inside);  // what is inside stays
    const Vector<double> far = random_vector<double>(random, n, 3);
    y = far;
    view.project(y, scratch);
    CHECK(set.violation(y) <= 1e-8);
    // The nearest point: no other, here towards one inside, is nearer.
    CHECK((far - y).dot(inside - y) <= 1e-5 * (1 + (far - y).norm()));
  }
}

TEST_CASE("an empty polyhedron is proven so, or said to have no point", "[solvers]") {
  const Vector<double> one = Vector<double>::Ones(1);
  const Polyhedron apart(Box::unit(2), Matrix<double>{{1, 1}, {-1, -1}}, Vector<double>{{0.5, -1}});
  CHECK(PolyhedronRegion<double>(apart).is_empty());
  CHECK_FALSE(PolyhedronRegion<double>(apart).has_point());
  const Polyhedron unequal(Box::unit(2), Matrix<double>(0, 2), Vector<double>(0), Matrix<double>{{1, 0}, {1, 0}},
                           Vector<double>{{0.2, 0.3}});
  CHECK(PolyhedronRegion<double>(unequal).is_empty());
  const Polyhedron outside(Box::unit(1), Matrix<double>(0, 1), Vector<double>(0), Matrix<double>(one.transpose()), 3 * one);
  CHECK(PolyhedronRegion<double>(outside).is_empty());
}

TEST_CASE("multipliers of a master make a bound, in the units of the rows", "[solvers]") {
  // min -y1 - y2 with y1 + y2 <= 1/2, the row given as 10 y1 + 10 y2 <= 5
  const Polyhedron set(Box::unit(2), Matrix<double>{{10, 10}}, Vector<double>{{5}});
  const PolyhedronRegion<double> view(set);
  const Vector<double> g = -Vector<double>::Ones(2);
  CHECK(view.linear_minimum(g) == -2);  // the box's
  view.use_multipliers(Vector<double>{{std::sqrt(2.0)}}, Vector<double>(0));
  CHECK(std::abs(view.linear_minimum(g) + 0.5) <= 1e-12);
  CHECK(std::abs((*view.multipliers())(0) - 0.1) <= 1e-12);
  CHECK(view.violation_cost(Vector<double>{{0.3, 0.3}}) > 0.09);
  CHECK(view.rounding_size(Vector<double>::Zero(2), Vector<double>::Ones(2), 0) > 0);
  view.use_multipliers(Vector<double>{{-1.0}}, Vector<double>(0));
  CHECK(view.linear_minimum(g) == -2);
}
