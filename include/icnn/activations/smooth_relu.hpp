// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/pack.hpp"

namespace icnn::inline ICNN_ISA {

/// ReLU with a quadratic knee of width h > 0: 0 below 0, t^2 / (2 h) on [0, h], t - h / 2 above. Once differentiable.
class SmoothRelu {
 public:
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "SmoothRelu";
  static constexpr bool vectorized = true;

  SmoothRelu() = default;
  explicit SmoothRelu(double knee)
      : knee_(detail::checked_parameter(name, "a finite knee > 0", knee, knee > 0 && std::isfinite(knee))) {}

  [[nodiscard]] double knee() const noexcept { return knee_; }
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {false, 1}; }
  [[nodiscard]] std::string label() const { return detail::text(name, "(", knee_, ")"); }

  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    using kernels::select;
    const S knee = static_cast<S>(knee_), inverse = S(1) / knee;
    const auto below = t <= S(0), above = t > knee;
    const auto choose = [&](const S& line, const S& parabola) { return select(below, S(0), select(above, line, parabola)); };
    return {choose(S(t - knee / S(2)), S(t * (t * inverse) / S(2))), choose(S(1), S(t * inverse)), choose(S(0), inverse)};
  }
  /// g*(t) = knee t^2 / 2 for 0 <= t <= 1.
  [[nodiscard]] double conjugate(double t) const {
    return t >= 0 && t <= 1 ? detail::rounded_up(knee_ * t * t / 2, 0) : infinity;
  }
  [[nodiscard]] static constexpr SlopeRange slope_range() noexcept { return {0, 1}; }
  friend bool operator==(const SmoothRelu&, const SmoothRelu&) = default;

 private:
  double knee_ = 1;
};

}  // namespace icnn::inline ICNN_ISA
