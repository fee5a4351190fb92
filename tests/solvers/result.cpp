// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/result.hpp>
#include <sstream>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("a result computes its gap and prints itself", "[solvers]") {
  Result r;
  CHECK(r.status == Status::not_run);
  CHECK(r.gap() == infinity);
  r.value = 10;
  r.value_error = 0.25;
  r.lower_bound = 9;
  r.evaluations = 7;
  r.status = Status::optimal;
  CHECK(r.gap() == 1.25);
  CHECK(r.relative_gap() == 0.125);
  r.lower_bound = 11;
  CHECK(r.gap() == 0);
  r.value = -infinity;
  r.lower_bound = -infinity;
  CHECK((r.gap() == infinity && r.relative_gap() == infinity));
  r.value = 10;
  r.lower_bound = 11;
  std::ostringstream text;
  text << r;
  CHECK(text.str().find("optimal: value 10, lower bound 11, gap 0, 7 evaluations") == 0);
}
