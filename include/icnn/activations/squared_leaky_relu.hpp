// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/pack.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = max(t, slope t)^2 for slope in [0, 1]: convex, once differentiable; not monotone, so for the first layer only.
class SquaredLeakyRelu {
 public:
  static constexpr bool convex = true;
  static constexpr std::string_view name = "SquaredLeakyRelu";
  static constexpr bool vectorized = true;

  SquaredLeakyRelu() = default;
  explicit SquaredLeakyRelu(double slope)
      : slope_(detail::checked_parameter(name, "a slope in [0, 1]", slope, slope >= 0 && slope <= 1)) {}

  [[nodiscard]] double slope() const noexcept { return slope_; }
  [[nodiscard]] Regularity regularity() const noexcept { return {false, slope_ == 1 ? 2 : 1}; }
  [[nodiscard]] std::string label() const { return detail::text(name, "(", slope_, ")"); }

  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    using kernels::select;
    const S square = select(t > S(0), S(1), static_cast<S>(slope_ * slope_));
    return {S(square * t * t), S(S(2) * square * t), S(S(2) * square)};
  }
  /// g*(t) = t^2 / 4 for t >= 0, t^2 / (4 slope^2) below.
  [[nodiscard]] double conjugate(double t) const {
    if (t < 0 && slope_ == 0) return infinity;
    const double root = t < 0 ? t / slope_ : t;
    return detail::rounded_up(root * root / 4, 0);
  }
  [[nodiscard]] SlopeRange slope_range() const noexcept { return {slope_ > 0 ? -infinity : 0.0, infinity}; }
  friend bool operator==(const SquaredLeakyRelu&, const SquaredLeakyRelu&) = default;

 private:
  double slope_ = 0.01;
};

}  // namespace icnn::inline ICNN_ISA
