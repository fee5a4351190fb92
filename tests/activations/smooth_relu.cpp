// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/smooth_relu.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("SmoothRelu", "[activations]") {
  check_activation(SmoothRelu{}, {0, 1});
  check_activation(SmoothRelu(0.25), {0, 0.25});
  CHECK(SmoothRelu(2).jet(1.0).value == 0.25);
  CHECK(SmoothRelu(2).jet(3.0).value == 2);
  CHECK_ERROR(SmoothRelu(0), "a finite knee > 0");
}
