// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <type_traits>

#include "icnn/kernels/blocked_products.hpp"

/// Products with the transpose of a column-major matrix, out (k x n) += a' b with a of m x k and b of m x n, in three ways:
/// dot products of columns, whose sums over the lanes cost as much as a few terms; panels of a, transposed; or panels of b,
/// transposed, so that every lane is a sample, and the result transposed back. Nothing allocates.
namespace icnn::inline ICNN_ISA::kernels::detail {

/// Whether sums of m terms are over before what is added up over the lanes (measured with AVX2 and AVX-512).
template <class S>
[[nodiscard]] constexpr bool is_short(Index m) {
  constexpr Index lanes = Pack<S>::size;
  return m <= std::min<Index>(lanes * lanes / 2, 32);
}

/// Whether b is the one to transpose: where it has few columns, which fill its lanes to four fifths (measured with both).
/// Multiples of 8 columns are all alike up to 63: batches in lockstep promise that their results do not depend on how many
/// there are.
template <class S>
[[nodiscard]] constexpr bool is_worth_lanes(Index m, Index k, Index n) {
  constexpr Index lanes = Pack<S>::size;
  return register_bytes >= 32 && !is_short<S>(m) && k >= 32 && n >= 7 && n < 64 &&
         5 * n >= 4 * ((n + lanes - 1) / lanes * lanes);
}

/// to (cols x rows, columns to_stride apart) := from' (rows x cols), where cols is a multiple of the lanes.
template <class S>
void transpose(Index rows, Index cols, const S* from, Index from_stride, S* to, Index to_stride) {
  constexpr Index lanes = Pack<S>::size;
  for (Index c = 0; c < cols; c += lanes) {
    Index r = 0;
    for (; r + lanes <= rows; r += lanes) {
      transpose_square(from + r + c * from_stride, from_stride, to + c + r * to_stride, to_stride);
    }
    for (; r < rows; ++r)
      for (Index i = 0; i < lanes; ++i) to[c + i + r * to_stride] = from[r + (c + i) * from_stride];
  }
}

/// out (k x n) += a' b through transposed panels of a (m x k); k >= lanes.
template <class S>
void multiply_by_panels(Index m, Index k, Index n, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo) {
  constexpr Index lanes = Pack<S>::size;
  constexpr Index depth_of_panel = 128;  // the panel fits beside the columns of b into the second cache, and on a stack
  alignas(64) Local<S, tallest * lanes * depth_of_panel> panel;
  for (Index t = 0; t < m; t += depth_of_panel) {
    const Index depth = std::min(depth_of_panel, m - t);
    for_each_panel<S>(k, tallest, [&](Index row, Index packs, Index skip) {
      transpose(depth, packs * lanes, a + t + row * lda, lda, panel, packs * lanes);
      multiply_panel<S, false>(packs, depth, n, panel, packs * lanes, b + t, ldb, out + row, ldo, skip);
    });
  }
}

/// to (lanes x rows) := from' (rows x cols), cols < lanes, and zeros beyond them.
template <class S>
void transpose_few(Index rows, Index cols, const S* from, Index from_stride, S* to, Index to_stride) {
  for (Index r = 0; r < rows; ++r) {
    for (Index i = 0; i < Pack<S>::size; ++i) to[i + r * to_stride] = i < cols ? from[r + i * from_stride] : S(0);
  }
}

/// to (k x n) += from', where from is lanes x k; columns `first` to n of to, the others are left as they are.
template <class S>
void add_transposed_lanes(Index k, Index first, Index n, const S* from, Index from_stride, S* to, Index to_stride) {
  constexpr Index lanes = Pack<S>::size;
  alignas(64) Local<S, lanes * lanes> square;
  for (Index i = 0; i < k; i += lanes) {
    const Index width = std::min(lanes, k - i);
    if (width == lanes) {
      transpose_square(from + i * from_stride, from_stride, square, lanes);
    } else {
      for (Index w = 0; w < width; ++w)
        for (Index j = 0; j < lanes; ++j) square[w + j * lanes] = from[j + (i + w) * from_stride];
    }
    for (Index j = first; j < n; ++j)
      for (Index w = 0; w < width; ++w) to[i + w + j * to_stride] += square[w + j * lanes];
  }
}

/// out (k x n) += a' b as the transpose of b' a, for at most R packs of columns of b: with a sample in each lane nothing is
/// added up over the lanes. The last pack may overlap the one before it.
template <class S, int R>
void multiply_by_samples(Index m, Index k, Index n, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo) {
  constexpr Index lanes = Pack<S>::size, rows = R * lanes, depth_of_panel = 128, most = 240;
  constexpr int wide = R == 1 ? 8 : sums_in_registers / R;  // more columns than 8 push each other out of a cache
  alignas(64) Local<S, rows * depth_of_panel> samples;
  alignas(64) Local<S, rows * most> sums;
  const auto each_pack = [&](auto visit) {
    for (Index p = 0; p < R; ++p) visit(p * lanes, std::max<Index>(0, std::min(p * lanes, n - lanes)));
  };
  for (Index c = 0; c < k; c += most) {
    const Index count = std::min(most, k - c);
    std::fill_n(sums, rows * count, S(0));
    for (Index t = 0; t < m; t += depth_of_panel) {
      const Index depth = std::min(depth_of_panel, m - t);
      each_pack([&](Index row, Index column) {
        if (n >= lanes) {
          transpose(depth, lanes, b + t + column * ldb, ldb, samples + row, rows);
        } else {
          transpose_few(depth, n, b + t, ldb, samples + row, rows);
        }
      });
      const S* from = a + t + c * lda;
      Index i = 0;
      for (; i + wide <= count; i += wide) {
        broadcast_tile<S, R, wide, false>(depth, samples, rows, from + i * lda, lda, sums + i * rows, rows, 0);
      }
      multiply_panel<S, false>(R, depth, count - i, samples, rows, from + i * lda, lda, sums + i * rows, rows);
    }
    each_pack([&](Index row, Index column) {
      add_transposed_lanes(count, row - column, std::min(lanes, n - column), sums + row, rows, out + c + column * ldo, ldo);
    });
  }
}

/// The same for any number of columns.
template <class S>
void multiply_by_samples(Index m, Index k, Index n, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo) {
  constexpr Index lanes = Pack<S>::size;
  Index j = 0;
  const auto panel = [&]<int R>(std::integral_constant<int, R>) {
    multiply_by_samples<S, R>(m, k, std::min(R * lanes, n - j), a, lda, b + j * ldb, ldb, out + j * ldo, ldo);
    j += R * lanes;
  };
  while (j < n) {  // three packs at a time, and two and two rather than three and one
    const Index packs = (n - j + lanes - 1) / lanes;
    if (packs == 1) {
      panel(std::integral_constant<int, 1>{});
    } else if (packs == 2 || packs == 4) {
      panel(std::integral_constant<int, 2>{});
    } else {
      panel(std::integral_constant<int, 3>{});
    }
  }
}

/// out (k x n) += a' b: a is m x k, b is m x n.
template <class S>
void multiply_transposed(Index m, Index k, Index n, const S* a, Index lda, const S* b, Index ldb, S* out, Index ldo) {
  if (is_worth_lanes<S>(m, k, n)) {
    multiply_by_samples<S>(m, k, n, a, lda, b, ldb, out, ldo);
  } else if ((n >= 24 || is_short<S>(m)) && k >= Pack<S>::size) {
    multiply_by_panels(m, k, n, a, lda, b, ldb, out, ldo);
  } else {
    multiply_by_dots(m, k, n, a, lda, b, ldb, out, ldo);
  }
}

}  // namespace icnn::inline ICNN_ISA::kernels::detail
