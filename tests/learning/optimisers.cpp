// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/softplus.hpp>
#include <icnn/learning/optimisers.hpp>
#include <icnn/networks/ficnn.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Adam's steps are the formulas of the paper", "[learning]") {
  Adam<double> adam({.rate = 0.1, .beta1 = 0.8, .beta2 = 0.9, .epsilon = 1e-3, .weight_decay = 0.5});
  double p = 2, m = 0, v = 0;
  Vector<double> parameters = Vector<double>::Constant(1, p), g(1);
  for (int t = 1; t <= 5; ++t) {
    g(0) = 3 - t;
    m = 0.8 * m + 0.2 * g(0);
    v = 0.9 * v + 0.1 * g(0) * g(0);
    p -= 0.1 * 0.5 * p;
    p -= 0.1 * (m / (1 - std::pow(0.8, t))) / (std::sqrt(v / (1 - std::pow(0.9, t))) + 1e-3);
    adam.step(parameters, g);
    CHECK(std::abs(parameters(0) - p) < 1e-14);
  }
}

TEST_CASE("SGD with momentum is the heavy ball", "[learning]") {
  Sgd<double> sgd({.rate = 0.1, .momentum = 0.9});
  Vector<double> p = Vector<double>::Zero(1), g = Vector<double>::Ones(1);
  sgd.step(p, g);
  CHECK(std::abs(p(0) + 0.1) < 1e-15);
  sgd.step(p, g, 0.5);
  CHECK(std::abs(p(0) + 0.1 + 0.05 * 1.9) < 1e-15);
}

TEST_CASE("a step projects negative W^z, and refuses to make anything that is not finite", "[learning]") {
  Random random(1);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  Sgd<double> sgd({.rate = 1});
  const Vector<double> large = Vector<double>::Constant(f.parameter_count(), 100);
  CHECK(take_step(f, sgd, large));
  CHECK(f.parameters()["Wz[1]"].cwiseAbs().maxCoeff() == 0);
  CHECK(f.parameters()["Wy[0]"].maxCoeff() < -90);
  const auto before = f;
  Vector<double> bad = large;
  bad(1) = std::nan("");
  CHECK_FALSE(take_step(f, sgd, bad));
  CHECK(f == before);
  CHECK_FALSE(take_step(f, sgd, Vector<double>(large * 1e307)));  // overflows
  CHECK(f == before);
  CHECK_ERROR(take_step(f, sgd, Vector<double>::Ones(1)), "a gradient of shape");
}

TEST_CASE("optimisers refuse settings out of range", "[learning]") {
  CHECK_ERROR(Adam<double>({.epsilon = infinity}), "a finite epsilon > 0");
  CHECK_ERROR(Adam<double>({.weight_decay = infinity}), "a finite weight_decay >= 0");
  CHECK_ERROR(Adam<double>({.rate = 0}), "a finite rate > 0");
  CHECK_ERROR(Adam<double>({.beta1 = 1}), "beta1 in [0, 1)");
  CHECK_ERROR(Adam<double>({.beta2 = -0.1}), "beta2 in [0, 1)");
  CHECK_ERROR(Adam<double>({.epsilon = 0}), "epsilon > 0");
  CHECK_ERROR(Adam<double>({.weight_decay = -1}), "weight_decay >= 0");
  CHECK_ERROR(Sgd<double>({.rate = std::nan("")}), "a finite rate > 0");
  CHECK_ERROR(Sgd<double>({.momentum = 1}), "momentum in [0, 1)");
  CHECK_ERROR(Sgd<double>({.weight_decay = -1}), "weight_decay >= 0");
}
