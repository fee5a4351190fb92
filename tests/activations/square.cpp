// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/square.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Square", "[activations]") {
  check_activation(Square{});
  STATIC_REQUIRE_FALSE(is_non_decreasing<Square>());
}
