// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <type_traits>
#include <utility>

#include "icnn/core/layout.hpp"
#include "icnn/kernels/products.hpp"
#include "icnn/layers/wanted.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// out += |W| z for z >= 0, or with `transposed` |W|' z; columns of W lie `rows` apart. Not a template, nor a variety of
/// Eigen's: rounding is bounded with it for every layer of every network.
inline void add_absolute_product(const double* w, Index rows, Index cols, const double* z, double* out) {
  if (rows == 1) {
    for (Index c = 0; c < cols; ++c) out[0] += std::abs(w[c]) * z[c];
    return;
  }
  const Index fours = cols - cols % 4;
  for (Index c = 0; c < fours; c += 4) {  // out is read and written once for four columns
    const double *a = w + c * rows, *b = a + rows, *d = b + rows, *e = d + rows;
    for (Index r = 0; r < rows; ++r) {
      out[r] += std::abs(a[r]) * z[c] + std::abs(b[r]) * z[c + 1] + std::abs(d[r]) * z[c + 2] + std::abs(e[r]) * z[c + 3];
    }
  }
  for (Index c = fours; c < cols; ++c) {
    for (Index r = 0; r < rows; ++r) out[r] += std::abs(w[c * rows + r]) * z[c];
  }
}
inline void add_absolute_transposed_product(const double* w, Index rows, Index cols, const double* v, double* out) {
  for (Index c = 0; c < cols; ++c) {
    double sum = 0;
    for (Index r = 0; r < rows; ++r) sum += std::abs(w[c * rows + r] * v[r]);
    out[c] += sum;
  }
}

}  // namespace detail

/// What a layer does to one of its inputs: a linear map z -> W z with a dense matrix of parameters. Layers, rounding bounds,
/// minorants and initialization ask maps, never matrices, so that another kind of map (a convolution, a selection) is
/// another class with these members. It knows where its block lies; the numbers are passed in as `p`. Extents are
/// compile-time constants or Dynamic; B is the number of columns.
template <class S, int Rows = Dynamic, int Cols = Dynamic>
class DenseMap {
 public:
  DenseMap() : rows_(0), cols_(0) {}
  /// Declares the block.
  DenseMap(Layout& layout, Block block) : slot_(BlockSlot::declare(layout, block)), rows_(block.rows), cols_(block.cols) {}

  [[nodiscard]] bool exists() const noexcept { return slot_.number >= 0; }
  [[nodiscard]] Index rows() const noexcept { return rows_.value(); }
  [[nodiscard]] Index cols() const noexcept { return cols_.value(); }
  /// The number of the block in the layout; -1 where there is none.
  [[nodiscard]] Index block() const noexcept { return slot_.number; }
  /// Over how many numbers one of its sums goes.
  [[nodiscard]] Index fan_in() const noexcept { return exists() ? cols() : 0; }

  /// The matrix inside a parameter vector (const or not).
  template <class P>
  [[nodiscard]] auto matrix(P* p) const {
    using Plain = Matrix<S, Rows, Cols>;
    return Eigen::Map<std::conditional_t<std::is_const_v<P>, const Plain, Plain>>(p + slot_.offset, rows(), cols());
  }

  /// out (rows x B) += W z
  template <class Z, class Out>
  void add(const S* p, const Z& z, Out&& out) const {
    kernels::add_product(matrix(p), z, out);
  }
  /// out (cols x B) += W' v
  template <class V, class Out>
  void add_transposed(const S* p, const V& v, Out&& out) const {
    kernels::add_transposed_product(matrix(p), v, out);
  }
  /// The numbers of W, column after column.
  [[nodiscard]] const S* data(const S* p) const { return p + slot_.offset; }
  /// The block's gradient += v z', where the sink wants it.
  template <class Sink, class V, class Z>
  void add_outer(const Sink& sink, const V& v, const Z& z) const {
    if constexpr (Sink::may_want) {
      if (sink.wants(slot_.number)) kernels::add_outer_product(v, z, matrix(sink.data));
    }
  }

  /// out := W, `rows` apart.
  template <class T>
  void write(const S* p, T* out) const {
    for (Index i = 0; i < rows() * cols(); ++i) out[i] = T(p[slot_.offset + i]);
  }
  /// Writes W diag(gate), what this map is behind a gate, as the block of the map \p target of a vector \p q.
  template <class G>
  void write_gated(const S* p, const G& gate, const DenseMap& target, S* q) const {
    target.matrix(q).noalias() = matrix(p) * gate.asDiagonal();
  }

  /// Products in absolute values, for one sample in double: out += |W| z for z >= 0, and out_c += sum_r |W_rc v_r|.
  void add_absolute(const double* p, const double* z, double* out) const {
    detail::add_absolute_product(p + slot_.offset, rows(), cols(), z, out);
  }
  void add_absolute_transposed(const double* p, const double* v, double* out) const {
    detail::add_absolute_transposed_product(p + slot_.offset, rows(), cols(), v, out);
  }

  friend bool operator==(const DenseMap&, const DenseMap&) = default;

 private:
  BlockSlot slot_{};
  [[no_unique_address]] Extent<Rows> rows_;
  [[no_unique_address]] Extent<Cols> cols_;
};

}  // namespace icnn::inline ICNN_ISA
