// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/functions/workspace.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("a shape key tells shapes apart, and their order", "[workspace]") {
  STATIC_REQUIRE(mix(mix(0, 1), 2) != mix(mix(0, 2), 1));
  STATIC_REQUIRE(mix(0, 1) != mix(1, 0));
  STATIC_REQUIRE(mix(7, 3) == mix(7, 3));
}

TEST_CASE("a workspace has room for at least one column", "[workspace]") {
  CHECK_ERROR(WorkspaceOptions{.columns = 0}.checked(), "room for at least one column");
  const WorkspaceState state(5, {.columns = 3, .hessian = false});
  CHECK(state.capacity == 3);
  CHECK_FALSE(state.hessian);
  CHECK_FALSE(state.derivable);
  CHECK_FALSE(state.on_line);
}
