// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/leaky_relu.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("LeakyRelu", "[activations]") {
  check_activation(LeakyRelu{}, {0});
  check_activation(LeakyRelu(0.3), {0});
  check_activation(LeakyRelu(1));
  CHECK(LeakyRelu(0.25).jet(-2.0).value == -0.5);
  CHECK(LeakyRelu(1).regularity() == Regularity{true, 2});
  CHECK(LeakyRelu(0.5) != LeakyRelu(0.25));
  CHECK_ERROR(LeakyRelu(-0.1), "a slope in [0, 1]");
  CHECK_ERROR(LeakyRelu(1.1), "LeakyRelu");
  CHECK_ERROR(LeakyRelu(NAN), "a slope in [0, 1]");
}
