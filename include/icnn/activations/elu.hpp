// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/functions.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = t for t > 0, alpha (exp(t) - 1) otherwise; convex for alpha in (0, 1], once differentiable at alpha = 1 only.
class Elu {
 public:
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "Elu";
  static constexpr bool vectorized = true;

  Elu() = default;
  explicit Elu(double alpha)
      : alpha_(detail::checked_parameter(name, "an alpha in (0, 1], beyond which ELU is not convex", alpha,
                                         alpha > 0 && alpha <= 1)) {}

  [[nodiscard]] double alpha() const noexcept { return alpha_; }
  [[nodiscard]] Regularity regularity() const noexcept { return {false, alpha_ == 1 ? 1 : 0}; }
  [[nodiscard]] std::string label() const { return detail::text(name, "(", alpha_, ")"); }

  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    using kernels::select;
    const auto positive = t > S(0);
    const S alpha = static_cast<S>(alpha_);
    const auto [exp, expm1] = kernels::exponentials(select(positive, S(0), t));
    return {select(positive, t, S(alpha * expm1)), select(positive, S(1), S(alpha * exp)),
            select(positive, S(0), S(alpha * exp))};
  }
  /// g*(t) = t log(t / alpha) - t + alpha for 0 <= t <= alpha, 0 for alpha <= t <= 1.
  [[nodiscard]] double conjugate(double t) const {
    if (!(t >= 0 && t <= 1)) return infinity;
    if (t >= alpha_) return 0;
    return detail::rounded_up((t > 0 ? t * std::log(t / alpha_) : 0.0) - t + alpha_, 2 * alpha_);
  }
  [[nodiscard]] static constexpr SlopeRange slope_range() noexcept { return {0, 1}; }
  friend bool operator==(const Elu&, const Elu&) = default;

 private:
  double alpha_ = 1;
};

}  // namespace icnn::inline ICNN_ISA
