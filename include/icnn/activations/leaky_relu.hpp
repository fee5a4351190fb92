// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/pack.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = max(t, slope t), slope in [0, 1].
class LeakyRelu {
 public:
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "LeakyRelu";
  static constexpr bool vectorized = true;

  LeakyRelu() = default;
  explicit LeakyRelu(double slope)
      : slope_(detail::checked_parameter(name, "a slope in [0, 1]", slope, slope >= 0 && slope <= 1)) {}

  [[nodiscard]] double slope() const noexcept { return slope_; }
  [[nodiscard]] Regularity regularity() const noexcept { return {true, slope_ == 1 ? 2 : 0}; }
  [[nodiscard]] std::string label() const { return detail::text(name, "(", slope_, ")"); }

  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    using kernels::select;
    const S slope = static_cast<S>(slope_);
    return {select(t > S(0), t, S(slope * t)), select(t > S(0), S(1), select(t <= S(0), slope, t)), S(0)};
  }
  /// g*(t) = 0 for slope <= t <= 1.
  [[nodiscard]] double conjugate(double t) const { return t >= slope_ && t <= 1 ? 0.0 : infinity; }
  [[nodiscard]] SlopeRange slope_range() const noexcept { return {slope_, 1}; }
  [[nodiscard]] LinearPieces pieces() const noexcept { return {2, {{slope_, 0, 0}, {1, 0}}}; }
  friend bool operator==(const LeakyRelu&, const LeakyRelu&) = default;

 private:
  double slope_ = 0.01;
};

}  // namespace icnn::inline ICNN_ISA
