// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/quadratic/implied_bounds.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

Polyhedron implied(const Polyhedron& set) {
  Polyhedron result = set;
  detail::ImpliedBounds(set.dimension()).apply(set, result);
  return result;
}

}  // namespace

TEST_CASE("bounds that rows imply: where there are none, and where they leave no room", "[solvers]") {
  const Matrix<double> none(0, 2);
  const Vector<double> nothing(0);
  const Box above = Box::cube(2, 0, infinity);
  // y_0 + y_1 = 1 over y >= 0, and 2 y_0 <= 3.
  const Polyhedron sum =
      implied(Polyhedron(above, Matrix<double>{{2, 0}}, Vector<double>{{3}}, Matrix<double>{{1, 1}}, Vector<double>{{1}}));
  CHECK((sum.box().upper().array() - 1).abs().maxCoeff() <= 1e-13);
  CHECK((sum.box().upper().array() >= 1).all());  // outward
  CHECK(sum.box().lower() == Vector<double>::Zero(2));
  // One variable without an end, bounded by the other.
  const Polyhedron one = implied(Polyhedron(Box(Vector<double>{{0, -infinity}}, Vector<double>{{2, infinity}}),
                                            Matrix<double>{{-1, 1}}, Vector<double>{{1}}));
  CHECK(std::abs(one.box().upper()(1) - 3) <= 1e-12);
  CHECK(one.box().lower()(1) == -infinity);
  // An equation on the bound fixes both.
  const Polyhedron fixed = implied(Polyhedron(Box(Vector<double>{{1, 2}}, Vector<double>{{9, infinity}}), none, nothing,
                                              Matrix<double>{{1, 2}}, Vector<double>{{5}}));
  CHECK((fixed.box().upper() - Vector<double>{{1, 2}}).cwiseAbs().maxCoeff() <= 1e-12);
  // Bounds that are there and say enough stay as they are; so do sets of rows that contradict each other.
  const Polyhedron usual(Box::unit(2), Matrix<double>{{1, 1}}, Vector<double>{{0.5}});
  CHECK(implied(usual) == usual);
  const Polyhedron apart(Box::cube(2, -infinity, infinity), Matrix<double>{{-1, 0}, {1, 0}}, Vector<double>{{-1, 0}});
  CHECK(implied(apart) == apart);
}

TEST_CASE("no point of the set lies outside of its implied bounds", "[solvers]") {
  Random random(1);
  int tightened = 0;
  for (int k = 0; k < 500; ++k) {
    const Index n = 1 + random.index(5), m = random.index(6), equalities = random.index(3);
    const double size = std::pow(10.0, random.uniform(-6, 6));
    const Vector<double> inside = random_vector<double>(random, n, size);
    const Matrix<double> a = random_matrix<double>(random, m, n), e = random_matrix<double>(random, equalities, n);
    Vector<double> l = inside - random_vector<double>(random, n, size).cwiseAbs(), u = inside;
    for (Index j = 0; j < n; ++j) {
      if (random.uniform() < 0.3) l(j) = -infinity;
      if (random.uniform() < 0.3) u(j) = infinity;
    }
    // Rows and equalities hold at `inside` in exact arithmetic only where the product is exact: small integers.
    const Matrix<double> whole = (4 * a).array().round(), whole_e = (4 * e).array().round();
    const Vector<double> point = (inside / size * 16).array().round() / 16;
    const Polyhedron set(Box((l / size).cwiseMin(point), (u / size).cwiseMax(point)), whole, whole * point, whole_e,
                         whole_e * point);
    REQUIRE(set.violation(point) == 0);
    const Polyhedron tight = implied(set);
    CHECK(tight.violation(point) == 0);
    tightened += tight == set ? 0 : 1;
  }
  CHECK(tightened > 50);
}
