// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/differentiation/argmin_surrogate.hpp>

#include <icnn/networks/picnn.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

const Settings precise{.relative_gap = 1e-15, .absolute_gap = 0};

}  // namespace

TEST_CASE("the surrogate tends to the derivative as tau^2, where there is one", "[surrogate]") {
  Random random(1);
  const Index n = 4;
  Picnn<double, Softplus, Tanh> net({.context = 3, .inputs = n, .hidden = {8, 6}, .context_hidden = {5, 4}});
  randomize(net, random);
  const auto f = regularized(net, {.proximal = 0.7});
  const Vector<double> x = random_vector<double>(random, 3), v = random_vector<double>(random, n);
  const WholeSpace space(n);
  Vector<double> exact(net.parameter_count()), in_x(3), g(exact.size()), gx(3);
  ArgminDerivative derivative(f, x, space, argmin(f.at(x), space, precise));
  REQUIRE(derivative.backward(v, {.x = in_x, .parameters = exact}).status == DerivativeStatus::exact);
  const auto error = [&](double tau) {
    const ArgminSurrogate found = argmin_surrogate(f, x, space, v, tau, {.x = gx, .parameters = g}, precise);
    CHECK(found.status == DerivativeStatus::exact);
    CHECK(std::abs(found.value() - v.dot(derivative.y())) <= tau * tau * v.squaredNorm() + found.error());
    return (g - exact).norm() + (gx - in_x).norm();
  };
  const double coarse = error(0.2), fine = error(0.1);
  CHECK(fine <= 0.1 * exact.norm());
  CHECK(fine <= 0.3 * coarse);
  CHECK(fine >= 0.2 * coarse);
}

TEST_CASE("the surrogate is the exact gradient of a difference of minima, kinks and vertices included", "[surrogate]") {
  Random random(2);
  const Index n = 5;
  const Box box = Box::cube(n, -1, 1);
  const double tau = 0.5;
  int moved = 0;
  for (int repeat = 0; repeat < 8; ++repeat) {
    CAPTURE(repeat);
    Ficnn<double, Relu> f({.inputs = n, .hidden = {9, 8}});
    randomize(f, random);
    const Vector<double> v = random_vector<double>(random, n), d = random_vector<double>(random, f.parameter_count());
    Vector<double> g(f.parameter_count());
    const ArgminSurrogate found = argmin_surrogate(f, box, v, tau, {.parameters = g}, precise);
    moved += g.norm() > 0;
    Vector<double> step = d;
    for (Index i = 0; i < d.size(); ++i) step(i) *= std::abs(f.parameters().vector()(i)) > 1e-3;
    const auto value = [&](double t) {
      Ficnn<double, Relu> there = f;
      there.edit([&](auto& edit) { edit.vector() += t * step; });
      return argmin_surrogate(there, box, v, tau, {}, precise).value();
    };
    const double h = 1e-6, slope = (value(h) - value(-h)) / (2 * h);
    CHECK(std::abs(slope - g.dot(step)) <= 1e-6 * (g.norm() * step.norm() + 1));
    CHECK(found.error() <= 1e-10);
  }
  CHECK(moved > 4);
}

TEST_CASE("an entropy stays outermost, and misuse is told", "[surrogate]") {
  Random random(3);
  Ficnn<double, Softplus> net({.inputs = 3, .hidden = {4}});
  randomize(net, random);
  const auto f = regularized(net, {.entropy = 0.2});
  const Box box = Box::cube(3, 0, 1);
  const Vector<double> v = random_vector<double>(random, 3);
  Vector<double> exact(net.parameter_count()), g(exact.size());
  ArgminDerivative derivative(f, box, argmin(f, box, precise));
  derivative.backward(v, {.parameters = exact});
  const ArgminSurrogate found = argmin_surrogate(f, box, v, 1e-3, {.parameters = g}, precise);
  CHECK((g - exact).norm() <= 1e-4 * exact.norm());
  CHECK(found.error() >= 0);

  Vector<double> kept = Vector<double>::Constant(g.size(), 7), wrong(2);
  g = kept;
  CHECK_ERROR(argmin_surrogate(f, box, v, 0, {.parameters = g}), "a finite tau > 0");
  CHECK_ERROR(argmin_surrogate(f, box, wrong, 0.1, {.parameters = g}), "dL/dy");
  CHECK_ERROR(argmin_surrogate(f, box, v, 0.1, {.parameters = wrong}), "the gradient in the parameters");
  CHECK(g == kept);
}
