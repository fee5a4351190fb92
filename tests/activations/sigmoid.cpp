// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/sigmoid.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Sigmoid", "[activations]") {
  check_activation(Sigmoid{});
  STATIC_REQUIRE_FALSE(is_convex<Sigmoid>());
  CHECK(Sigmoid::jet(-700.0).value > 0);
}
