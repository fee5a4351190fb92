// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/differentiation/conjugate_derivative.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("the conjugate's gradient in the parameters agrees with differences", "[conjugate]") {
  Random random(1);
  const Index n = 4;
  const Settings settings{.relative_gap = 1e-15, .absolute_gap = 0};
  for (int repeat = 0; repeat < 5; ++repeat) {
    CAPTURE(repeat);
    Ficnn<double, Softplus> smooth({.inputs = n, .hidden = {8, 6}});
    Ficnn<double, Relu> kinked({.inputs = n, .hidden = {9, 8}});
    randomize(smooth, random);
    randomize(kinked, random);
    const Vector<double> q = random_vector<double>(random, n);
    const auto each = [&](const auto& net, const auto& make, const auto& set) {
      Vector<double> step = random_vector<double>(random, net.parameter_count()), g(step.size());
      for (Index i = 0; i < step.size(); ++i) step(i) *= std::abs(net.parameters().vector()(i)) > 1e-3;
      const auto f = make(net);
      CHECK(conjugate_derivative(f, q, set, conjugate(f, q, set, settings), {.parameters = g}) == DerivativeStatus::exact);
      const auto value = [&](double t) {
        auto there = net;
        there.edit([&](auto& edit) { edit.vector() += t * step; });
        return conjugate(make(there), q, set, settings).value;
      };
      const auto error = [&](double h) { return std::abs((value(h) - value(-h)) / (2 * h) - g.dot(step)); };
      CHECK(error(1e-5) <= 1e-8 * (1 + g.norm() * step.norm()));
    };
    const auto bare = [](const auto& net) { return regularized(net, {}); };
    const auto curved = [](const auto& net) { return regularized(net, {.proximal = 0.5}); };
    each(smooth, bare, Box::cube(n, -1, 2));
    each(smooth, curved, WholeSpace(n));
    each(kinked, bare, Box::cube(n, -1, 2));
    each(kinked, curved, WholeSpace(n));
  }
  Ficnn<double, Softplus> f({.inputs = n, .hidden = {8, 6}});
  randomize(f, random);
  const auto g = regularized(f, {.proximal = 0.5});
  Vector<double> out(f.parameter_count());
  const ConjugateResult found = conjugate(g, Vector<double>::Zero(n));
  CHECK(conjugate_derivative(g, Vector<double>::Zero(n), found, {.parameters = out}) == DerivativeStatus::exact);
  CHECK_ERROR(conjugate_derivative(g, Vector<double>::Zero(2), found, {.parameters = out}), "conjugate_derivative");
}
