// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/core/random.hpp>
#include <icnn/sets/concepts.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

namespace icnn::test {

/// What every set claims, at random points: the projection is idempotent and fulfils its variational inequality,
/// (z - P z)'(v - P z) <= 0 for every v in the set; linear functions are nowhere smaller than their minimum, which is
/// attained; extents hold. Members of the set are projections of random points.
template <class Set>
void check_set(const Set& set, std::uint64_t seed, double scale = 3) {
  Random random(seed);
  const Index n = set.dimension();
  Vector<double> scratch(n), h(n);
  for (int k = 0; k < 50; ++k) {
    const Vector<double> z = random_vector<double>(random, n, scale);
    Vector<double> p = z;
    set.project(p);
    Vector<double> again = p, other = z;
    set.project(again);
    detail::project(set, other, scratch);
    const double tolerance = 1e-13 * (1 + z.norm() + p.norm());
    CHECK((again - p).norm() <= tolerance);
    CHECK(other == p);
    for (int i = 0; i < 20; ++i) {
      Vector<double> v = random_vector<double>(random, n, scale);
      set.project(v);
      CHECK((z - p).dot(v - p) <= tolerance * (1 + z.norm() + v.norm()));
      if constexpr (LinearlyMinimizableSet<Set>) {
        const Vector<double> g = random_vector<double>(random, n);
        const double minimum = set.linear_minimum(g);
        CHECK(minimum <= g.dot(v) + tolerance);
        Vector<double> best(n);
        set.minimize_linear(g, best);
        Vector<double> inside = best;
        set.project(inside);
        CHECK((inside - best).norm() <= tolerance);
        CHECK(std::abs(g.dot(best) - minimum) <= tolerance * (1 + g.norm()));
        detail::extents(set, h);
        CHECK((v.cwiseAbs().array() <= h.array() + tolerance).all());
      }
      if constexpr (requires { set.curved_minimum(v, v, 1.0); }) {
        const Vector<double> g = random_vector<double>(random, n), d = v - p;
        CHECK(set.curved_minimum(g, p, 0.7) <=
              g.dot(d) + 0.35 * d.squaredNorm() + tolerance * (1 + g.norm()) * (1 + d.norm()));
        Vector<double> best = p - g / 0.7;  // attained at the projection of p - g / m
        set.project(best);
        const Vector<double> step = best - p;
        const double attained = g.dot(step) + 0.35 * step.squaredNorm();
        CHECK(std::abs(set.curved_minimum(g, p, 0.7) - attained) <= 1e-11 * (1 + g.squaredNorm() + p.squaredNorm()));
      }
    }
  }
}

}  // namespace icnn::test
