// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/pack.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = max(t, 0); slope 0 at the kink. NaN propagates.
struct Relu {
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "Relu";
  static constexpr bool vectorized = true;
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {true, 0}; }

  template <class S>
  [[nodiscard]] static Jet<S> jet(const S& t) {
    using kernels::select;
    return {select(t <= S(0), S(0), t), select(t > S(0), S(1), select(t <= S(0), S(0), t)), S(0)};
  }
  /// g*(t) = 0 for 0 <= t <= 1.
  [[nodiscard]] static double conjugate(double t) { return t >= 0 && t <= 1 ? 0.0 : infinity; }
  [[nodiscard]] static constexpr SlopeRange slope_range() noexcept { return {0, 1}; }
  [[nodiscard]] static constexpr LinearPieces pieces() noexcept { return {2, {{0, 0, 0}, {1, 0}}}; }
  friend bool operator==(const Relu&, const Relu&) = default;
};

}  // namespace icnn::inline ICNN_ISA
