// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/picnn_batch.hpp>
#include <icnn/networks/regularized.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a combinator refers to an lvalue, and owns a temporary", "[combinator]") {
  Random random(1);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  const Vector<double> y = random_vector<double>(random, 2);
  const auto refers = regularized(f, {.proximal = 1});
  const auto owns = regularized(Ficnn<double, Softplus>(f), {.proximal = 1});
  CHECK(&refers.function() == &f);
  CHECK(refers(y) == owns(y));
  const double before = owns(y);
  f.edit([](auto& e) { e["b[1]"](0) += 1; });
  CHECK(std::abs(refers(y) - before - 1) <= 1e-14);
  CHECK(owns(y) == before);
  STATIC_REQUIRE(std::is_same_v<HeldType<decltype((f))>, const Ficnn<double, Softplus>&>);
  STATIC_REQUIRE(std::is_same_v<HeldType<Ficnn<double, Softplus>>, Ficnn<double, Softplus>>);
}

TEST_CASE("a combinator of a network at its context outlives the expression that made it", "[combinator]") {
  Random random(2);
  Picnn<double, Softplus> f({.context = 1, .inputs = 2, .hidden = {3}, .context_hidden = {2}});
  randomize(f, random);
  const Vector<double> x = Vector<double>::Ones(1), y = random_vector<double>(random, 2);
  const auto energy = regularized(f.at(x), {.proximal = 2});
  CHECK(std::abs(energy(y) - f(x, y) - y.squaredNorm()) <= 1e-13);
}

TEST_CASE("a combinator's workspace is its own", "[combinator]") {
  const Ficnn<double, Softplus> f({.inputs = 2});
  const auto r = regularized(f, {.proximal = 1});
  auto ws = r.workspace({.columns = 3});
  CHECK(ws.capacity == 3);
  CHECK_ERROR(r.workspace({.columns = 0}), "at least one column");
  CHECK_ERROR(r.value(Matrix<double>(Matrix<double>::Zero(2, 4)), ws), "B <= 3");
}
