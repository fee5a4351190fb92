// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/pack.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = |t|: convex, not monotone, so for the first layer only. Slope 0 at the kink.
struct AbsoluteValue {
  static constexpr bool convex = true;
  static constexpr std::string_view name = "AbsoluteValue";
  static constexpr bool vectorized = true;
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {true, 0}; }

  template <class S>
  [[nodiscard]] static Jet<S> jet(const S& t) {
    using kernels::select;
    return {select(t < S(0), S(-t), t), select(t > S(0), S(1), select(t < S(0), S(-1), t)), S(0)};
  }
  /// g*(t) = 0 for -1 <= t <= 1.
  [[nodiscard]] static double conjugate(double t) { return std::abs(t) <= 1 ? 0.0 : infinity; }
  [[nodiscard]] static constexpr SlopeRange slope_range() noexcept { return {-1, 1}; }
  [[nodiscard]] static constexpr LinearPieces pieces() noexcept { return {2, {{-1, 0, 0}, {1, 0}}}; }
  friend bool operator==(const AbsoluteValue&, const AbsoluteValue&) = default;
};

}  // namespace icnn::inline ICNN_ISA
