// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <type_traits>

#include "icnn/kernels/register_tiles.hpp"

/// Products of a matrix of numbers with columns of packs, whose lanes are samples: every weight is broadcast, nothing is
/// added up across lanes but parameter gradients. For tiny networks, where rows are too few to fill registers otherwise.
/// Sums over blocks of rows stay in registers; sizes may be compile-time constants or not.
namespace icnn::inline ICNN_ISA::kernels::detail {

/// block(constant N, first) for blocks of N <= 8 that cover `size`; of constant sizes only what is needed is left.
template <class Block>
[[gnu::always_inline]] inline void for_each_block(Index size, Block&& block) {
  Index first = 0;
  for (; first + 8 <= size; first += 8) block(std::integral_constant<int, 8>{}, first);
  for_constants<7>([&](auto i) __attribute__((always_inline)) {
    constexpr int left = i + 1;
    if (size - first == left) block(std::integral_constant<int, left>{}, first);
  });
}

/// out(i, c) += sum_t a(i, t) x(t, c), where a(i, t) = number(i, t) is a number or a pack, and out and x are columns of
/// packs.
template <class Number, class X, class Out>
[[gnu::always_inline]] inline void add_lane_sums(Index rows, Index depth, Number number, const X& x, Out&& out) {
  using P = typename X::Scalar;
  for (Index c = 0; c < out.cols(); ++c) {
    for_each_block(
        rows, [&]<int N>(std::integral_constant<int, N>, Index first) __attribute__((always_inline)) {
          Local<typename P::Floats, N> sum;
          unrolled<N>([&](Index i) __attribute__((always_inline)) { sum[i] = out(first + i, c).v; });
          for (Index t = 0; t < depth; ++t) {
            const auto pack = x(t, c).v;
            unrolled<N>([&](Index i) __attribute__((always_inline)) { sum[i] += number(first + i, t) * pack; });
          }
          unrolled<N>([&](Index i) __attribute__((always_inline)) { out(first + i, c) = P(sum[i]); });
        });
  }
}

/// out += W z
template <class W, class Z, class Out>
[[gnu::always_inline]] inline void add_lane_product(const W& w, const Z& z, Out&& out) {
  const auto* from = w.data();
  const Index next = W::IsRowMajor ? w.innerStride() : w.outerStride();
  add_lane_sums(
      w.rows(), w.cols(), [&](Index r, Index t) __attribute__((always_inline)) { return from[r + t * next]; }, z, out);
}

/// out += W' v
template <class W, class V, class Out>
[[gnu::always_inline]] inline void add_lane_transposed_product(const W& w, const V& v, Out&& out) {
  const auto* from = w.data();
  const Index next = W::IsRowMajor ? w.innerStride() : w.outerStride();
  add_lane_sums(
      w.cols(), w.rows(), [&](Index c, Index t) __attribute__((always_inline)) { return from[t + c * next]; }, v, out);
}

/// out += v z', a matrix of numbers: summed over columns and lanes.
template <class V, class Z, class Out>
void add_lane_outer_product(const V& v, const Z& z, Out&& out) {
  using P = typename V::Scalar;
  using S = typename P::Scalar;
  constexpr int most = dots<S>;
  for (Index c = 0; c < z.rows(); ++c) {
    for (Index r = 0; r < v.rows(); r += most) {
      const Index count = std::min<Index>(most, v.rows() - r);
      Local<typename P::Floats, most> sum{};
      for (Index b = 0; b < v.cols(); ++b) {
        for (Index i = 0; i < count; ++i) sum[i] += v(r + i, b).v * z(c, b).v;
      }
      const auto sums = sums_of<most, S>(sum);
      for (Index i = 0; i < count; ++i) out(r + i, c) += sums[i];
    }
  }
}

/// Lower triangle of out += J' diag(weights) J; scratch is of J's shape.
template <class J, class Weights, class Scratch, class Out>
void add_lane_gram(const J& j, const Weights& weights, Scratch& scratch, Out& out) {
  scratch = weights.asDiagonal() * j;
  for (Index c = 0; c < j.cols(); ++c) {
    add_lane_sums(
        j.cols() - c, j.rows(), [&](Index r, Index t) __attribute__((always_inline)) { return j(t, c + r).v; },
        scratch.col(c), out.col(c).tail(j.cols() - c));
  }
}

/// The sum over the lanes.
template <class S, int Bytes>
[[nodiscard]] S sum_of_lanes(const Pack<S, Bytes>& p) {
  S sum = 0;
  for (Index i = 0; i < p.size; ++i) sum += p.v[i];
  return sum;
}

}  // namespace icnn::inline ICNN_ISA::kernels::detail
