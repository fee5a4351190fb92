// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/rounding.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("values and cuts are off by no more than their rounding terms, which are small", "[argmin]") {
  using Long = long double;
  Random random(1);
  for (int k = 0; k < 200; ++k) {
    Ficnn<double, Softplus> f({.inputs = 4, .hidden = {8, 8}, .output = {.diagonal = true, .rank = 2, .linear = true}});
    randomize(f, random);
    const auto exact = f.cast<Long>();
    Rounding<Ficnn<double, Softplus>> rounding(f);
    const Vector<double> region = Vector<double>::Constant(4, 3);
    rounding.cover(f, region);
    auto ws = f.workspace();
    const Vector<double> y = 3 * random_vector<double>(random, 4).array().max(-1).min(1);
    Vector<double> g(4);
    const double value = f.gradients(y, {.y = g}, ws);
    const double cut = rounding.cut_error(f, ws);
    const double error = rounding.value_error(f, y, Vector<double>::Zero(4));
    CHECK(std::abs(static_cast<Long>(value) - exact(Vector<Long>(y.cast<Long>()))) <= static_cast<Long>(error));
    for (int v = 0; v < 5; ++v) {
      const Vector<Long> at = (3 * random_vector<double>(random, 4).array().max(-1).min(1)).matrix().cast<Long>();
      const Long tangent = static_cast<Long>(value) + g.cast<Long>().dot(at - y.cast<Long>());
      CHECK(exact(at) >= tangent - static_cast<Long>(cut));
    }
    const double size = 1 + std::abs(value);
    CHECK((error < 1e-9 * size && cut < 1e-9 * size));
  }
}
