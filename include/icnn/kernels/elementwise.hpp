// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA::kernels {

/// How many derivatives an evaluation leaves behind.
enum class Order { value, first, second };

/// z := g(z) and, as the order asks, first := g'(z), second := g''(z), over `size` contiguous numbers. The portable
/// loop; an activation with a member apply_to(order, size, z, first, second) is asked to do it itself.
template <class Activation, class S>
void apply(const Activation& activation, Order order, Index size, S* z, S* first, S* second) {
  if constexpr (requires { activation.apply_to(order, size, z, first, second); }) {
    activation.apply_to(order, size, z, first, second);
  } else if (order == Order::value) {
    for (Index i = 0; i < size; ++i) z[i] = activation.jet(z[i]).value;
  } else if (order == Order::first) {
    for (Index i = 0; i < size; ++i) {
      const auto jet = activation.jet(z[i]);
      z[i] = jet.value;
      first[i] = jet.first;
    }
  } else {
    for (Index i = 0; i < size; ++i) {
      const auto jet = activation.jet(z[i]);
      z[i] = jet.value;
      first[i] = jet.first;
      second[i] = jet.second;
    }
  }
}

}  // namespace icnn::inline ICNN_ISA::kernels
