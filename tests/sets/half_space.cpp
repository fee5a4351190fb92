// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/half_space.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/sets.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a half-space is what it claims", "[sets]") {
  Random random(1);
  check_set(HalfSpace(random_vector<double>(random, 6, 10), 2), 1);
  check_set(HalfSpace(random_vector<double>(random, 2, 0.01), -0.5), 2, 100);
  CHECK_FALSE(LinearlyMinimizableSet<HalfSpace>);
  Vector<double> normal(2);
  normal << 3, 0.7;
  Vector<double> far = 1e16 * normal;  // one subtraction would leave it 10 beyond
  HalfSpace(normal, 0).project(far);
  CHECK(normal.dot(far) < 1e-14);
}

TEST_CASE("half-spaces that make no sense are refused", "[sets]") {
  CHECK_ERROR(HalfSpace(Vector<double>::Zero(2), 1), "a normal other than 0");
  CHECK_ERROR(HalfSpace(Vector<double>::Ones(2), infinity), "finite offset");
  CHECK_ERROR(HalfSpace(Vector<double>::Constant(1, 1e-310), -1), "an offset that is finite in units");
  CHECK_ERROR(HalfSpace(Vector<double>::Constant(2, std::nan("")), 1), "finite normal");
}
