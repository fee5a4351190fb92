// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/gradient/line_search.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("the line search remembers the worst of its latest values", "[solvers]") {
  LatestValues latest;
  latest.restart(3, 5);
  latest.add(1);
  latest.add(2);
  CHECK(latest.worst() == 5);
  latest.add(3);  // the 5 is forgotten
  CHECK(latest.worst() == 3);
  latest.restart(1, 7);
  latest.add(-1);
  CHECK(latest.worst() == -1);
}

TEST_CASE("a shorter step is the parabola's minimizer, within bounds", "[solvers]") {
  // f(t) = (t - 0.3)^2: slope -0.6, f(0) = 0.09, f(1) = 0.49
  CHECK(std::abs(detail::shorter_step(1, -0.6, 0.09, 0.49) - 0.3) < 1e-15);
  CHECK(detail::shorter_step(1, -1, 0, 1e9) == 0.1);
  CHECK(detail::shorter_step(1, -1, 0, infinity) == 0.1);
  CHECK(detail::shorter_step(1, -1, 0, -0.9) == 0.5);
}
