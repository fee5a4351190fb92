// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/tanh.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Tanh", "[activations]") {
  check_activation(Tanh{});
  STATIC_REQUIRE_FALSE(is_convex<Tanh>());
  CHECK(Tanh::jet(20.0).first > 0);  // 1 - tanh^2 would be 0
}
