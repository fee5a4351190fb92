// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/activations/properties.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = t for t > 0, alpha (exp(t / alpha) - 1) otherwise, alpha > 0: convex and once differentiable for every alpha.
class Celu {
 public:
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "Celu";

  Celu() = default;
  explicit Celu(double alpha)
      : alpha_(detail::checked_parameter(name, "a finite alpha > 0", alpha, alpha > 0 && std::isfinite(alpha))) {}

  [[nodiscard]] double alpha() const noexcept { return alpha_; }
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {false, 1}; }
  [[nodiscard]] std::string label() const { return detail::text(name, "(", alpha_, ")"); }

  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    using std::exp, std::expm1;
    if (t > 0) return {t, S(1), S(0)};
    const S alpha = static_cast<S>(alpha_);
    const S slope = exp(S(t / alpha));
    return {S(alpha * expm1(S(t / alpha))), slope, S(slope / alpha)};
  }
  friend bool operator==(const Celu&, const Celu&) = default;

 private:
  double alpha_ = 1;
};

}  // namespace icnn::inline ICNN_ISA
