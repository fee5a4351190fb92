// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <type_traits>

#include "icnn/kernels/register_tiles.hpp"

/// Products with one column and compile-time sizes, for tiny networks: everything unrolled, nothing called. What the
/// registers do not fit is left to Eigen, which unrolls it too.
namespace icnn::inline ICNN_ISA::kernels::detail {

/// Whether a sum over Terms columns of that many rows is worth the registers: at least one pack of rows, and small enough to
/// be unrolled.
template <class S, int Rows, int Terms>
inline constexpr bool fits_registers = [] {
  if constexpr (vectorized<S>) {
    return Rows >= Pack<S>::size && Rows <= 8 * Pack<S>::size && Terms <= 64;
  } else {
    return false;
  }
}();

/// out += W z. Few packs of rows are summed in several chains, so that no addition waits for the one before.
template <class W, class Z, class Out>
[[gnu::always_inline]] inline void add_fixed_product(const W& w, const Z& z, Out&& out) {
  using S = typename W::Scalar;
  constexpr int rows = W::RowsAtCompileTime, terms = W::ColsAtCompileTime;
  if constexpr (fits_registers<S, rows, terms> && std::decay_t<Out>::ColsAtCompileTime == 1) {
    using V = Floats<S>;
    constexpr int lanes = static_cast<int>(Pack<S>::size), packs = rows / lanes;
    constexpr int chains = packs >= 4 ? 1 : packs >= 2 ? 2 : 4;
    const S *from = w.data(), *coefficients = z.data();
    S* to = out.data();
    Local<V, packs * chains> sum;
    unrolled<packs * chains>([&](Index i)
                                 __attribute__((always_inline)) { sum[i] = i < packs ? load<V>(to + i * lanes) : V{}; });
    unrolled<terms>([&](Index t) __attribute__((always_inline)) {
      const V x = coefficients[t] - V{};
      unrolled<packs>([&](Index r) __attribute__((always_inline)) {
        sum[r + (t % chains) * packs] += load<V>(from + t * rows + r * lanes) * x;
      });
    });
    unrolled<packs>([&](Index r) __attribute__((always_inline)) {
      V total = sum[r];
      unrolled<chains - 1>([&](Index c) __attribute__((always_inline)) { total += sum[r + (c + 1) * packs]; });
      store(to + r * lanes, total);
    });
    if constexpr (constexpr int left = rows % lanes; left > 0) {
      out.template bottomRows<left>().noalias() += w.template bottomRows<left>().lazyProduct(z);
    }
  } else {
    out.noalias() += w.lazyProduct(z);
  }
}

/// out += W' v.
template <class W, class V, class Out>
[[gnu::always_inline]] inline void add_fixed_transposed_product(const W& w, const V& v, Out&& out) {
  using S = typename W::Scalar;
  constexpr int rows = W::RowsAtCompileTime, cols = W::ColsAtCompileTime;
  if constexpr (fits_registers<S, rows, cols> && std::decay_t<Out>::ColsAtCompileTime == 1) {
    constexpr int group = dots<S>;
    unrolled<(cols + group - 1) / group>([&](Index g) __attribute__((always_inline)) {
      const Index first = g * group;
      inline_dot_tile<S, 1>(rows, w.data() + first * rows, rows, v.data(), rows, out.data() + first, cols,
                            std::min<Index>(group, cols - first));
    });
  } else {
    out.noalias() += w.transpose().lazyProduct(v);
  }
}

/// Whether a product with several columns is a single tile of sums in registers.
template <class S, int Rows, int Cols>
inline constexpr bool is_one_tile = [] {
  if constexpr (vectorized<S>) {
    constexpr int lanes = static_cast<int>(Pack<S>::size);
    return Rows % lanes == 0 && Rows <= tallest * lanes && Cols > 1 && Cols <= widest &&
           Rows / lanes * Cols <= sums_in_registers;
  } else {
    return false;
  }
}();

/// out += W Z as that tile, without asking for sizes.
template <class W, class Z, class Out>
void add_tile_product(const W& w, const Z& z, Out& out) {
  using S = typename W::Scalar;
  const Index from_column_to_column = Z::IsRowMajor ? z.innerStride() : z.outerStride();  // Eigen stores 1 x n by rows
  broadcast_tile<S, W::RowsAtCompileTime / static_cast<int>(Pack<S>::size), Z::ColsAtCompileTime, false>(
      w.cols(), w.data(), w.outerStride(), z.data(), from_column_to_column, out.data(), out.outerStride(), 0);
}

/// Lower triangle of out += J' diag(weights) J; scaled is overwritten. Entries above the diagonal stay.
template <class J, class Weights, class Scratch, class Out>
void add_fixed_gram(const J& j, const Weights& weights, Scratch& scaled, Out& out) {
  using S = typename J::Scalar;
  constexpr int rows = J::RowsAtCompileTime, cols = J::ColsAtCompileTime;
  scaled.noalias() = weights.asDiagonal() * j;
  if constexpr (cols <= dots<S>) {  // a tile for every column, of the size that it takes
    for_constants<cols>([&](auto c) __attribute__((always_inline)) {
      constexpr int count = cols - c, tile = count > 4 ? 8 : count > 2 ? 4 : 2;
      inline_dot_tile<S, 1, tile>(rows, j.data() + c * rows, rows, scaled.data() + c * rows, rows, &out(Index{c}, Index{c}),
                                  cols, count);
    });
  } else {
    for (Index c = 0; c < cols; ++c) {
      for (Index first = c; first < cols; first += dots<S>) {
        inline_dot_tile<S, 1>(rows, j.data() + first * rows, rows, scaled.data() + c * rows, rows, &out(first, c), cols,
                              std::min<Index>(dots<S>, cols - first));
      }
    }
  }
}

}  // namespace icnn::inline ICNN_ISA::kernels::detail
