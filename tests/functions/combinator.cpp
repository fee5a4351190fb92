// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cstdlib>
#include <icnn/networks/picnn_batch.hpp>

#include <icnn/functions/precomposed.hpp>
#include <icnn/functions/regularized.hpp>
#include <icnn/functions/restricted.hpp>
#include <icnn/functions/sum.hpp>

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
  STATIC_REQUIRE(std::is_same_v<RefOrValueType<decltype((f))>, const Ficnn<double, Softplus>&>);
  STATIC_REQUIRE(std::is_same_v<RefOrValueType<Ficnn<double, Softplus>>, Ficnn<double, Softplus>>);
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

TEST_CASE("a combinator notices when its function is assigned another shape", "[combinator]") {
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  const auto r = regularized(f, {.proximal = 1});
  const auto s = sum(f, f);
  const Vector<double> y = Vector<double>::Ones(2);
  CHECK(s(y) == 0);
  f = Ficnn<double, Softplus>({.inputs = 2, .hidden = {7}});
  CHECK_ERROR(r(y), "one of another shape in its place");
  CHECK_ERROR(s(y), "one of another shape in its place");
}

TEST_CASE("combinators of a batch of contexts have room for it", "[combinator]") {
  const Picnn<double, Softplus> f({.context = 1, .inputs = 2});
  const Matrix<double> x = Matrix<double>::Ones(1, 3), y = Matrix<double>::Ones(2, 3);
  const auto many = f.at(x);
  const auto check = [&](const auto& g, const auto& v) {
    auto ws = g.workspace();
    CHECK(g.value(v, ws).size() == 3);
  };
  check(regularized(many, {.proximal = 1}), y);
  check(sum(many, many), y);
  check(precompose(many, Matrix<double>::Identity(2, 2)), y);
  check(restrict_to(many, y, {1}), y.topRows(1));
  check(restrict_to(Ficnn<double, Relu>({.inputs = 2}), y, {1}), y.topRows(1));
}

TEST_CASE("combinators take expressions, and evaluate them once", "[combinator]") {
  Random random(3);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  const Matrix<double> a = random_matrix<double>(random, 2, 2);
  const Vector<double> v = random_vector<double>(random, 2), product = a * v;
  const auto check = [&](const auto& g) {
    auto ws = g.workspace();
    CHECK(g.value(a * v, ws) == g.value(product, ws));
  };
  check(f);
  check(regularized(f, {.proximal = 1}));
  check(sum(f, f));
  check(precompose(f, a));
  check(restrict_to(f, v, {1, 0}));
  auto ws = sum(f, f).workspace();
  auto alone = f.workspace();
  std::srand(1);
  const double twice = sum(f, f).value(Vector<double>::Random(2), ws);
  std::srand(1);
  CHECK(std::abs(twice - 2 * f.value(Vector<double>::Random(2), alone)) <= 1e-14);
}

TEST_CASE("a combinator goes to its function's next context, in its own memory", "[combinator]") {
  Random random(4);
  Picnn<double, Softplus> f({.context = 2, .inputs = 3, .hidden = {5}, .context_hidden = {4}});
  randomize(f, random);
  const Vector<double> x = random_vector<double>(random, 2), y = random_vector<double>(random, 3);
  auto at = f.at(Vector<double>(Vector<double>::Zero(2)));
  auto owned = regularized(decltype(at)(at), {.proximal = 2});
  const auto referred = regularized(at, {.proximal = 2});
  auto ws = f.workspace();
  f.rebind(at, x, ws);
  const double expected = f(x, y) + y.squaredNorm();
  CHECK(owned(y) != referred(y));
  CHECK(std::abs(referred(y) - expected) <= 1e-13 * std::abs(expected));
  owned.assign_function(at);
  CHECK(owned(y) == referred(y));
  CHECK_ERROR(owned.assign_function(Ficnn<double, Softplus>({.inputs = 3})), "a function of the same shape");
}
