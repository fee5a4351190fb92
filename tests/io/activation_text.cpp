// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/activation_text.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

namespace {

/// Of a user's own, without a name, and with one.
struct Bend {
  static constexpr bool convex = true, non_decreasing = true;
  template <class S>
  Jet<S> jet(const S& t) const {
    return {t > S(0) ? t * t : S(0), t > S(0) ? 2 * t : S(0), t > S(0) ? S(2) : S(0)};
  }
  friend bool operator==(const Bend&, const Bend&) = default;
};
struct Knee : Bend {
  static constexpr std::string_view name = "Knee";
  friend bool operator==(const Knee&, const Knee&) = default;
};

}  // namespace

TEST_CASE("every activation is read from what its name is written as", "[io]") {
  const auto check = [](const auto& activation) {
    using A = std::remove_cvref_t<decltype(activation)>;
    INFO(name_of(activation));
    CHECK(activation_from<A>("test", name_of(activation)) == activation);
    CHECK(activation_from<AnyContextActivation>("test", name_of(activation)) == AnyContextActivation(activation));
  };
  check(Relu{});
  check(Identity{});
  check(AbsoluteValue{});
  check(Square{});
  check(Tanh{});
  check(Sigmoid{});
  for (const double parameter : {0.1, 1.0 / 3, 0.7071067811865476}) {
    check(LeakyRelu(parameter));
    check(SquaredLeakyRelu(parameter));
    check(Softplus(parameter));
    check(Elu(parameter));
    check(Celu(parameter));
    check(SmoothRelu(parameter));
  }
  CHECK(activation_from<Softplus>("test", "Softplus") == Softplus{});
  CHECK(activation_from<AnyActivation>("test", "Celu(1e0)") == AnyActivation(Celu(1)));
  CHECK(activation_from<Bend>("test", name_of(Bend{})) == Bend{});
  CHECK(activation_from<Knee>("test", "Knee") == Knee{});
}

TEST_CASE("other names, and parameters that an activation refuses, are errors", "[io]") {
  CHECK_ERROR(activation_from<Relu>("here", "Softplus(1)"), "here: expected Relu, got Softplus(1)");
  CHECK_ERROR(activation_from<AnyActivation>("here", "Tanh"), "Relu, Identity, LeakyRelu(...), Softplus(...)");
  CHECK_ERROR(activation_from<AnyActivation>("here", ""), "no activation");
  CHECK_ERROR(activation_from<Softplus>("here", "Softplus(-1)"), "got -1");
  for (const char* bad : {"Softplus(", "Softplus()", "Softplus(1", "Softplus(1) ", "Softplus(1x)", "Softplus(nan)",
                          "Softplus(inf)", "softplus", "Relu(1)", "Softplus(1)(2)"}) {
    INFO(bad);
    CHECK_THROWS_AS(activation_from<AnyActivation>("here", bad), Error);
  }
}
