// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/proposition2.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Proposition 2: a PICNN represents any FICNN", "[proposition2]") {
  Random random(1);
  for (const bool passthrough : {true, false})
    for (const bool bias : {true, false})
      for (const std::vector<Index>& hidden : {std::vector<Index>{}, {4}, {5, 3, 4}}) {
        Ficnn<double, Softplus, Square> f({.inputs = 3,
                                           .hidden = hidden,
                                           .passthrough = passthrough,
                                           .bias = bias,
                                           .output = {.diagonal = true, .rank = 2, .linear = true}});
        randomize(f, random);
        const auto p = picnn_from(f, 2);
        CHECK(p.depth() == f.depth());
        for (int trial = 0; trial < 20; ++trial) {
          const Vector<double> x = random_vector<double>(random, 2, 10), y = random_vector<double>(random, 3);
          CHECK(std::abs(p(x, y) - f(y)) <= 1e-14 * std::max(1.0, std::abs(f(y))));
          CHECK((p.gradient(x, y) - f.gradient(y)).norm() <= 1e-13 * f.gradient(y).norm());
        }
      }
}

TEST_CASE("Proposition 2: a PICNN represents any feed-forward network as f(x)' y", "[proposition2]") {
  Random random(2);
  for (const bool bias : {true, false})
    for (const std::vector<Index>& hidden : {std::vector<Index>{}, {4}, {5, 3}}) {
      FeedForward<double, Tanh> g({.inputs = 2, .hidden = hidden, .outputs = 3, .bias = bias});
      randomize(g, random);
      const auto p = picnn_from(g);
      const auto q = picnn_from<Softplus>(g);
      CHECK(p.depth() == g.depth());
      for (int trial = 0; trial < 20; ++trial) {
        const Vector<double> x = random_vector<double>(random, 2), y = random_vector<double>(random, 3);
        const double expected = Vector<double>(g(x)).dot(y);
        CHECK(std::abs(p(x, y) - expected) <= 1e-14 * std::max(1.0, std::abs(expected)));
        CHECK(std::abs(q(x, y) - expected) <= 1e-14 * std::max(1.0, std::abs(expected)));
      }
    }
}
