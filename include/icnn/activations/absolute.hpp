// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/pack.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = |t|: convex, not monotone, so for the first layer only. Slope 0 at the kink.
struct Absolute {
  static constexpr bool convex = true;
  static constexpr std::string_view name = "Absolute";
  static constexpr bool vectorised = true;
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {true, 0}; }

  template <class S>
  [[nodiscard]] static Jet<S> jet(const S& t) {
    using kernels::select;
    return {select(t < S(0), S(-t), t), select(t > S(0), S(1), select(t < S(0), S(-1), t)), S(0)};
  }
  friend bool operator==(const Absolute&, const Absolute&) = default;
};

}  // namespace icnn::inline ICNN_ISA
