// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/whole_space.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/sets.hpp"

using namespace icnn;

TEST_CASE("the whole space is what it claims", "[sets]") {
  test::check_set(WholeSpace(3), 1);
  CHECK_ERROR(WholeSpace(0), "at least one coordinate");
}
