// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>

#include "icnn/kernels/pack.hpp"

namespace icnn::inline ICNN_ISA::kernels {

/// How many derivatives an evaluation leaves behind.
enum class Order { value, first, second };

namespace detail {

template <Order order, class Activation, class S>
void apply_each(const Activation& activation, Index size, S* z, S* first, S* second) {
  const Activation g = activation;  // a copy that no store can change: what it computes from its parameters leaves the loop
  for (Index i = 0; i < size; ++i) {
    const auto jet = g.jet(z[i]);
    z[i] = jet.value;
    if constexpr (order != Order::value) first[i] = jet.first;
    if constexpr (order == Order::second) second[i] = jet.second;
  }
}

/// The same by packs, the last of which may be incomplete: every number sees the same operations wherever it stands.
template <Order order, class Activation, class S>
void apply_packs(const Activation& activation, Index size, S* z, S* first, S* second) {
  using P = Pack<S>;
  const Activation g = activation;
  const auto step = [&](Index i, Index count) __attribute__((always_inline)) {
    const auto jet = g.jet(P::load(z + i, count));
    jet.value.store(z + i, count);
    if constexpr (order != Order::value) jet.first.store(first + i, count);
    if constexpr (order == Order::second) jet.second.store(second + i, count);
  };
  for (Index i = 0; i < size; i += P::size) step(i, std::min(P::size, size - i));
}

template <Order order, class Activation, class S>
void apply(const Activation& activation, Index size, S* z, S* first, S* second) {
  if constexpr (is_pack<S>) {  // packs lie in memory as their numbers do, and are only copied from there and to there
    const auto numbers = [](S* packs) { return reinterpret_cast<typename S::Scalar*>(packs); };
    apply_packs<order>(activation, size * S::size, numbers(z), numbers(first), numbers(second));
  } else if constexpr (vectorized<S> && requires { requires Activation::vectorized; }) {
    apply_packs<order>(activation, size, z, first, second);
  } else {
    apply_each<order>(activation, size, z, first, second);
  }
}

}  // namespace detail

/// z := g(z) and, as the order asks, first := g'(z), second := g''(z), over `size` contiguous numbers. An activation with
/// `static constexpr bool vectorized = true` has a jet() that takes packs as well as numbers; one with a member
/// apply_to(order, size, z, first, second) is asked to do it itself.
template <class Activation, class S>
void apply(const Activation& activation, Order order, Index size, S* z, S* first, S* second) {
  if constexpr (requires { activation.apply_to(order, size, z, first, second); }) {
    activation.apply_to(order, size, z, first, second);
  } else if (order == Order::value) {
    detail::apply<Order::value>(activation, size, z, first, second);
  } else if (order == Order::first) {
    detail::apply<Order::first>(activation, size, z, first, second);
  } else {
    detail::apply<Order::second>(activation, size, z, first, second);
  }
}

/// out := a o b, over `size` contiguous numbers or packs.
template <class T>
void multiply(Index size, const T* a, const T* b, T* out) {
  Index i = 0;
  if constexpr (vectorized<T>) {
    using P = Pack<T>;
    const Index whole = size - size % P::size;  // (of a size in the type g++ 12 sees that nothing is left)
    for (; i < whole; i += P::size) (P::load(a + i) * P::load(b + i)).store(out + i);
  }
  for (; i < size; ++i) out[i] = a[i] * b[i];
}

}  // namespace icnn::inline ICNN_ISA::kernels
