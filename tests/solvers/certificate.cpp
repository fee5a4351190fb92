// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/certificate.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("a certificate without slopes proves nothing", "[solvers]") {
  Certificate proof;
  CHECK(proof.empty());
  CHECK((proof.value == infinity && proof.lower_bound == -infinity));
  proof.slopes.setZero(3);
  CHECK_FALSE(proof.empty());
}
