// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/activations/properties.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = t^2: convex, not monotone, so for the first layer only.
struct Square {
  static constexpr bool convex = true;
  static constexpr std::string_view name = "Square";
  static constexpr bool vectorized = true;
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {false, 2}; }

  template <class S>
  [[nodiscard]] static Jet<S> jet(const S& t) {
    return {S(t * t), S(t + t), S(2)};
  }
  /// g*(t) = t^2 / 4.
  [[nodiscard]] static double conjugate(double t) { return detail::rounded_up(t * t / 4, 0); }
  [[nodiscard]] static constexpr SlopeRange slope_range() noexcept { return {-infinity, infinity}; }
  friend bool operator==(const Square&, const Square&) = default;
};

}  // namespace icnn::inline ICNN_ISA
