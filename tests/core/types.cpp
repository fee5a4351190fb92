// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/types.hpp>
#include <icnn/core/version.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("Extent: a constant, or a value", "[core]") {
  STATIC_REQUIRE(Extent<3>(3).value() == 3);
  STATIC_REQUIRE(Extent<Dynamic>(5).value() == 5);
  STATIC_REQUIRE(Extent<Dynamic>(5) == Extent<Dynamic>(5));
  STATIC_REQUIRE_FALSE(Extent<Dynamic>(5) == Extent<Dynamic>(4));
}

TEST_CASE("a sample is a column vector type; anything else is a batch", "[core]") {
  STATIC_REQUIRE(is_sample<Vector<double>>);
  STATIC_REQUIRE(is_sample<Vector<float, 3>>);
  STATIC_REQUIRE_FALSE(is_sample<Matrix<double>>);
  STATIC_REQUIRE_FALSE(is_sample<RowVector<double>>);
  STATIC_REQUIRE(ICNN_VERSION_MAJOR >= 0);
}
