// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/oracle.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("a black box as an oracle", "[solvers]") {
  auto f = [](const Vector<double>& y, Vector<double>& g) { return g = 2 * y, y.squaredNorm(); };
  CHECK(BlackBox<decltype(f)>);
  CHECK_FALSE(BlackBox<int>);
  Vector<double> storage(2), g(2), y = Vector<double>::Ones(2);
  BlackBoxOracle<decltype(f)> oracle(f, storage, 0.5, 0.25);
  CHECK(Oracle<decltype(oracle)>);
  CHECK(oracle.value(y) == 2);
  oracle.gradient(g);
  CHECK(g == 2 * y);
  CHECK((oracle.cut_error() == 0.5 && oracle.value_error(y) == 0.5 && oracle.strong_convexity() == 0.25));
}
