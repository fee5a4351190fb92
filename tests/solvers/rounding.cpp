// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/rounding.hpp>
#include <icnn/solvers/simple_term.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("the least value in a box lies below it in long double, which without rounding terms it does not", "[solvers]") {
  Random random(1);
  int naive_lies = 0;
  double slackest = 0;
  for (int k = 0; k < 20000; ++k) {
    const Index n = 1 + random.index(5);
    const double m = std::pow(10.0, random.uniform(-3, 3)), size = std::pow(10.0, random.uniform(-3, 6));
    const Vector<double> y = random_vector<double>(random, n), parts = random_vector<double>(random, n, size);
    const Vector<double> g = parts + random_vector<double>(random, n, 1e-6 * size);  // c takes most of it away
    const Vector<double> l = y.array() - std::pow(10.0, random.uniform(-8, 2)), u = y.array() + 1;
    const Vector<double> c = -parts, sizes = parts.cwiseAbs();
    const double bound = detail::curved_minimum_in_box(l, u, g, c, sizes, 3, y, m);
    long double exact = 0;
    double naive = 0;
    for (Index j = 0; j < n; ++j) {
      const long double slope = static_cast<long double>(g(j)) + static_cast<long double>(c(j));
      const long double d = std::clamp(-slope / static_cast<long double>(m), static_cast<long double>(l(j) - y(j)),
                                       static_cast<long double>(u(j) - y(j)));
      exact += d * (slope + static_cast<long double>(0.5 * m) * d);
      const double s = g(j) + c(j), step = std::clamp(-s / m, l(j) - y(j), u(j) - y(j));
      naive += step * (s + 0.5 * m * step);
    }
    CHECK(static_cast<long double>(bound) <= exact);
    naive_lies += static_cast<long double>(naive) > exact ? 1 : 0;
    slackest = std::max(slackest, static_cast<double>(exact) - bound);
  }
  CHECK(naive_lies > 1000);
  CHECK(slackest < 1);
}

TEST_CASE("the radius that is certain is one at which enough is needed, and not much larger", "[solvers]") {
  for (const double least : {1e-6, 0.1, 1.0, 50.0}) {
    double prepared = 0;
    const double radius = detail::certain_radius(1.0, [&](double r) {
      prepared = r;
      return 0.5 * least + 0.5 * r * std::min(1.0, least / r);
    });
    CHECK(radius >= 0.5 * least);
    CHECK(radius <= 16 * least + 1e-12);
    CHECK(prepared == radius);
  }
  CHECK(detail::certain_radius(1.0, [](double r) { return 2 * r; }) == infinity);
}
