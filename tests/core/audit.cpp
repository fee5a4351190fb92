// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/audit.hpp>
#include <limits>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("an audit names every offending entry: layer, row, column, value", "[core]") {
  Layout layout;
  layout.add({"Wy[0]", 0, 2, 1});
  layout.add({"Wz[1]", 1, 2, 2, Sign::non_negative});
  Vector<double> v(6);
  v << -1, std::numeric_limits<double>::quiet_NaN(), 1, -2, -0.0, -3;
  const auto violations = audit(layout, v);
  REQUIRE(violations.size() == 3);
  CHECK(violations[0].block == "Wy[0]");
  CHECK_FALSE(violations[0].finite);
  CHECK(violations[1] == Violation{"Wz[1]", 1, 1, 0, -2, true});
  CHECK(violations[2] == Violation{"Wz[1]", 1, 1, 1, -3, true});
  CHECK(Catch::Detail::stringify(violations[1]) == "Wz[1](1, 0) = -2 in layer 1 is negative");
  CHECK(audit(layout, Vector<float>::Zero(6)).empty());
  CHECK_ERROR(audit(layout, Vector<double>::Zero(5)), "a parameter vector of shape 6 x 1");
}
