// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/kernels/products.hpp"
#include "icnn/kernels/vectors.hpp"

/// Cholesky factorization in the caller's memory: the factor L takes the place of the lower triangle, with the inverses of
/// its diagonal, so that nothing divides by it more than once. Only the functions here read it. Nothing allocates.
namespace icnn::inline ICNN_ISA {

namespace detail {

[[nodiscard]] inline kernels::MutableMap<double> written(double* data, Index rows, Index cols, Index stride) {
  return {data, rows, cols, Eigen::OuterStride<>(stride)};
}
[[nodiscard]] inline kernels::ConstMap<double> read(const double* data, Index rows, Index cols, Index stride) {
  return {data, rows, cols, Eigen::OuterStride<>(stride)};
}

/// Columns that are factored together: the product with what lies left of them costs most, and is a matrix product.
inline constexpr Index cholesky_panel = 16;

/// Columns first..last-1 of the factor, from row `first` down, when all columns left of them have been subtracted.
[[nodiscard]] inline bool factor_panel(const SquareView& m, Index first, Index last) {
  for (Index k = first; k < last; ++k) {
    double* column = m.column(k);
    if (!(column[k] > 0)) return false;
    const double inverse = 1 / std::sqrt(column[k]);
    column[k] = inverse;
    for (Index r = k + 1; r < m.size; ++r) column[r] *= inverse;
    for (Index c = k + 1; c < last; ++c) {
      vec::add_scaled(-column[c], {column + c, m.size - c}, {m.column(c) + c, m.size - c});
    }
  }
  return true;
}

/// Columns first..last-1 -= L (columns 0..first-1, from row `first` down) times the transpose of its first rows, `depth`
/// columns at a time: their negatives are what a product adds.
inline void subtract_left(const SquareView& m, Index first, Index last) {
  constexpr Index depth = 128;
  double negative[depth * cholesky_panel];
  const Index rows = m.size - first, width = last - first;
  for (Index k = 0; k < first; k += depth) {
    const Index count = std::min(depth, first - k);
    for (Index j = 0; j < count; ++j) {
      for (Index c = 0; c < width; ++c) negative[j + c * depth] = -m(first + c, k + j);
    }
    kernels::detail::add_product<double>(read(&m(first, k), rows, count, m.stride), read(negative, count, width, depth),
                                         written(&m(first, first), rows, width, m.stride));
  }
}

/// The rows of columns first..last-1 of a factor below `last`.
[[nodiscard]] inline kernels::ConstMap<double> below(const SquareView& m, Index first, Index last) {
  return read(&m(last, first), m.size - last, last - first, m.stride);
}

}  // namespace detail

/// The factor of a symmetric matrix, of which the lower triangle is read. False where it is not positive definite. Entries
/// above the diagonal may change. n^3 / 3 operations.
[[nodiscard, gnu::noinline]] inline bool factor_in_place(const SquareView& m) {
  for (Index first = 0; first < m.size; first += detail::cholesky_panel) {
    const Index last = std::min(first + detail::cholesky_panel, m.size);
    if (first > 0) detail::subtract_left(m, first, last);
    if (!detail::factor_panel(m, first, last)) return false;
  }
  return true;
}

/// v := L^{-1} v
inline void solve_lower(const SquareView& factor, double* v) {
  const Index n = factor.size;
  double negative[detail::cholesky_panel];
  for (Index first = 0; first < n; first += detail::cholesky_panel) {
    const Index last = std::min(first + detail::cholesky_panel, n);
    for (Index c = first; c < last; ++c) {
      v[c] *= factor(c, c);
      for (Index r = c + 1; r < last; ++r) v[r] -= factor(r, c) * v[c];
      negative[c - first] = -v[c];
    }
    if (last == n) return;
    kernels::detail::add_product<double>(detail::below(factor, first, last), detail::read(negative, last - first, 1, n),
                                         detail::written(v + last, n - last, 1, n));
  }
}

/// v := L'^{-1} v
inline void solve_upper(const SquareView& factor, double* v) {
  const Index n = factor.size;
  double known[detail::cholesky_panel];
  for (Index first = (n - 1) / detail::cholesky_panel * detail::cholesky_panel; first >= 0;
       first -= detail::cholesky_panel) {
    const Index last = std::min(first + detail::cholesky_panel, n);
    std::fill_n(known, last - first, 0.0);
    if (last < n) {
      kernels::detail::add_transposed_product<double>(detail::below(factor, first, last),
                                                      detail::read(v + last, n - last, 1, n),
                                                      detail::written(known, last - first, 1, n));
    }
    for (Index c = last; c-- > first;) {
      double sum = v[c] - known[c - first];
      for (Index r = c + 1; r < last; ++r) sum -= factor(r, c) * v[r];
      v[c] = sum * factor(c, c);
    }
  }
}

}  // namespace icnn::inline ICNN_ISA
