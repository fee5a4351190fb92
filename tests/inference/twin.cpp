// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/twin.hpp>
#include <icnn/networks/ficnn.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a twin is the function in double, follows it, and has no entropy", "[argmin]") {
  Random random(1);
  Ficnn<float, Softplus> f({.inputs = 3, .hidden = {4}});
  randomize(f, random);
  const Vector<double> y = Vector<double>::Constant(3, 0.25);
  Twin twin(f);
  CHECK(twin.refresh(f)(y) == f.cast<double>()(y));
  f.edit([](auto& weights) { weights.vector() *= 0.5F; });
  CHECK(twin.refresh(f)(y) == f.cast<double>()(y));
  const auto soft = regularized(f, {.entropy = 0.5F, .proximal = 2.0F});
  Twin without(soft);
  CHECK(without.refresh(soft)(y) == regularized(f.cast<double>(), {.proximal = 2.0})(y));
}

TEST_CASE("a function in double is its own twin", "[argmin]") {
  const Ficnn<double, Softplus> f({.inputs = 3, .hidden = {4}});
  Twin twin(f);
  CHECK(&twin.refresh(f) == &f);
}
