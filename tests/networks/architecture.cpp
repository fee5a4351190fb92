// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/softplus.hpp>
#include <icnn/activations/square.hpp>
#include <icnn/networks/architecture.hpp>

#include <array>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("type lists know the widths in front of every layer", "[architecture]") {
  STATIC_REQUIRE(detail::widths<0, Dense<3>, Dense<4>, Dense<1>> == std::array<int, 4>{0, 3, 4, 1});
  STATIC_REQUIRE(detail::context_widths<2, Gated<3, Softplus, 5>, Gated<1>> == std::array<int, 3>{2, 5, 0});
}

TEST_CASE("one activation for all hidden layers includes the first where the types agree", "[architecture]") {
  using Same = Activations<Softplus>;
  CHECK(Same::all(Softplus(2)).first == Softplus(2));
  CHECK(Same::all(Softplus(2)).hidden.front() == Softplus(2));
  using Other = Activations<Softplus, Square>;
  CHECK(Other::all(Softplus(2)).hidden.front() == Softplus(2));
}

TEST_CASE("sizes are checked by name", "[architecture]") {
  CHECK_NOTHROW(detail::require_sizes("Net", "hidden widths", {1, 2}));
  CHECK_ERROR(detail::require_sizes("Net", "hidden widths", {1, 0}), "Net: expected hidden widths of at least 1, got 0");
  struct Options {
    Index inputs = 3;
    std::vector<Index> non_decreasing = {};
    Index quadratic_rank = 0;
  };
  CHECK_NOTHROW(detail::require_inputs("Net", Options{3, {2}}, Softplus{}));
  CHECK_NOTHROW(detail::require_inputs("Net", Options{3, {}, 2}, Softplus{}));
  CHECK_ERROR(detail::require_inputs("Net", Options{0}, Softplus{}), "at least one input");
  CHECK_ERROR(detail::require_inputs("Net", Options{3, {3}}, Softplus{}), "non-decreasing inputs in 0..2");
  CHECK_ERROR(detail::require_inputs("Net", Options{3, {1}}, Square{}), "a first layer that never decreases");
  CHECK_ERROR(detail::require_inputs("Net", Options{3, {}, 1}, Square{}), "a first activation that never decreases");
  CHECK_ERROR(detail::require_inputs("Net", Options{3, {1}, 1}, Softplus{}), "no non-decreasing inputs beside");
}

TEST_CASE("sizes that are in a type may be left out, and are filled in; others are refused", "[architecture]") {
  Index inputs = 0;
  Widths hidden;
  detail::take_sizes("Net", inputs, 2, hidden, {3, 4, 1});
  CHECK((inputs == 2 && hidden == std::vector<Index>{3, 4}));
  detail::take_sizes("Net", inputs, 2, hidden, {3, 4, 1});
  CHECK((inputs == 2 && hidden == std::vector<Index>{3, 4}));
  CHECK_ERROR(detail::take_sizes("Net", inputs, 3, hidden, {3, 4, 1}), "the sizes that are in the type");
  CHECK_ERROR(detail::take_sizes("Net", inputs, 2, hidden, {4, 3, 1}), "the sizes that are in the type");
  CHECK_ERROR(detail::take_sizes("Net", inputs, 2, hidden, {3, 4, 5, 1}), "the sizes that are in the type");
  CHECK((inputs == 2 && hidden == std::vector<Index>{3, 4}));
}

TEST_CASE("widths come from any range of integers", "[architecture]") {
  const Widths expected{3, 4};
  CHECK(Widths(std::vector<Index>{3, 4}) == expected);
  CHECK(Widths(std::vector<int>{3, 4}) == expected);
  CHECK(Widths(std::vector<std::size_t>{3, 4}) == expected);
  CHECK(Widths(std::array<short, 2>{3, 4}) == expected);
  CHECK(Widths(2, 7) == Widths{7, 7});
  CHECK(Widths().empty());
  STATIC_REQUIRE(!std::is_constructible_v<Widths, std::vector<double>>);
}
