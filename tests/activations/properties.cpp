// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/properties.hpp>

#include "tests/support/activations.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

struct Undeclared {
  template <class S>
  Jet<S> jet(const S& t) const {
    return {t, S(1), S(0)};
  }
  friend bool operator==(const Undeclared&, const Undeclared&) = default;
};

struct Liar : Undeclared {  // concave
  static constexpr bool convex = true;
  template <class S>
  Jet<S> jet(const S& t) const {
    return {S(-t * t), S(-2 * t), S(2)};
  }
  friend bool operator==(const Liar&, const Liar&) = default;
};

struct Falling : Undeclared {
  static constexpr bool non_decreasing = true;
  template <class S>
  Jet<S> jet(const S& t) const {
    return {S(-t), S(1), S(0)};
  }
  friend bool operator==(const Falling&, const Falling&) = default;
};

struct Low : Undeclared {  // the identity's conjugate at 1 is 0
  [[nodiscard]] static double conjugate(double t) { return t == 1 ? -1e-9 : infinity; }
  friend bool operator==(const Low&, const Low&) = default;
};

struct Wide : Undeclared {  // the identity has one slope
  SlopeRange range{1, 1};
  [[nodiscard]] SlopeRange slope_range() const { return range; }
  [[nodiscard]] static double conjugate(double t) { return t >= 0.5 && t <= 1.5 ? 0.0 : infinity; }
  friend bool operator==(const Wide&, const Wide&) = default;
};

struct Broken : Undeclared {  // into other pieces
  LinearPieces all;
  [[nodiscard]] static Regularity regularity() { return {true, 2}; }
  [[nodiscard]] LinearPieces pieces() const { return all; }
  friend bool operator==(const Broken&, const Broken&) = default;
};

/// A softplus out of a table, in double: right to 1e-10 or so.
struct Table : Undeclared {
  template <class S>
  Jet<S> jet(const S& t) const {
    using std::exp, std::log1p;
    const S e = exp(-(t < 0 ? -t : t)), slope = t < 0 ? e / (1 + e) : 1 / (1 + e),
            off = S(std::is_same_v<S, double> ? 1e-10 : 0);
    return {S((t < 0 ? 0 : t) + log1p(e) + off), S(slope * (1 + off)), S(slope * (1 - slope))};
  }
  friend bool operator==(const Table&, const Table&) = default;
};
struct DeclaredTable : Table {
  static constexpr double error = 2e-10;
  friend bool operator==(const DeclaredTable&, const DeclaredTable&) = default;
};

}  // namespace

TEST_CASE("an activation declares how accurate it is, and the suite checks it", "[activations]") {
  Random random(1);
  CHECK(accuracy_of(Undeclared{}) == 16 * std::numeric_limits<double>::epsilon());
  CHECK(accuracy_of(DeclaredTable{}) == 2e-10);
  CHECK(declared_error_holds(DeclaredTable{}, random));
  CHECK_FALSE(declared_error_holds(Table{}, random));
  CHECK((Table{} == Table{} && DeclaredTable{} == DeclaredTable{}));  // regular
}

TEST_CASE("what is not declared counts as false", "[activations]") {
  STATIC_REQUIRE(Activation<Undeclared>);
  STATIC_REQUIRE_FALSE(is_convex<Undeclared>());
  STATIC_REQUIRE_FALSE(is_non_decreasing<Undeclared>());
  CHECK(regularity_of(Undeclared{}) == Regularity{});
  CHECK(slope_range_of(Undeclared{}) == SlopeRange{1, 1});  // found far out
  CHECK(slope_range_of(Liar{}) == SlopeRange{2e300, -2e300});
  CHECK(pieces_of(Undeclared{}) == LinearPieces{});
  CHECK(conjugate_of(Undeclared{}, 1) == infinity);
  CHECK_FALSE(knows_conjugate(Undeclared{}));
  CHECK(knows_conjugate(Low{}));
  CHECK(name_of(Undeclared{}) == "user-defined");
  STATIC_REQUIRE_FALSE(Activation<int>);
}

TEST_CASE("regularity combines to the weaker", "[activations]") {
  STATIC_REQUIRE(combine({true, 2}, {false, 1}) == Regularity{false, 1});
  STATIC_REQUIRE(combine({true, 0}, {true, 2}) == Regularity{true, 0});
}

TEST_CASE("negative control: the suite catches activations that lie", "[activations]") {
  STATIC_REQUIRE(Activation<Liar>);
  STATIC_REQUIRE(Activation<Falling>);
  CHECK(Liar{} == Liar{});
  CHECK(Falling{} == Falling{});
  CHECK(Undeclared{} == Undeclared{});
  CHECK(Low{} == Low{});
  Random random(1);
  CHECK_FALSE(declared_properties_hold(Liar{}, random));
  CHECK_FALSE(declared_properties_hold(Falling{}, random));
  CHECK_FALSE(conjugate_holds(Low{}, random));
  CHECK_FALSE(HasConjugate<Undeclared>);
  CHECK_FALSE(conjugate_holds(Undeclared{}, random));
  CHECK(Wide{} == Wide{});
  CHECK(slope_range_holds(Wide{}, random));
  for (const SlopeRange bad : {SlopeRange{1, 2}, {0, 1}, {0, 0.5}, {-infinity, 1}, {1, infinity}, {2, 1}}) {
    CHECK_FALSE(slope_range_holds(Wide{{}, bad}, random));
  }
  CHECK_FALSE(conjugate_ends_with_slopes(Wide{}));
  CHECK_FALSE(conjugate_ends_with_slopes(Wide{{}, {0.6, 1.4}}));
  CHECK(conjugate_ends_with_slopes(Wide{{}, {0.5, 1.5}}));
  CHECK_FALSE(conjugate_ends_with_slopes(Wide{{}, {0.4, 1.5}}));
  CHECK(Broken{} == Broken{});
  CHECK(pieces_hold(Broken{{}, {1, {{1, 0}}}}, random));
  CHECK(pieces_hold(Broken{{}, {2, {{1, 0, 3}, {1, 0}}}}, random));
  CHECK_FALSE(pieces_hold(Broken{}, random));
  CHECK_FALSE(pieces_hold(Broken{{}, {1, {{1, 1e-9}}}}, random));
  CHECK_FALSE(pieces_hold(Broken{{}, {1, {{1, 0, 3}}}}, random));
  CHECK_FALSE(pieces_hold(Broken{{}, {2, {{0, 0, 0}, {1, 0}}}}, random));
  CHECK_FALSE(pieces_hold(Broken{{}, {2, {{1, 0, 3}, {0, 3}}}}, random));
}
