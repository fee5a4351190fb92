// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/function_oracle.hpp>
#include <icnn/solvers/oracle.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("an oracle says what its function says, and knows its rounding", "[argmin]") {
  Random random(1);
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {6}, .output = {.diagonal = true}});
  randomize(f, random);
  auto ws = f.workspace();
  Rounding<Ficnn<double, Softplus>> rounding(f);
  Vector<double> zero = Vector<double>::Zero(3), g(3);
  FunctionOracle oracle(f, ws, rounding, zero);
  STATIC_REQUIRE(Oracle<decltype(oracle)>);
  const Vector<double> y = random_vector<double>(random, 3), d = random_vector<double>(random, 3);
  oracle.cover(Vector<double>::Constant(3, 10));
  CHECK(oracle.inputs() == 3);
  CHECK(oracle.value(y) == f(y));
  oracle.gradient(g);
  CHECK(g == f.gradient(y));
  const double cut = oracle.cut_error(), error = oracle.value_error(y);
  CHECK((cut > 0 && cut < 1e-9 && error > 0 && error < 1e-9));
  CHECK((oracle.strong_convexity() <= f.strong_convexity() && oracle.strong_convexity() > 0.99 * f.strong_convexity()));
  oracle.line(y, d);
  CHECK(std::abs(oracle.along(0.5) - f(Vector<double>(y + 0.5 * d))) < 1e-12 * (1 + std::abs(f(y))));
}
