// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/quadratic/multipliers.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("any multipliers bound linear and curved functions on a polyhedron", "[solvers]") {
  Random random(1);
  const Index n = 4;
  const Vector<double> ones = Vector<double>::Ones(n);
  int sharper = 0;
  for (int k = 0; k < 200; ++k) {
    const Vector<double> inside = random_vector<double>(random, n).cwiseAbs().cwiseMin(1);
    const Matrix<double> a = random_matrix<double>(random, 3, n), e = random_matrix<double>(random, 1, n);
    const Polyhedron set(Box::unit(n), a, a * inside, e, e * inside);
    Multipliers multipliers(set);
    const Vector<double> g = random_vector<double>(random, n), far = random_vector<double>(random, n);
    const double without = multipliers.linear_minimum(g);
    CHECK(without == set.box().linear_minimum(g));
    multipliers.assign(random_vector<double>(random, 4));
    CHECK((multipliers.values().head(3).array() >= 0).all());
    sharper += multipliers.linear_minimum(g) > without ? 1 : 0;
    CHECK(multipliers.linear_minimum(g) <= g.dot(inside) + 1e-12);
    const double curved = g.dot(inside - far) + 0.5 * (inside - far).squaredNorm();
    CHECK(multipliers.curved_bound(g, far, 1) <= curved + 1e-12);
    CHECK(multipliers.rounding_size(far, ones) >= 0);
    CHECK(multipliers.violation_cost(inside) <= 1e-14);
    const Vector<double> outside = inside + a.row(0).transpose();
    CHECK(multipliers.violation_cost(outside) >= multipliers.values()(0) * a.row(0).squaredNorm());
  }
  CHECK(sharper > 10);
}

TEST_CASE("multipliers that are not finite, or of no constraint, count as zeros", "[solvers]") {
  const Polyhedron set(Box::unit(1), Matrix<double>::Ones(2, 1), Vector<double>{{0.5, infinity}});
  Multipliers multipliers(set);
  multipliers.assign(Vector<double>{{1, 2}});
  CHECK(multipliers.values() == Vector<double>{{1, 0}});
  multipliers.assign(Vector<double>{{1, infinity}});
  CHECK(multipliers.values() == Vector<double>::Zero(2));
}
