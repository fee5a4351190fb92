// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/observer.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("a stopwatch runs forward", "[core]") {
  const Stopwatch clock;
  const double first = clock.seconds();
  CHECK(first >= 0);
  CHECK(clock.seconds() >= first);
  const Observer<int> none;
  CHECK_FALSE(static_cast<bool>(none));
}
