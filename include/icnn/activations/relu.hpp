// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/activations/properties.hpp"

namespace icnn::inline ICNN_ISA {

/// g(t) = max(t, 0); slope 0 at the kink. NaN propagates.
struct Relu {
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr std::string_view name = "Relu";
  [[nodiscard]] static constexpr Regularity regularity() noexcept { return {true, 0}; }

  template <class S>
  [[nodiscard]] static Jet<S> jet(const S& t) {
    return {t <= 0 ? S(0) : t, t > 0 ? S(1) : t <= 0 ? S(0) : t, S(0)};
  }
  friend bool operator==(const Relu&, const Relu&) = default;
};

}  // namespace icnn::inline ICNN_ISA
