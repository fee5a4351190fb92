// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/twin.hpp>
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/precomposed.hpp>
#include <icnn/networks/restricted.hpp>
#include <icnn/networks/sum.hpp>

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

TEST_CASE("entropies are found wherever they are", "[argmin]") {
  const Ficnn<double, Softplus> f({.inputs = 2, .hidden = {4}});
  const auto soft = regularized(f, {.entropy = 1.0});
  const Vector<double> zero = Vector<double>::Zero(2);
  CHECK_FALSE(detail::has_entropy(f));
  CHECK((detail::has_entropy(soft) && !detail::has_inner_entropy(soft)));
  CHECK_FALSE(detail::has_entropy(regularized(f, {.proximal = 1.0})));
  CHECK(detail::has_inner_entropy(regularized(soft, {.proximal = 1.0})));
  CHECK(detail::has_inner_entropy(restrict_to(soft, zero, {0})));
  CHECK(detail::has_inner_entropy(precompose(soft, Matrix<double>(Matrix<double>::Identity(2, 2)))));
  CHECK(detail::has_inner_entropy(sum(f, soft)));
  CHECK_FALSE(detail::has_inner_entropy(sum(f, f)));
}
