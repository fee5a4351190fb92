// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/softplus.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Softplus", "[activations]") {
  check_activation(Softplus{});
  check_activation(Softplus(5));
  check_activation(Softplus(0.1));
  CHECK(std::abs(Softplus{}.jet(0.0).value - std::log(2.0)) <= 1e-16);
  CHECK(Softplus(3).jet(0.0).second == 0.75);  // the maximum, beta / 4
  CHECK_ERROR(Softplus(0), "a finite beta > 0");
  CHECK_ERROR(Softplus(INFINITY), "a finite beta > 0");
}

TEST_CASE("Softplus keeps the relative accuracy of its tails", "[activations]") {
  for (const double t : {-20.0, -36.9, -40.0, -300.0, -700.0}) {
    const auto jet = Softplus{}.jet(t);
    CHECK(std::abs(jet.value / std::exp(t) - 1) <= 2e-9 * std::exp(t / 40) + 1e-15);
    CHECK(std::abs(jet.first / jet.value - 1) <= 2e-9);
  }
  CHECK(Softplus{}.jet(1e300).value == 1e300);
}
