// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string_view>

namespace icnn::inline ICNN_ISA {

/// What a derivative of an argmin is.
enum class DerivativeStatus {
  exact,          ///< the argmin is differentiable, and this is its derivative
  zero,           ///< exact as well: constraints alone hold the argmin where it is, and it does not move at first order
  one_sided,      ///< a constraint with multiplier 0, a neuron with a piece that does not count, or more of both than the
                  ///< point needs: the argmin has other derivatives in other directions, and this is one of them
  kinked,         ///< at a kink that is not one of two-piece neurons: nothing is said
  not_unique,     ///< the argmin is a set (a flat minimum, or one too flat to tell): nothing is said
  gap_too_large,  ///< the point found does not show which constraints and kinks hold at the argmin: nothing is said
};

[[nodiscard]] constexpr std::string_view to_string(DerivativeStatus status) noexcept {
  switch (status) {
    case DerivativeStatus::exact: return "exact";
    case DerivativeStatus::zero: return "zero";
    case DerivativeStatus::one_sided: return "one-sided";
    case DerivativeStatus::kinked: return "kinked";
    case DerivativeStatus::not_unique: return "not unique";
    case DerivativeStatus::gap_too_large: return "gap too large";
  }
  return "unknown";
}

}  // namespace icnn::inline ICNN_ISA
