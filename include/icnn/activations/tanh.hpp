// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/activations/properties.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = tanh(t): for context paths and feed-forward networks only.
struct Tanh {
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "Tanh";
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {false, 2}; }

  template <class S>
  [[nodiscard]] static Jet<S> jet(const S& t) {
    using std::abs, std::exp, std::tanh;
    const S value = tanh(t);
    const S tail = exp(S(S(-2) * abs(t)));  // 1 - tanh^2 = 4 e / (1 + e)^2, where the difference would cancel
    const S first = S(4) * tail / ((S(1) + tail) * (S(1) + tail));
    return {value, first, S(S(-2) * value * first)};
  }
  friend bool operator==(const Tanh&, const Tanh&) = default;
};

}  // namespace icnn::inline ICNN_ISA
