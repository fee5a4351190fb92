// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <type_traits>

#include "icnn/kernels/blocked_products.hpp"
#include "icnn/kernels/elementwise.hpp"
#include "icnn/kernels/fixed_products.hpp"
#include "icnn/kernels/lane_products.hpp"
#include "icnn/kernels/portable_products.hpp"
#include "icnn/kernels/transposed_products.hpp"

/// Dense arithmetic on columns: register tiles where there are vector registers, short vectors elsewhere; instantiated per
/// scalar and not per network. Nothing here allocates in float or double.
namespace icnn::inline ICNN_ISA::kernels {

namespace detail {

/// Columns of m as a plain pointer and stride, whatever its compile-time extents. A single row (which Eigen stores
/// row-major) is the same memory seen as 1 x cols columns.
template <class M>
[[nodiscard]] Index column_stride(const M& m) {
  return M::IsRowMajor ? m.innerStride() : m.outerStride();
}

template <class M>
[[nodiscard]] ConstMap<typename M::Scalar> columns(const M& m) {
  static_assert(!M::IsRowMajor || M::RowsAtCompileTime == 1, "column-major storage");
  return {m.data(), m.rows(), m.cols(), Eigen::OuterStride<>(column_stride(m))};
}

template <class M>
[[nodiscard]] MutableMap<typename M::Scalar> writable(M& m) {
  static_assert(!M::IsRowMajor || M::RowsAtCompileTime == 1, "column-major storage");
  return {m.data(), m.rows(), m.cols(), Eigen::OuterStride<>(column_stride(m))};
}

/// Whether a matrix is so thin that one product with it is over before Eigen's has begun. Others are bound by the memory
/// that they come from.
template <class S>
[[nodiscard]] bool is_thin(const ConstMap<S>& w) {
  if constexpr (vectorized<S>) {
    return w.cols() <= 16 && w.rows() >= 2 * Pack<S>::size;
  } else {
    return false;
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

/// One column, with vector registers: bound by the memory that W is read from, with any kernel; Eigen's.
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

/// out += W z
template <class S>
void add_product(ConstMap<S> w, ConstMap<S> z, MutableMap<S> out) {
  if constexpr (vectorized<S>) {
    if (out.size() == 0) return;  // it may have no address to add to
    if (out.cols() == 1 && !is_thin(w)) return add_column_product<S>(w, z, out);
    const auto multiply_by = w.rows() >= Pack<S>::size ? &multiply<S, false> : &multiply_narrow<S>;
    multiply_by(w.rows(), w.cols(), out.cols(), w.data(), w.outerStride(), z.data(), z.outerStride(), out.data(),
                out.outerStride());
  } else {
    portable::add_product<S>(w, z, out);
  }
}

/// out += W' v
template <class S>
void add_transposed_product(ConstMap<S> w, ConstMap<S> v, MutableMap<S> out) {
  if constexpr (vectorized<S>) {
    if (out.size() == 0) return;  // it may have no address to add to
    if (out.cols() == 1 && !is_thin(w)) return add_transposed_column_product<S>(w, v, out);
    multiply_transposed<S>(w.rows(), w.cols(), out.cols(), w.data(), w.outerStride(), v.data(), v.outerStride(), out.data(),
                           out.outerStride());
  } else {
    portable::add_transposed_product<S>(w, v, out);
  }
}

/// out += v z'
template <class S>
void add_outer_product(ConstMap<S> v, ConstMap<S> z, MutableMap<S> out) {
  if constexpr (vectorized<S>) {
    if (out.size() == 0) return;  // it may have no address to add to
    if (v.cols() == 1) return add_column_outer_product<S>(v, z, out);
    if (is_contiguous_row(v) && is_contiguous_row(out)) {  // of a single unit: z v'
      const Eigen::OuterStride<> any(std::max(v.cols(), out.cols()));
      return add_column_product<S>(z, {v.data(), v.cols(), 1, any}, {out.data(), out.cols(), 1, any});
    }
    const auto multiply_by = v.rows() >= Pack<S>::size ? &multiply<S, true> : &multiply_outer_narrow<S>;
    multiply_by(v.rows(), v.cols(), out.cols(), v.data(), v.outerStride(), z.data(), z.outerStride(), out.data(),
                out.outerStride());
  } else {
    portable::add_outer_product<S>(v, z, out);
  }
}

template <class... M>
inline constexpr bool all_fixed = ((M::SizeAtCompileTime != Dynamic) && ...);

/// Whether a product is unrolled: compile-time sizes, and one column unless there is nothing better.
template <class Out, class... M>
inline constexpr bool unroll = all_fixed<Out, M...> && (Out::ColsAtCompileTime == 1 || !vectorized<typename Out::Scalar>);

}  // namespace detail

/// out += W z, column by column: W is m x k, z is k x B, out is m x B.
template <class W, class Z, class Out>
void add_product(const W& w, const Z& z, Out&& out) {
  if constexpr (is_pack<typename Z::Scalar>) {
    detail::add_lane_product(w, z, out);
  } else if constexpr (detail::unroll<std::remove_reference_t<Out>, W, Z>) {
    detail::add_fixed_product(w, z, out);
  } else if constexpr (detail::all_fixed<std::remove_reference_t<Out>, W, Z> &&
                       detail::is_one_tile<typename W::Scalar, W::RowsAtCompileTime, Z::ColsAtCompileTime>) {
    detail::add_tile_product(w, z, out);
  } else {
    detail::add_product<typename W::Scalar>(detail::columns(w), detail::columns(z), detail::writable(out));
  }
}

/// out += W' v: W is m x k, v is m x B, out is k x B.
template <class W, class V, class Out>
void add_transposed_product(const W& w, const V& v, Out&& out) {
  if constexpr (is_pack<typename V::Scalar>) {
    detail::add_lane_transposed_product(w, v, out);
  } else if constexpr (detail::unroll<std::remove_reference_t<Out>, W, V>) {
    detail::add_fixed_transposed_product(w, v, out);
  } else {
    detail::add_transposed_product<typename W::Scalar>(detail::columns(w), detail::columns(v), detail::writable(out));
  }
}

/// out += v z', summed over the columns: v is m x B, z is k x B, out is m x k.
template <class V, class Z, class Out>
void add_outer_product(const V& v, const Z& z, Out&& out) {
  if constexpr (is_pack<typename V::Scalar>) {
    detail::add_lane_outer_product(v, z, out);
  } else if constexpr (detail::all_fixed<V, Z, std::remove_reference_t<Out>>) {
    out.noalias() += v.lazyProduct(z.transpose());
  } else {
    detail::add_outer_product<typename V::Scalar>(detail::columns(v), detail::columns(z), detail::writable(out));
  }
}

namespace detail {

/// By the formula: where sums are this short, a kernel would not have begun.
template <class S>
void add_small_gram(ConstMap<S> j, const S* weights, MutableMap<S> out) {
  for (Index c = 0; c < j.cols(); ++c) {
    for (Index r = c; r < j.cols(); ++r) {
      S sum{};
      for (Index k = 0; k < j.rows(); ++k) sum += weights[k] * j(k, c) * j(k, r);
      out(r, c) += sum;
    }
  }
}

template <class S>
void add_gram(ConstMap<S> j, ConstMap<S> weights, MutableMap<S> scratch, MutableMap<S> out) {
  constexpr Index short_sum = 7, few = 20;
  if (j.rows() <= short_sum && j.cols() <= few) return add_small_gram<S>(j, weights.data(), out);
  for (Index c = 0; c < j.cols(); ++c) {
    kernels::multiply(j.rows(), weights.data(), j.data() + c * j.outerStride(), scratch.data() + c * scratch.outerStride());
  }
  constexpr Index tile = 128;
  for (Index c = 0; c < out.cols(); c += tile) {
    const Index cols = std::min(tile, out.cols() - c);
    const Index rows = out.rows() - c;
    add_transposed_product<S>(columns(j.middleCols(c, rows)), columns(scratch.middleCols(c, cols)),
                              MutableMap<S>(&out(c, c), rows, cols, Eigen::OuterStride<>(out.outerStride())));
  }
}

}  // namespace detail

/// Lower triangle of out += J' diag(weights) J: J is m x n, weights m, out n x n, scratch (overwritten) m x n.
/// Whole tiles are written, so entries above the diagonal change too; mirror_lower() makes them right.
template <class J, class Weights, class Scratch, class Out>
void add_gram(const J& j, const Weights& weights, Scratch& scratch, Out& out) {
  using S = typename J::Scalar;
  if constexpr (is_pack<S>) {
    detail::add_lane_gram(j, weights, scratch, out);
  } else if constexpr (detail::fits_registers<S, J::RowsAtCompileTime, J::ColsAtCompileTime>) {
    detail::add_fixed_gram(j, weights, scratch, out);
  } else {
    detail::add_gram<S>(detail::columns(j), detail::columns(weights), detail::writable(scratch), detail::writable(out));
  }
}

/// out += the sums over the rows of v: m x B into m; of packs, over their lanes too.
template <class V, class Out>
void add_row_sums(const V& v, Out&& out) {
  if constexpr (is_pack<typename V::Scalar>) {
    for (Index r = 0; r < v.rows(); ++r) out(r) += detail::sum_of_lanes(v.row(r).sum());
  } else {
    out += v.rowwise().sum();
  }
}

/// Copies the lower triangle onto the upper one.
template <class S>
void mirror_lower(MutableMap<S> m) {
  for (Index c = 1; c < m.cols(); ++c)
    for (Index r = 0; r < c; ++r) m(r, c) = m(c, r);
}

}  // namespace icnn::inline ICNN_ISA::kernels

#if defined(ICNN_COMPILED)
/// What a program compiles once: the blocked products, and Eigen's of a column. Their callers may be put in place.
#if ICNN_REGISTER_BYTES > 0
#define ICNN_PRODUCT(S) (Index, Index, Index, const S*, Index, const S*, Index, S*, Index)
#define ICNN_PRODUCTS(WHAT, S)                                                      \
  WHAT void detail::multiply<S, false> ICNN_PRODUCT(S);                             \
  WHAT void detail::multiply<S, true> ICNN_PRODUCT(S);                              \
  WHAT void detail::multiply_narrow<S> ICNN_PRODUCT(S);                             \
  WHAT void detail::multiply_outer_narrow<S> ICNN_PRODUCT(S);                       \
  WHAT void detail::multiply_transposed<S> ICNN_PRODUCT(S);                         \
  WHAT void detail::add_column_product<S>(ConstMap<S>, ConstMap<S>, MutableMap<S>); \
  WHAT void detail::add_transposed_column_product<S>(ConstMap<S>, ConstMap<S>, MutableMap<S>);
#else
#define ICNN_PRODUCTS(WHAT, S)                                                            \
  WHAT void portable::add_product<S>(ConstMap<S>, ConstMap<S>, MutableMap<S>);            \
  WHAT void portable::add_transposed_product<S>(ConstMap<S>, ConstMap<S>, MutableMap<S>); \
  WHAT void portable::add_outer_product<S>(ConstMap<S>, ConstMap<S>, MutableMap<S>);
#endif
namespace icnn::inline ICNN_ISA::kernels {
ICNN_PRODUCTS(extern template, float)
ICNN_PRODUCTS(extern template, double)
}  // namespace icnn::inline ICNN_ISA::kernels
#endif
