// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/any.hpp>

#include "tests/support/activations.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("AnyOf behaves as what it holds, and declares what all its members declare", "[activations]") {
  check_activation(AnyActivation(Softplus(2)));
  check_activation(AnyActivation(Relu{}), {0});
  check_activation(AnyFirstActivation(Square{}));
  check_activation(AnyContextActivation(Tanh{}));
  STATIC_REQUIRE(is_convex<AnyActivation>());
  STATIC_REQUIRE(is_non_decreasing<AnyActivation>());
  STATIC_REQUIRE(is_convex<AnyFirstActivation>());
  STATIC_REQUIRE_FALSE(is_non_decreasing<AnyFirstActivation>());
  STATIC_REQUIRE_FALSE(is_convex<AnyContextActivation>());
  CHECK(name_of(AnyActivation(LeakyRelu(0.5))) == "LeakyRelu(0.5)");
  CHECK(AnyActivation(Relu{}) != AnyActivation(Identity{}));
  CHECK(AnyActivation(Softplus{}).regularity() == Regularity{false, 2});
  CHECK(AnyActivation(LeakyRelu(0.5)).slope_range() == SlopeRange{0.5, 1});
  CHECK(AnyActivation(LeakyRelu(0.5)).pieces() == LeakyRelu(0.5).pieces());
  CHECK(AnyFirstActivation(AbsoluteValue{}).never_decreases() == false);
}
