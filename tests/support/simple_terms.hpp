// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <icnn/core/random.hpp>
#include <icnn/solvers/simple_term.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

namespace icnn::test {

/// The lower bound lies below the model g'(v - y) + m |v - y|^2 / 2 + phi(v) at every point v of the set, and its minimizer,
/// the projection of minimizer(g, y), attains it.
template <class Set, class Minimizer>
void check_lower_bound(const SimpleTerm& term, const Set& set, double m, bool attained, std::uint64_t seed,
                       Minimizer minimizer) {
  Random random(seed);
  const Index n = set.dimension();
  Vector<double> h(n);
  term.extents(h);
  if (!h.allFinite()) h.setConstant(100);
  for (int k = 0; k < 50; ++k) {
    const Vector<double> g = random_vector<double>(random, n, std::pow(10, random.uniform(-2, 2)));
    Vector<double> y = random_vector<double>(random, n);
    set.project(y);
    const double bound = term.lower_bound_of_linear(g, y, m, h);
    double best = infinity;
    for (int i = 0; i < 300; ++i) {
      Vector<double> v = random_vector<double>(random, n);
      if (i == 0) v = minimizer(g, y);
      set.project(v);
      const double value = g.dot(v - y) + 0.5 * m * (v - y).squaredNorm() + term.value(v);
      CHECK(value >= bound);
      best = std::min(best, value);
    }
    if (attained) CHECK(best - bound <= 1e-9 * (1 + std::abs(bound) + g.norm()));
  }
}

}  // namespace icnn::test
