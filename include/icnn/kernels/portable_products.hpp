// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>

#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA::kernels {

template <class S>
using ConstMap = Eigen::Map<const Matrix<S>, Eigen::Unaligned, Eigen::OuterStride<>>;

template <class S>
using MutableMap = Eigen::Map<Matrix<S>, Eigen::Unaligned, Eigen::OuterStride<>>;

/// The portable path: plain Eigen, for any scalar. Nothing here allocates in float or double: one column goes through
/// matrix-vector products, several through matrix-matrix products cut into tiles whose packing buffers Eigen keeps on the
/// stack.
namespace portable {

/// 128 x 128 doubles are the 128 KiB up to which Eigen keeps a packing buffer on the stack; half of it leaves room for
/// its rounding up to whole registers.
inline constexpr Index tile = 128;
inline constexpr Index depth_tile = 64;

/// out += a b for expressions of maps (a may be transposed, b too), tile by tile.
template <class A, class B, class S>
void tiled(const A& a, const B& b, MutableMap<S> out) {
  for (Index k = 0; k < a.cols(); k += depth_tile) {
    const Index depth = std::min(depth_tile, a.cols() - k);
    for (Index c = 0; c < out.cols(); c += tile) {
      const Index cols = std::min(tile, out.cols() - c);
      for (Index r = 0; r < out.rows(); r += tile) {
        const Index rows = std::min(tile, out.rows() - r);
        out.block(r, c, rows, cols).noalias() += a.block(r, k, rows, depth) * b.block(k, c, depth, cols);
      }
    }
  }
}

/// A row whose numbers lie side by side, as a vector. (Eigen's products would walk along it as along a matrix.)
template <class M>
[[nodiscard]] bool is_contiguous_row(const M& w) {
  return w.rows() == 1 && w.outerStride() == 1;
}
template <class S>
[[nodiscard]] Eigen::Map<const Vector<S>> row_as_vector(const ConstMap<S>& w) {
  return {w.data(), w.cols()};
}

/// One column: out += W z, out += W' v, out += v z'. Bound by the memory that W is read from, with any kernel.
template <class S>
void add_column_product(ConstMap<S> w, ConstMap<S> z, MutableMap<S> out) {
  if (is_contiguous_row(w)) {
    out(0, 0) += row_as_vector(w).dot(z.col(0));
  } else {
    out.col(0).noalias() += w * z.col(0);
  }
}
template <class S>
void add_transposed_column_product(ConstMap<S> w, ConstMap<S> v, MutableMap<S> out) {
  if (is_contiguous_row(w)) {
    out.col(0) += v(0, 0) * row_as_vector(w);
  } else {
    out.col(0).noalias() += w.transpose() * v.col(0);
  }
}
template <class S>
void add_column_outer_product(ConstMap<S> v, ConstMap<S> z, MutableMap<S> out) {
  if (is_contiguous_row(out)) {
    Eigen::Map<Vector<S>>(out.data(), out.cols()) += v(0, 0) * z.col(0);
  } else {
    for (Index c = 0; c < out.cols(); ++c) out.col(c) += v.col(0) * z(c, 0);
  }
}

/// Several columns.
template <class S>
void add_product(ConstMap<S> w, ConstMap<S> z, MutableMap<S> out) {
  tiled(w, z, out);
}
template <class S>
void add_transposed_product(ConstMap<S> w, ConstMap<S> v, MutableMap<S> out) {
  tiled(w.transpose(), v, out);
}
template <class S>
void add_outer_product(ConstMap<S> v, ConstMap<S> z, MutableMap<S> out) {
  tiled(v, z.transpose(), out);
}

}  // namespace portable
}  // namespace icnn::inline ICNN_ISA::kernels
