// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/activations/properties.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = t.
struct Identity {
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "Identity";
  static constexpr bool vectorized = true;
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {true, 2}; }

  template <class S>
  [[nodiscard]] static Jet<S> jet(const S& t) {
    return {t, S(1), S(0)};
  }
  /// g*(1) = 0.
  [[nodiscard]] static double conjugate(double t) { return t == 1 ? 0.0 : infinity; }
  [[nodiscard]] static constexpr SlopeRange slope_range() noexcept { return {1, 1}; }
  [[nodiscard]] static constexpr LinearPieces pieces() noexcept { return {1, {{1, 0}}}; }
  friend bool operator==(const Identity&, const Identity&) = default;
};

}  // namespace icnn::inline ICNN_ISA
