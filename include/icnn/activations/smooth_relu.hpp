// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/activations/properties.hpp"

namespace icnn::inline ICNN_ISA {

/// ReLU with a quadratic knee of width h > 0: 0 below 0, t^2 / (2 h) on [0, h], t - h / 2 above. Once differentiable.
class SmoothRelu {
 public:
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "SmoothRelu";

  SmoothRelu() = default;
  explicit SmoothRelu(double knee)
      : knee_(detail::checked_parameter(name, "a finite knee > 0", knee, knee > 0 && std::isfinite(knee))) {}

  [[nodiscard]] double knee() const noexcept { return knee_; }
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {false, 1}; }
  [[nodiscard]] std::string label() const { return detail::text(name, "(", knee_, ")"); }

  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    const S knee = static_cast<S>(knee_);
    if (t <= 0) return {S(0), S(0), S(0)};
    if (t > knee) return {S(t - knee / S(2)), S(1), S(0)};
    return {S(t * (t / knee) / S(2)), S(t / knee), S(S(1) / knee)};  // and NaN
  }
  friend bool operator==(const SmoothRelu&, const SmoothRelu&) = default;

 private:
  double knee_ = 1;
};

}  // namespace icnn::inline ICNN_ISA
