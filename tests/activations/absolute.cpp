// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/absolute.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Absolute", "[activations]") {
  check_activation(Absolute{}, {0});
  CHECK(Absolute::jet(0.0).first == 0);
  STATIC_REQUIRE_FALSE(is_non_decreasing<Absolute>());
}
