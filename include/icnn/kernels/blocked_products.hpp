// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>

#include "icnn/kernels/register_tiles.hpp"

/// Products of column-major matrices of any size, in register tiles, for batches of two columns and more. Weights are read
/// where they lie: columns of a weight matrix are contiguous, so a tile can walk along it without a copy, and measurements
/// show no gain from one that is kept (with it the first product after a change would pay for it). Panels go through the
/// stack where their columns push each other out of the cache, or are rows (see transposed_products.hpp). Nothing allocates.
namespace icnn::inline ICNN_ISA::kernels::detail {

inline constexpr bool has_few_registers = sums_in_registers < 24;

/// Terms of a sum that are added up in registers before they meet memory. With few registers a panel is read more often, and
/// has to stay in the first cache: 12 KB of it, beside four columns.
inline constexpr Index block_depth = has_few_registers ? 128 : 256;

/// One panel of out += a b: `packs` <= tallest packs of rows, all columns.
template <class S, bool transposed>
void multiply_panel(Index packs, Index depth, Index n, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo,
                    Index skip = 0) {
  constexpr Index lanes = Pack<S>::size;
  const auto columns = [&]<int N>(std::integral_constant<int, N>, Index j) {
    const S* from = b + (transposed ? j : j * ldb);
    S* to = out + j * ldo;
    const auto rows = [&]<int R>(std::integral_constant<int, R>, Index r) {
      broadcast_tile<S, R, N, transposed>(depth, a + r * lanes, lda, from, ldb, to + r * lanes, ldo, skip);
    };
    constexpr int most = N * tallest <= sums_in_registers ? tallest : 3;
    Index r = 0;
    for (; r + most <= packs; r += most) rows(std::integral_constant<int, most>{}, r);
    if constexpr (!transposed && most == tallest) {  // few columns: single packs of rows would wait for their own sums
      for (; r + 2 <= packs; r += 2) rows(std::integral_constant<int, 2>{}, r);
    }
    for (; r < packs; ++r) rows(std::integral_constant<int, 1>{}, r);
  };
  Index j = 0;
  for (; j + widest <= n; j += widest) columns(std::integral_constant<int, widest>{}, j);
  if constexpr (widest > 4) {
    for (; j + 4 <= n; j += 4) columns(std::integral_constant<int, 4>{}, j);
  }
  switch (n - j) {
    case 3: return columns(std::integral_constant<int, 3>{}, j);
    case 2: return columns(std::integral_constant<int, 2>{}, j);
    case 1: return columns(std::integral_constant<int, 1>{}, j);
    default: return;
  }
}

/// visit(first row, packs, skip) for panels that cover `rows` >= lanes rows, of `height` packs at most. The last one may
/// overlap what came before it: its first `skip` rows have been dealt with.
template <class S, class Visit>
void for_each_panel(Index rows, Index height, Visit visit) {
  constexpr Index lanes = Pack<S>::size;
  const Index packs = rows / lanes;
  for (Index p = 0; p < packs; p += height) visit(p * lanes, std::min<Index>(height, packs - p), Index{0});
  if (const Index left = rows % lanes; left > 0) visit(rows - lanes, Index{1}, lanes - left);
}

/// Packs of rows of a panel. With few registers that of the tile of four columns, where sums are long: a panel of which the
/// tiles read one half after the other would not stay in the first cache.
[[nodiscard]] constexpr Index panel_height(Index depth, Index n) {
  return has_few_registers && depth >= 64 && (n % 4 == 0 || n >= 64) ? 3 : tallest;
}

/// Whether so many columns repay the copy of a panel whose columns lie `stride` bytes apart: where that is a multiple of
/// half a page, they fall into few sets of a cache, and push each other out.
[[nodiscard]] constexpr bool is_worth_copying(Index stride, Index depth, Index n) {
  constexpr Index page = 4096;
  return has_few_registers && depth >= 12 && ((stride % page == 0 && n >= 16) || (stride % (page / 2) == 0 && n >= 64));
}

/// to (rows x depth) := from, columns stride apart, where rows is a multiple of the lanes.
template <class S>
void copy_panel(Index rows, Index depth, const S* from, Index stride, S* to) {
  for (Index t = 0; t < depth; ++t, from += stride, to += rows) {
    for (Index r = 0; r < rows; r += Pack<S>::size) store(to + r, load<Floats<S>>(from + r));
  }
}

/// out (m x n) += a (m x k) b, where b is k x n or, transposed, n x k, through copies of a's panels. m >= lanes.
template <class S, bool transposed>
void multiply_copies(Index m, Index k, Index n, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo) {
  constexpr Index lanes = Pack<S>::size;
  alignas(64) Local<S, tallest * lanes * block_depth> panel;
  for (Index t = 0; t < k; t += block_depth) {
    const Index depth = std::min(block_depth, k - t);
    for_each_panel<S>(m, panel_height(k, n), [&](Index row, Index packs, Index skip) {
      copy_panel(packs * lanes, depth, a + row + t * lda, lda, panel);
      multiply_panel<S, transposed>(packs, depth, n, panel, packs * lanes, b + (transposed ? t * ldb : t), ldb, out + row,
                                    ldo, skip);
    });
  }
}

/// out (m x n) += a (m x k) b, where b is k x n or, transposed, n x k. m >= lanes.
template <class S, bool transposed>
void multiply(Index m, Index k, Index n, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo) {
  if constexpr (has_few_registers) {
    // The rows of a transposed b are read once more by every panel: as many at a time as a second cache of 512 KiB keeps
    // beside the results (1836 of them are a tenth slower at once with float, a third with double).
    constexpr Index most = (1 << 17) / (block_depth * static_cast<Index>(sizeof(S)));
    if (transposed && n >= 2 * most) {
      for (Index j = 0; j < n; j += most) {
        multiply<S, transposed>(m, k, std::min(most, n - j), a, lda, b + j, ldb, out + j * ldo, ldo);
      }
      return;
    }
    if (is_worth_copying(lda * static_cast<Index>(sizeof(S)), k, n)) {
      return multiply_copies<S, transposed>(m, k, n, a, lda, b, ldb, out, ldo);
    }
  }
  for (Index t = 0; t < k; t += block_depth) {
    const Index depth = std::min(block_depth, k - t);
    for_each_panel<S>(m, panel_height(k, n), [&](Index row, Index packs, Index skip) {
      multiply_panel<S, transposed>(packs, depth, n, a + row + t * lda, lda, b + (transposed ? t * ldb : t), ldb, out + row,
                                    ldo, skip);
    });
  }
}

/// out (k x n) += a' b by dot products: a is m x k, b is m x n.
template <class S>
void multiply_by_dots(Index m, Index k, Index n, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo) {
  for (Index c = 0; c < k; c += dots<S>) {
    const Index count = std::min<Index>(dots<S>, k - c);
    const auto columns = [&]<int N>(std::integral_constant<int, N>, Index j) {
      dot_tile<S, N>(m, a + c * lda, lda, b + j * ldb, ldb, out + c + j * ldo, ldo, count);
    };
    Index j = 0;
    for (; j + 3 <= n; j += 3) columns(std::integral_constant<int, 3>{}, j);
    if (n - j == 2) columns(std::integral_constant<int, 2>{}, j);
    if (n - j == 1) columns(std::integral_constant<int, 1>{}, j);
  }
}

/// out (m x n) += a (m x k) b (k x n) with fewer rows than lanes: dot products along the rows of a, which are copied.
template <class S>
void multiply_narrow(Index m, Index k, Index n, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo) {
  if (m == 1 && lda == 1 && ldo == 1) return multiply_by_dots(k, n, m, b, ldb, a, k, out, n);
  Local<S, block_depth * Pack<S>::size> rows;
  for (Index t = 0; t < k; t += block_depth) {
    const Index depth = std::min(block_depth, k - t);
    for (Index c = 0; c < depth; ++c)
      for (Index r = 0; r < m; ++r) rows[c + r * block_depth] = a[r + (t + c) * lda];
    multiply_by_dots<S>(depth, m, n, rows, block_depth, b + t, ldb, out, ldo);
  }
}

/// out (m x n) += a b' with fewer rows than lanes, a is m x k, b is n x k: as the transpose of b a', through a buffer.
template <class S>
void multiply_outer_narrow(Index m, Index k, Index n, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo) {
  constexpr Index lanes = Pack<S>::size;
  constexpr Index most = 4 * tallest * lanes;
  Local<S, most * lanes> buffer;
  for (Index c = 0; c < n; c += most) {
    const Index count = std::min(most, n - c);
    std::fill_n(buffer, most * m, S(0));
    if (count >= lanes) {
      multiply<S, true>(count, k, m, b + c, ldb, a, lda, buffer, most);
    } else {
      for (Index t = 0; t < k; ++t)
        for (Index r = 0; r < m; ++r)
          for (Index i = 0; i < count; ++i) buffer[i + r * most] += b[c + i + t * ldb] * a[r + t * lda];
    }
    for (Index i = 0; i < count; ++i)
      for (Index r = 0; r < m; ++r) out[r + (c + i) * ldo] += buffer[i + r * most];
  }
}

}  // namespace icnn::inline ICNN_ISA::kernels::detail
