// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/elu.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Elu", "[activations]") {
  check_activation(Elu{}, {0});
  check_activation(Elu(0.5), {0});
  CHECK(Elu(1).regularity().derivatives == 1);
  CHECK(Elu(0.5).regularity().derivatives == 0);
  CHECK_ERROR(Elu(1.5), "an alpha in (0, 1], beyond which ELU is not convex");
  CHECK_ERROR(Elu(0), "an alpha in (0, 1]");
}
