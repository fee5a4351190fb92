// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/affine.hpp>
#include <icnn/sets/ball.hpp>
#include <icnn/sets/half_space.hpp>
#include <icnn/sets/product.hpp>
#include <icnn/sets/whole_space.hpp>
#include <icnn/solvers/region.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// Projections alone.
struct Quadrant {
  [[nodiscard]] static Index dimension() { return 3; }
  static void project(PointRef y) { y = y.cwiseMax(0.0); }
};

template <class Set>
void check_region(const Set& set, Random& random) {
  SetRegion region(set);
  Region& any = region;
  const Index n = set.dimension();
  REQUIRE(any.dimension() == n);
  CHECK(any.is_polytope() == detail::is_polytope<Set>);
  CHECK(any.multipliers() == nullptr);
  CHECK(any.multiplier_count() == 0);
  CHECK((any.has_point() && !any.is_empty()));
  Vector<double> mine(n), other(n), scratch(n);
  any.extents(mine);
  detail::extents(set, other);
  CHECK(mine == other);
  any.center(mine, scratch);
  detail::center(set, other, scratch);
  CHECK(mine == other);
  Polytope polytope(n);
  any.describe(polytope);
  for (int k = 0; k < 20; ++k) {
    const Vector<double> g = random_vector<double>(random, n), y = random_vector<double>(random, n, 3);
    mine = other = y;
    any.project(mine, scratch);
    detail::project(set, other, scratch);
    CHECK(mine == other);
    CHECK(any.contains(mine));
    const double moved = (y - mine).norm();
    CHECK((moved < 1e-9 || !any.contains(Vector<double>(mine + (y - mine) * (1e-6 / moved)))));
    CHECK(any.rounding_size(g, y) == 0);
    CHECK(any.violation_cost(y) == 0);
    // The set is contained in its polytope.
    CHECK((mine.array() >= polytope.lower.array() - 1e-12 && mine.array() <= polytope.upper.array() + 1e-12).all());
    if constexpr (LinearlyMinimizableSet<Set>) {
      CHECK(any.linear_minimum(g) == set.linear_minimum(g));
      CHECK(any.linear_minimum(g) <= g.dot(mine) + 1e-12 * (1 + std::abs(g.dot(mine))));
    } else {
      CHECK(any.linear_minimum(g) == -infinity);
    }
    const double curved = any.curved_minimum(g, y, 2);
    CHECK(curved <= g.dot(mine - y) + (mine - y).squaredNorm() + 1e-9);
  }
}

}  // namespace

TEST_CASE("a region does what its set does", "[solvers]") {
  Random random(1);
  check_region(Box::cube(4, -1, 2), random);
  check_region(Simplex(4, 2), random);
  check_region(Ball(Vector<double>::Ones(3), 2), random);
  check_region(WholeSpace(3), random);
  check_region(Product(Box::unit(2), Simplex(3)), random);
  check_region(HalfSpace(Vector<double>::Ones(3), 1), random);
  check_region(Quadrant{}, random);
}
