// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/identity.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Identity", "[activations]") {
  check_activation(Identity{});
  CHECK(Identity::regularity() == Regularity{true, 2});
}
