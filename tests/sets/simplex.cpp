// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/simplex.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/sets.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a simplex is what it claims", "[sets]") {
  check_set(Simplex(1), 1);
  check_set(Simplex(2), 2);
  check_set(Simplex(30), 3);
  check_set(Simplex(30, 2.5), 4);
  check_set(Simplex(5), 5, 1e-3);
}

TEST_CASE("the projection onto a simplex is exact, far away and at ties too", "[sets]") {
  const Simplex simplex(3);
  Vector<double> y(3);
  y << 1e15, 1e15, 0;
  simplex.project(y);
  CHECK((y(0) == 0.5 && y(1) == 0.5 && y(2) == 0));
  y << -1e10, -1e10, -1e10;
  simplex.project(y);
  CHECK((y.array() - 1.0 / 3).abs().maxCoeff() < 1e-16);
  y << 0.2, 0.3, 0.5;
  const Vector<double> inside = y;
  simplex.project(y);
  CHECK((y - inside).cwiseAbs().maxCoeff() < 1e-16);
}

TEST_CASE("simplices that make no sense are refused", "[sets]") {
  CHECK_ERROR(Simplex(0), "at least one coordinate");
  CHECK_ERROR(Simplex(3, 0), "a finite total > 0");
  CHECK_ERROR(Simplex(3, std::nan("")), "a finite total > 0");
  CHECK_ERROR(Simplex(3, infinity), "a finite total > 0");
}
