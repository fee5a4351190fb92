// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cmath>
#include <icnn/activations/absolute_value.hpp>
#include <icnn/activations/identity.hpp>
#include <icnn/activations/leaky_relu.hpp>
#include <icnn/activations/relu.hpp>
#include <icnn/activations/softened.hpp>
#include <icnn/activations/softplus.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

namespace {

/// Slopes between those of the pieces, values above by no more than the width; derivatives are those of differences.
template <class A>
void check_softened(const A& activation) {
  const LinearPieces pieces = activation.pieces();
  const double low = pieces.piece[0].slope, high = pieces.piece[1].slope;
  for (const double width : {10.0, 1.0, 1e-3, 1e-9}) {
    const Softened<A> soft(activation, &width);
    CHECK(soft.regularity() == Regularity{false, 2});
    double before = -infinity;
    for (double t = -50; t <= 50; t += 0.37) {
      INFO("width " << width << ", t " << t);
      for (const double at : {t * width, t}) {
        const auto [value, first, second] = soft.jet(at);
        const double above = value - activation.jet(at).value, rounding = 1e-15 * (1 + std::abs(at));
        CHECK(above >= -rounding);
        CHECK(above <= (high - low) * width + rounding);
        CHECK((low <= first && first <= high));
        CHECK(second >= 0);
      }
      const double s = t * width, step = 1e-4 * width, at_s = soft.jet(s).first;
      CHECK(at_s >= before);
      before = at_s;
      const double slope = (soft.jet(s + step).value - soft.jet(s - step).value) / (2 * step);
      CHECK(std::abs(slope - at_s) <= 1e-6);
      const double bend = (soft.jet(s + step).first - soft.jet(s - step).first) / (2 * step);
      CHECK(std::abs(bend - soft.jet(s).second) * width <= 1e-6);
    }
  }
}

}  // namespace

TEST_CASE("softened kinks lie above, by the width at most, and have derivatives", "[activations]") {
  check_softened(Relu{});
  check_softened(LeakyRelu(0.3));
  check_softened(AbsoluteValue{});
  STATIC_REQUIRE_FALSE(Softened<AbsoluteValue>::non_decreasing);
  STATIC_REQUIRE(Softened<Relu>::non_decreasing);
}

TEST_CASE("what has no kink is not softened", "[activations]") {
  const double width = 1;
  const Softened<Softplus> soft(Softplus{2}, &width);
  const Softened<Identity> straight(Identity{}, &width);
  for (const double t : {-3.0, 0.0, 0.5}) {
    CHECK(soft.jet(t).value == Softplus{2}.jet(t).value);
    CHECK(soft.jet(t).second == Softplus{2}.jet(t).second);
    CHECK(straight.jet(t).value == t);
  }
}
