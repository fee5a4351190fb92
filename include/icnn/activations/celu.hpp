// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/functions.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = t for t > 0, alpha (exp(t / alpha) - 1) otherwise, alpha > 0: convex and once differentiable for every alpha.
class Celu {
 public:
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "Celu";
  static constexpr bool vectorized = true;

  Celu() = default;
  explicit Celu(double alpha)
      : alpha_(detail::checked_parameter(name, "a finite alpha > 0", alpha, alpha > 0 && std::isfinite(alpha))) {}

  [[nodiscard]] double alpha() const noexcept { return alpha_; }
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {false, 1}; }
  [[nodiscard]] std::string label() const { return detail::text(name, "(", alpha_, ")"); }

  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    using kernels::select;
    const auto positive = t > S(0);
    const S alpha = static_cast<S>(alpha_), inverse = S(1) / alpha;
    const auto [exp, expm1] = kernels::exponentials(S(select(positive, S(0), t) * inverse));
    return {select(positive, t, S(alpha * expm1)), select(positive, S(1), exp), select(positive, S(0), S(exp * inverse))};
  }
  /// g*(t) = alpha (t log t - t + 1) for 0 <= t <= 1.
  [[nodiscard]] double conjugate(double t) const {
    if (!(t >= 0 && t <= 1)) return infinity;
    return detail::rounded_up(alpha_ * ((t > 0 ? t * std::log(t) : 0.0) - t + 1), 2 * alpha_);
  }
  [[nodiscard]] static constexpr SlopeRange slope_range() noexcept { return {0, 1}; }
  friend bool operator==(const Celu&, const Celu&) = default;

 private:
  double alpha_ = 1;
};

}  // namespace icnn::inline ICNN_ISA
