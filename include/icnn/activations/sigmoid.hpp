// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/functions.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = 1 / (1 + exp(-t)): for context paths and feed-forward networks only.
struct Sigmoid {
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "Sigmoid";
  static constexpr bool vectorized = true;
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {false, 2}; }

  template <class S>
  [[nodiscard]] static Jet<S> jet(const S& t) {
    using kernels::select;
    const auto [exp, expm1] = kernels::exponentials(S(-kernels::magnitude(t)));
    const S larger = S(1) / (S(1) + exp), smaller = exp * larger;
    const S first = larger * smaller;
    const S tilt = -expm1 * larger;  // |1 - 2 sigmoid(t)|
    return {select(t < S(0), smaller, larger), first, select(t < S(0), S(first * tilt), S(-first * tilt))};
  }
  friend bool operator==(const Sigmoid&, const Sigmoid&) = default;
};

}  // namespace icnn::inline ICNN_ISA
