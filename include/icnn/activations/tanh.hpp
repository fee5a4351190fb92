// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/functions.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = tanh(t): for context paths and feed-forward networks only.
struct Tanh {
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "Tanh";
  static constexpr bool vectorized = true;
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {false, 2}; }

  template <class S>
  [[nodiscard]] static Jet<S> jet(const S& t) {
    using kernels::select;
    const auto [exp, expm1] = kernels::exponentials(S(S(-2) * kernels::magnitude(t)));
    const S inverse = S(1) / (S(2) + expm1);
    const S size = -expm1 * inverse, value = select(t < S(0), S(-size), size);
    const S first = S(4) * exp * inverse * inverse;  // 1 - tanh^2 would cancel
    return {value, first, S(S(-2) * value * first)};
  }
  friend bool operator==(const Tanh&, const Tanh&) = default;
};

}  // namespace icnn::inline ICNN_ISA
