// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/learning/losses.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("losses: values by their definitions, derivatives by differences", "[learning]") {
  CHECK(SquaredLoss::value(3.0, 1.0) == 2);
  CHECK(SquaredLoss::derivative(3.0, 1.0) == 2);
  CHECK(Loss<SquaredLoss>);
  CHECK(Loss<LogisticLoss>);
  for (const double weight : {1.0, 4.0}) {
    const LogisticLoss loss(weight);
    for (const double t : {0.0, 0.3, 1.0}) {
      for (const double f : {-30.0, -2.0, 0.0, 1.5, 30.0}) {
        const double p = 1 / (1 + std::exp(-f)), q = 1 / (1 + std::exp(f));
        CHECK(std::abs(loss.value(f, t) + weight * t * std::log(p) + (1 - t) * std::log(q)) < 1e-9 * (1 + std::abs(f)));
        const double h = 1e-5;
        CHECK(std::abs((loss.value(f + h, t) - loss.value(f - h, t)) / (2 * h) - loss.derivative(f, t)) < 1e-8);
      }
    }
    CHECK(std::isfinite(loss.value(-1e4, 1.0)));
  }
  CHECK_ERROR(LogisticLoss(0), "a finite positive_weight > 0");
  CHECK_ERROR(LogisticLoss(std::nan("")), "a finite positive_weight > 0");
}

TEST_CASE("Huber's loss is quadratic near its target and linear beyond", "[learning]") {
  CHECK(Loss<HuberLoss>);
  const HuberLoss loss(0.5);
  CHECK(loss.value(1.25, 1.0) == 0.03125);
  CHECK(loss.derivative(1.25, 1.0) == 0.25);
  CHECK(loss.value(-3.0, 1.0) == 0.5 * (4 - 0.25));
  CHECK(loss.derivative(-3.0, 1.0) == -0.5);
  CHECK(loss.value(1.5, 1.0) == 0.125);
  CHECK_ERROR(HuberLoss(0), "a finite delta > 0");
  CHECK_ERROR(HuberLoss(std::nan("")), "a finite delta > 0");
}
