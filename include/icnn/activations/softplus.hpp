// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/functions.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = log(1 + exp(beta t)) / beta, beta > 0; g'' <= beta / 4. Evaluated as max(t, 0) + log1p(exp(-|beta t|)) / beta,
/// which neither overflows nor loses the relative accuracy of its tail.
class Softplus {
 public:
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "Softplus";
  static constexpr bool vectorized = true;

  Softplus() = default;
  explicit Softplus(double beta)
      : beta_(detail::checked_parameter(name, "a finite beta > 0", beta, beta > 0 && std::isfinite(beta))) {}

  [[nodiscard]] double beta() const noexcept { return beta_; }
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {false, 2}; }
  [[nodiscard]] std::string label() const { return detail::text(name, "(", beta_, ")"); }

  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    using kernels::select;
    const S beta = static_cast<S>(beta_), inverse = S(1) / beta;
    const auto [log, larger, smaller] = kernels::logistic(kernels::magnitude(S(beta * t)));
    return {S(select(t < S(0), S(0), t) + log * inverse), select(t < S(0), smaller, larger), S(beta * larger * smaller)};
  }
  /// g*(t) = (t log t + (1 - t) log(1 - t)) / beta for 0 <= t <= 1.
  [[nodiscard]] double conjugate(double t) const {
    if (!(t >= 0 && t <= 1)) return infinity;
    const double off = t > 0 ? t * std::log(t) : 0, on = t < 1 ? (1 - t) * std::log1p(-t) : 0;
    return detail::rounded_up((off + on) / beta_, 0);
  }
  [[nodiscard]] static constexpr SlopeRange slope_range() noexcept { return {0, 1}; }
  friend bool operator==(const Softplus&, const Softplus&) = default;

 private:
  double beta_ = 1;
};

}  // namespace icnn::inline ICNN_ISA
