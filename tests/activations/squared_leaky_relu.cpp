// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/squared_leaky_relu.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("SquaredLeakyRelu", "[activations]") {
  check_activation(SquaredLeakyRelu{}, {0});
  check_activation(SquaredLeakyRelu(0.5), {0});
  STATIC_REQUIRE_FALSE(is_non_decreasing<SquaredLeakyRelu>());
  CHECK_ERROR(SquaredLeakyRelu(2), "a slope in [0, 1]");
}
