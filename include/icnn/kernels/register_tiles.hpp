// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

#include "icnn/kernels/pack.hpp"

/// Products of matrices whose sizes fit the registers: what the blocked products are made of. Sums are kept in local arrays
/// with constant indices, which the compilers turn into registers.
namespace icnn::inline ICNN_ISA::kernels::detail {

/// f(0), f(1), ..., f(N - 1) with arguments that are constants of their types.
template <int N, class F>
[[gnu::always_inline]] inline void for_constants(F&& f) {
  [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) {
    (f(std::integral_constant<int, I>{}), ...);
  }
  (std::make_integer_sequence<int, N>{});
}

/// f(0), f(1), ..., f(N - 1), inlined one by one, so that the arguments are constants to the optimizer, while f is compiled
/// once; where nothing is optimized, a loop.
template <Index N, class F>
[[gnu::always_inline]] inline void unrolled(F&& f) {
#ifdef __OPTIMIZE__
  [&]<Index... I>(std::integer_sequence<Index, I...>) __attribute__((always_inline)) { (f(I), ...); }
  (std::make_integer_sequence<Index, N>{});
#else
  for (Index i = 0; i < N; ++i) f(i);
#endif
}

template <class S>
using Floats = typename Pack<S>::Floats;

/// N things in registers or on the stack.
template <class T, Index N>
using Local = T[static_cast<std::size_t>(N)];

template <class V, class S>
[[gnu::always_inline]] inline V load(const S* from) {
  V v;
  std::memcpy(&v, from, sizeof(v));
  return v;
}

template <class V, class S>
[[gnu::always_inline]] inline void store(S* to, const V& v) {
  std::memcpy(to, &v, sizeof(v));
}

/// Keeps v in a register. g++, where it tunes for Zen, would fold the load into every instruction that uses v, and two loads
/// a cycle are as many as there are multiply-adds: the products would take up to twice as long.
template <class V>
[[gnu::always_inline]] inline void keep_in_register([[maybe_unused]] V& v) {
#if ICNN_REGISTER_BYTES == 64
  asm("" : "+v"(v));
#elif ICNN_REGISTER_BYTES == 32
  asm("" : "+x"(v));
#endif
}

/// How many sums stay in registers beside the operands: 32 registers there are with AVX-512 and NEON, 16 with AVX2.
inline constexpr int sums_in_registers = register_bytes == 32 ? 12 : 24;

/// Columns of the widest tile, and packs of rows of the tallest.
inline constexpr int widest = sums_in_registers / 3;
inline constexpr int tallest = 6;

/// The mask of the lanes from `first` on.
template <class S>
[[gnu::always_inline]] inline auto lanes_from(Index first) {
  using Mask = typename Pack<S>::Mask;
  using Integer = std::remove_cvref_t<decltype(Mask{}[0])>;
  return [&]<Integer... I>(std::integer_sequence<Integer, I...>) __attribute__((always_inline)) {
    return Mask{I...} >= static_cast<Integer>(first) - Mask{};
  }
  (std::make_integer_sequence<Integer, static_cast<Integer>(Pack<S>::size)>{});
}

/// out(r, j) += sum_t a(r, t) b(t, j) for R packs of rows and N columns; columns of a lie lda apart, b(t, j) at b[t + j
/// ldb], or, transposed, at b[j + t ldb]. Of the rows the first `skip` are left as they are (only where R = 1).
template <class S, int R, int N, bool transposed>
[[gnu::noinline]] void broadcast_tile(Index depth, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo,
                                      Index skip) {
  using V = Floats<S>;
  constexpr Index lanes = Pack<S>::size;
  Local<V, R * N> sum;
  unrolled<R * N>([&](Index i) __attribute__((always_inline)) { sum[i] = V{}; });
  for (Index t = 0; t < depth; ++t) {
    Local<V, R> x;
    unrolled<R>([&](Index r) __attribute__((always_inline)) {
      x[r] = load<V>(a + r * lanes);
      keep_in_register(x[r]);
    });
    unrolled<N>([&](Index j) __attribute__((always_inline)) {
      const V y = (transposed ? b[j] : b[j * ldb]) - V{};
      unrolled<R>([&](Index r) __attribute__((always_inline)) { sum[r + j * R] += x[r] * y; });
    });
    a += lda;
    b += transposed ? ldb : 1;
  }
  unrolled<N>([&](Index j) __attribute__((always_inline)) {
    unrolled<R>([&](Index r) __attribute__((always_inline)) {
      S* to = out + r * lanes + j * ldo;
      const V before = load<V>(to), after = before + sum[r + j * R];
      if (R > 1 || skip == 0) {
        store(to, after);
      } else {
        store<V>(to, lanes_from<S>(skip) ? after : before);
      }
    });
  });
}

template <class V, int... I>
[[gnu::always_inline]] inline V add_neighbors(const V& a, const V& b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, (2 * I)...) + __builtin_shufflevector(a, b, (2 * I + 1)...);
}

template <class Part, class V, int... I>
[[gnu::always_inline]] inline Part first_lanes(const V& a, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, a, I...);
}

/// The sums over the lanes of C vectors (overwritten), side by side.
template <int C, class S>
[[gnu::always_inline]] inline auto sums_of(Floats<S>* v) {
  constexpr int lanes = static_cast<int>(Pack<S>::size);
  constexpr auto all = std::make_integer_sequence<int, lanes>{};
  const auto halve = [&](auto half) __attribute__((always_inline)) {
    unrolled<half>([&](Index i) __attribute__((always_inline)) { v[i] = add_neighbors(v[2 * i], v[2 * i + 1], all); });
  };
  if constexpr (C >= 8) halve(std::integral_constant<int, 4>{});
  if constexpr (C >= 4) halve(std::integral_constant<int, 2>{});
  halve(std::integral_constant<int, 1>{});
  for (int left = lanes / C; left > 1; left /= 2) v[0] = add_neighbors(v[0], v[0], all);
  using Part = typename Register<S, C* static_cast<int>(sizeof(S))>::Floats;
  return first_lanes<Part>(v[0], std::make_integer_sequence<int, C>{});
}

/// Columns of a that one tile of dot products takes.
template <class S>
inline constexpr int dots = static_cast<int>(std::min<Index>(Pack<S>::size, register_bytes == 32 ? 4 : 8));

/// out(c, j) += sum_r a(r, c) b(r, j) for `count` <= C columns of a and N of b; C is a power of 2, at most dots.
template <class S, int N, int C = dots<S>>
[[gnu::always_inline]] inline void inline_dot_tile(Index depth, const S* a, Index lda, const S* b, Index ldb, S* out,
                                                   Index ldo, Index count) {
  using V = Floats<S>;
  constexpr Index lanes = Pack<S>::size;
  Local<V, C * N> sum;
  unrolled<C * N>([&](Index i) __attribute__((always_inline)) { sum[i] = V{}; });
  Local<const S*, C> column;  // those beyond the last repeat it, and their sums are dropped
  unrolled<C>([&](Index c) __attribute__((always_inline)) { column[c] = a + std::min<Index>(c, count - 1) * lda; });
  const auto step = [&](auto fetch) __attribute__((always_inline)) {
    Local<V, N> y;
    unrolled<N>([&](Index j) __attribute__((always_inline)) {
      y[j] = fetch(b + j * ldb);
      keep_in_register(y[j]);
    });
    unrolled<C>([&](Index c) __attribute__((always_inline)) {
      const V x = fetch(column[c]);
      unrolled<N>([&](Index j) __attribute__((always_inline)) { sum[c + j * C] += x * y[j]; });
    });
  };
  Index r = 0;
  for (; r + lanes <= depth; r += lanes) {
    step([&](const S* p) __attribute__((always_inline)) { return load<V>(p + r); });
  }
  if (r < depth && depth >= lanes) {  // the last pack overlaps the one before, whose lanes count as zeros
    const auto fresh = lanes_from<S>(lanes - (depth - r));
    step([&](const S* p) __attribute__((always_inline)) { return fresh ? load<V>(p + depth - lanes) : V{}; });
  } else if (r < depth) {
    step([&](const S* p) { return Pack<S>::load(p, depth).v; });
  }
  unrolled<N>([&](Index j) __attribute__((always_inline)) {
    using Part = Pack<S, C* static_cast<int>(sizeof(S))>;
    S* to = out + j * ldo;
    (Part::load(to, count) + Part(sums_of<C, S>(sum + j * C))).store(to, count);
  });
}

template <class S, int N>
[[gnu::noinline]] void dot_tile(Index depth, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo, Index count) {
  inline_dot_tile<S, N>(depth, a, lda, b, ldb, out, ldo, count);
}

/// to(i, j) := from(j, i) for a square of one pack by one pack.
template <class S>
[[gnu::always_inline]] inline void transpose_square(const S* from, Index from_stride, S* to, Index to_stride) {
  using V = Floats<S>;
  constexpr int lanes = static_cast<int>(Pack<S>::size);
  Local<V, lanes> v;
  unrolled<lanes>([&](Index i) __attribute__((always_inline)) { v[i] = load<V>(from + i * from_stride); });
  // Interleaving the first half of the vectors with the second, log2(lanes) times, is the transposition.
  const auto interleave = [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) {
    Local<V, lanes> w;
    unrolled<lanes / 2>([&](Index i) __attribute__((always_inline)) {
      const V &a = v[i], &b = v[i + lanes / 2];
      w[2 * i] = __builtin_shufflevector(a, b, (I / 2 + (I % 2) * lanes)...);
      w[2 * i + 1] = __builtin_shufflevector(a, b, (lanes / 2 + I / 2 + (I % 2) * lanes)...);
    });
    unrolled<lanes>([&](Index i) __attribute__((always_inline)) { v[i] = w[i]; });
  };
  constexpr auto all = std::make_integer_sequence<int, lanes>{};
  if constexpr (lanes >= 2) interleave(all);
  if constexpr (lanes >= 4) interleave(all);
  if constexpr (lanes >= 8) interleave(all);
  if constexpr (lanes >= 16) interleave(all);
  unrolled<lanes>([&](Index i) __attribute__((always_inline)) { store(to + i * to_stride, v[i]); });
}

}  // namespace icnn::inline ICNN_ISA::kernels::detail
