// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/celu.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Celu", "[activations]") {
  check_activation(Celu{}, {0});
  check_activation(Celu(2.5), {0});
  check_activation(Celu(0.2), {0});
  CHECK_ERROR(Celu(-1), "a finite alpha > 0");
}
