// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "icnn/core/error.hpp"
#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// Value, first and second derivative of an activation at one point.
template <class S>
struct Jet {
  S value;
  S first;
  S second;
};

/// In the place of an activation that nobody has named.
struct NoActivation {};

/// How smooth a function is. An identity is both piecewise linear and twice differentiable.
struct Regularity {
  bool piecewise_linear = false;
  int derivatives = 0;  ///< continuous derivatives: 0 kinked, 1 once differentiable, 2 twice (or more)

  friend bool operator==(const Regularity&, const Regularity&) = default;
};

/// The regularity of a composition or sum.
[[nodiscard]] constexpr Regularity combine(Regularity a, Regularity b) noexcept {
  return {a.piecewise_linear && b.piecewise_linear, std::min(a.derivatives, b.derivatives)};
}

namespace detail {

/// Newton's method needs a derivative that changes, and changes continuously (but for kinks of itself).
[[nodiscard]] constexpr bool is_curved(Regularity regularity) {
  return regularity.derivatives >= 1 && !regularity.piecewise_linear;
}

}  // namespace detail

/// What std::regular means of a type without references and surprises; that one costs a compiler ten times as much.
template <class A>
concept Regular = std::is_default_constructible_v<A> && std::is_copy_constructible_v<A> && std::is_copy_assignable_v<A> &&
    requires(const A& a) {
  { a == a } -> std::same_as<bool>;
};

/// An activation g: a regular value with `jet(t)` for every scalar it supports. At a kink the derivative is any
/// subgradient (ours: 0 for |t|, else the limit from the left). It declares, as static constexpr bool, `convex` and
/// `non_decreasing`, and may have `regularity()`, `slope_range()`, `pieces()`, `conjugate(t)` and `static constexpr
/// std::string_view name`. What is not declared counts as false.
///
/// Accuracy. Certificates take for granted that jet(t), t in double, has a value within `error` (|g(0)| + |g(t)| + |g'(t)
/// t|) and a slope within `error` (1 + |g'(t)|) of the exact ones: `static constexpr double error`, 16 epsilons of double
/// where it is not declared. An activation that is less accurate, a table say, has to declare it, or bounds may be too high.
template <class A>
concept Activation = Regular<A> && requires(const A& activation, double t) {
  { activation.jet(t) } -> std::same_as<Jet<double>>;
};

/// The declared relative error of an activation's value and slope.
template <class A>
[[nodiscard]] constexpr double accuracy_of(const A& activation) noexcept {
  constexpr double usual = 16 * std::numeric_limits<double>::epsilon();
  if constexpr (requires { A::error; }) return std::max(usual, A::error);
  if constexpr (requires { activation.accuracy(); }) return activation.accuracy();
  return usual;
}

template <class A>
[[nodiscard]] constexpr bool is_convex() noexcept {
  if constexpr (requires { A::convex; }) return A::convex;
  return false;
}

template <class A>
[[nodiscard]] constexpr bool is_non_decreasing() noexcept {
  if constexpr (requires { A::non_decreasing; }) return A::non_decreasing;
  return false;
}

/// Whether this very activation never decreases: of a set of activations, the one that was chosen.
template <class A>
[[nodiscard]] constexpr bool never_decreases(const A& activation) {
  if constexpr (requires { activation.never_decreases(); }) return activation.never_decreases();
  return is_non_decreasing<A>();
}

template <class A>
[[nodiscard]] constexpr Regularity regularity_of(const A& activation) {
  if constexpr (requires { activation.regularity(); }) return activation.regularity();
  return {};
}

/// Whether a convex activation knows its conjugate g*(t) = max_s t s - g(s): `conjugate(t)`, rounded up, so that
/// g(s) >= t s - conjugate(t) for every s, and infinity for a t that no tangent has. What a certificate of slopes asks for.
template <class A>
concept HasConjugate = requires(const A& activation, double t) {
  { activation.conjugate(t) } -> std::same_as<double>;
};

/// The conjugate; infinity where it is not known.
template <class A>
[[nodiscard]] double conjugate_of(const A& activation, double t) {
  if constexpr (HasConjugate<A>) return activation.conjugate(t);
  return infinity;
}

template <class A>
[[nodiscard]] constexpr bool knows_conjugate(const A& activation) {
  if constexpr (requires { activation.knows_conjugate(); }) return activation.knows_conjugate();
  return HasConjugate<A>;
}

/// The slopes that the tangents of a convex activation have: all of least..most. Declared as `slope_range()`; otherwise what
/// the derivative is far out on both sides.
struct SlopeRange {
  double least;
  double most;

  friend bool operator==(const SlopeRange&, const SlopeRange&) = default;
};

template <class A>
[[nodiscard]] SlopeRange slope_range_of(const A& activation) {
  if constexpr (requires { activation.slope_range(); }) {
    return activation.slope_range();
  } else {
    constexpr double far = 1e300;
    return {activation.jet(-far).first, activation.jet(far).first};
  }
}

/// A piecewise linear activation as its pieces, from left to right: piece i is slope_i t + offset_i up to t = end_i, the
/// last one without end. Declared as `pieces()`; none for other activations.
struct LinearPiece {
  double slope = 0;
  double offset = 0;
  double end = infinity;

  friend bool operator==(const LinearPiece&, const LinearPiece&) = default;
};
struct LinearPieces {
  int count = 0;
  LinearPiece piece[2];

  friend bool operator==(const LinearPieces&, const LinearPieces&) = default;
};

template <class A>
concept HasPieces = requires(const A& activation) {
  activation.pieces();
};

template <class A>
[[nodiscard]] LinearPieces pieces_of(const A& activation) {
  if constexpr (HasPieces<A>) return activation.pieces();
  return {};
}

/// The activation's name with its parameters, for describe() and messages.
template <class A>
[[nodiscard]] std::string name_of(const A& activation) {
  if constexpr (requires { std::string(activation.label()); }) {
    return std::string(activation.label());
  } else if constexpr (requires { std::string(A::name); }) {
    return std::string(A::name);
  } else {
    return "user-defined";
  }
}

namespace detail {

/// Says what a type lacks to be an activation.
template <class A>
struct CheckedActivation {
  static constexpr bool is_named = !std::same_as<A, NoActivation>;
  static_assert(is_named, "name an activation: Ficnn<double, Softplus>");
  static constexpr bool has_jet = !is_named || requires(const A& activation, double t) {
    { activation.jet(t) } -> std::same_as<Jet<double>>;
  };
  static_assert(has_jet,
                "an activation has template <class S> Jet<S> jet(const S& t) const: value, first and second derivative");
  static_assert(!is_named || !has_jet || Regular<A>,
                "an activation is a regular value: made without arguments, copied, and compared, bool operator==(const A&) "
                "const = default");
  static constexpr bool holds = true;
};

/// An activation that is none of a network's.
template <class Other, class A>
concept OtherActivation = requires(const Other& activation, double t) {
  activation.jet(t);
}
&&!std::convertible_to<const Other&, A>;

/// Says that it is one.
template <class Other, class A>
struct RefusedActivation {
  static_assert(std::convertible_to<const Other&, A>,
                "this network does not take that activation. AnyFicnn and AnyPicnn take what Proposition 1 admits: behind "
                "weights Relu, Identity, LeakyRelu, Softplus, Elu, Celu, SmoothRelu, in the first layer also Square, "
                "AbsoluteValue, SquaredLeakyRelu; one of your own goes into Ficnn<double, Mine>");
  static constexpr bool holds = true;
};

}  // namespace detail

/// Proposition 1 of Amos, Xu and Kolter (ICML 2017): f is convex in y when every W^z >= 0 and every activation is convex
/// and non-decreasing; the first layer's argument is affine in y, so there convexity is enough. (W^z >= 0 is kept by
/// Parameters::edit.) Instantiating this type for an activation that breaks it does not compile.
template <class A>
struct Proposition1 {
  static_assert(detail::CheckedActivation<A>::holds);
  static_assert(!detail::CheckedActivation<A>::is_named || (is_convex<A>() && is_non_decreasing<A>()),
                "Proposition 1: an activation behind W^z must be convex and non-decreasing (declare 'convex' and "
                "'non_decreasing'); one that is only convex may stand in the first layer");
  static constexpr bool holds = true;
};

template <class A>
struct Proposition1FirstLayer {
  static_assert(detail::CheckedActivation<A>::holds);
  static_assert(!detail::CheckedActivation<A>::is_named || is_convex<A>(),
                "Proposition 1: the activation of the first layer must be convex (declare 'convex')");
  static constexpr bool holds = true;
};

namespace detail {

/// At least the exact number that \p value stands for, which was computed in a few operations out of terms no larger than it
/// or \p size.
[[nodiscard]] inline double rounded_up(double value, double size) noexcept {
  constexpr double unit = std::numeric_limits<double>::epsilon();
  return value + 8 * unit * (std::abs(value) + size) + std::numeric_limits<double>::min();
}

/// For constructors of activations with a parameter.
inline double checked_parameter(std::string_view activation, std::string_view range, double value, bool good) {
  if (!good) fail({activation, range, detail::text(value)});
  return value;
}

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
