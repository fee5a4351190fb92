// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/status.hpp>
#include <set>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("every status has a name of its own", "[solvers]") {
  std::set<std::string_view> names;
  for (int k = 0; k <= static_cast<int>(Status::non_finite); ++k) names.insert(to_string(static_cast<Status>(k)));
  CHECK(names.size() == static_cast<std::size_t>(Status::non_finite) + 1);
  CHECK_FALSE(names.contains("unknown"));
}
