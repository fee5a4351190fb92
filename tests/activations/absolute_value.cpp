// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/absolute_value.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("AbsoluteValue", "[activations]") {
  check_activation(AbsoluteValue{}, {0});
  CHECK(AbsoluteValue::jet(0.0).first == 0);
  STATIC_REQUIRE_FALSE(is_non_decreasing<AbsoluteValue>());
}
