// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/ball.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/sets.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a ball is what it claims", "[sets]") {
  check_set(Ball(Vector<double>::Zero(1), 1), 1);
  check_set(Ball(Vector<double>::Ones(9), 0.3), 2);
  check_set(Ball(Vector<double>::Ones(4), 0), 3);  // a point
  check_set(Ball(Vector<double>::Zero(4), 1e-200), 4);
}

TEST_CASE("balls that make no sense are refused", "[sets]") {
  CHECK_ERROR(Ball(Vector<double>::Zero(2), -1), "a finite radius >= 0");
  CHECK_ERROR(Ball(Vector<double>::Zero(2), infinity), "a finite radius >= 0");
  CHECK_ERROR(Ball(Vector<double>::Constant(2, std::nan("")), 1), "finite center");
  CHECK_ERROR(Ball(Vector<double>(), 1), "at least one coordinate");
}
