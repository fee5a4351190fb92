// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/settings.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("settings out of range are refused, with the range", "[solvers]") {
  const double nan = std::nan("");
  Settings{}.validate();
  CHECK_ERROR(Settings{.relative_gap = nan}.validate(), "a finite relative_gap >= 0");
  CHECK_ERROR(Settings{.relative_gap = infinity}.validate(), "a finite relative_gap >= 0");
  CHECK_ERROR(Settings{.absolute_gap = -1}.validate(), "a finite absolute_gap >= 0");
  CHECK_ERROR(Settings{.relative_gap = 0}.validate(), "relative_gap or absolute_gap above 0");
  Settings{.relative_gap = 0, .absolute_gap = 1e-9}.validate();
  CHECK_ERROR(Settings{.max_evaluations = -1}.validate(), "max_evaluations >= 0");
  CHECK_ERROR(Settings{.time_limit = nan}.validate(), "time_limit >= 0");
  CHECK_ERROR(Settings{.oracle_error = -1}.validate(), "a finite oracle_error >= 0");
  CHECK_ERROR(Settings{.strong_convexity = nan}.validate(), "a finite strong_convexity >= 0");
  CHECK_ERROR(Settings{.line_search = {.memory = 0}}.validate(), "line_search.memory in 1..64");
  CHECK_ERROR(Settings{.line_search = {.memory = 65}}.validate(), "line_search.memory in 1..64");
  CHECK_ERROR(Settings{.line_search = {.decrease = 0.5}}.validate(), "0 < line_search.decrease < 0.5");
  CHECK_ERROR(Settings{.line_search = {.restarts = -1}}.validate(), "line_search.restarts in 0..100");
}
