// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/learning/optimizers.hpp>

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

TEST_CASE("Nesterov's momentum is that of Sutskever et al.", "[learning]") {
  Sgd<double> sgd({.rate = 0.1, .momentum = 0.9, .nesterov = true});
  Vector<double> p = Vector<double>::Zero(1), g = Vector<double>::Ones(1);
  double expected = 0, m = 0;
  for (int t = 0; t < 4; ++t) {
    g(0) = 1 + t;
    m = 0.9 * m + g(0);
    expected -= 0.1 * (g(0) + 0.9 * m);
    sgd.step(p, g);
    CHECK(std::abs(p(0) - expected) < 1e-14);
  }
}

TEST_CASE("optimizers refuse settings out of range", "[learning]") {
  CHECK_ERROR(Adam<double>({.epsilon = infinity}), "a finite epsilon > 0");
  CHECK_ERROR(Adam<double>({.weight_decay = infinity}), "a finite weight_decay >= 0");
  CHECK_ERROR(Adam<double>({.rate = 0}), "a finite rate > 0");
  CHECK_ERROR(Adam<double>({.beta1 = 1}), "beta1 in [0, 1)");
  CHECK_ERROR(Adam<double>({.beta2 = -0.1}), "beta2 in [0, 1)");
  CHECK_ERROR(Adam<double>({.epsilon = 0}), "epsilon > 0");
  CHECK_ERROR(Adam<double>({.weight_decay = -1}), "weight_decay >= 0");
  CHECK_ERROR(Sgd<double>({.rate = std::nan("")}), "a finite rate > 0");
  CHECK_ERROR(Sgd<double>({.weight_decay = infinity}), "a finite weight_decay >= 0");
  CHECK_ERROR(Sgd<double>({.momentum = 1}), "momentum in [0, 1)");
  CHECK_ERROR(Sgd<double>({.weight_decay = -1}), "weight_decay >= 0");
}
