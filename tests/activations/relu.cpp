// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/relu.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Relu", "[activations]") {
  check_activation(Relu{}, {0});
  CHECK(Relu::jet(0.0).first == 0);
  CHECK(Relu::jet(2.0).value == 2);
  CHECK(Relu::regularity() == Regularity{true, 0});
}
