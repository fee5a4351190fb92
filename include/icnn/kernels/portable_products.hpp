// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA::kernels {

template <class S>
using ConstMap = Eigen::Map<const Matrix<S>, Eigen::Unaligned, Eigen::OuterStride<>>;

template <class S>
using MutableMap = Eigen::Map<Matrix<S>, Eigen::Unaligned, Eigen::OuterStride<>>;

/// Products for any scalar and any machine. For float and double in short vectors of 16 bytes, which every processor of the
/// last twenty years has, with tiles that eight such registers hold; for other scalars the same loops over single numbers.
/// As fast as Eigen's products without vector registers wider than that, for a third of their compile time. Nothing
/// allocates.
namespace portable {

/// `size` numbers that are loaded, stored and multiplied together.
template <class S>
struct Short {
  using Value = S;
  static constexpr Index size = 1;
};
template <>
struct Short<float> {
  typedef float Value __attribute__((vector_size(16)));
  static constexpr Index size = 4;
};
template <>
struct Short<double> {
  typedef double Value __attribute__((vector_size(16)));
  static constexpr Index size = 2;
};

template <class S>
[[nodiscard]] inline typename Short<S>::Value load(const S* from) {
  if constexpr (Short<S>::size == 1) {
    return *from;
  } else {
    typename Short<S>::Value v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }
}
template <class S>
inline void store(S* to, const typename Short<S>::Value& v) {
  if constexpr (Short<S>::size == 1) {
    *to = v;
  } else {
    std::memcpy(to, &v, sizeof v);
  }
}
template <class S>
[[nodiscard]] inline typename Short<S>::Value broadcast(const S& x) {
  if constexpr (Short<S>::size == 1) {
    return x;
  } else {
    return x - typename Short<S>::Value{};
  }
}
template <class S>
[[nodiscard]] inline S sum_of(const typename Short<S>::Value& v) {
  if constexpr (Short<S>::size == 1) {
    return v;
  } else {
    S sum = v[0];
    for (Index i = 1; i < Short<S>::size; ++i) sum += v[i];
    return sum;
  }
}

/// A matrix whose entry (r, c) is data[r down + c across]: as it is stored, or transposed.
template <class S>
struct View {
  const S* data;
  Index down, across;

  [[nodiscard]] View from(Index r, Index c) const { return {data + r * down + c * across, down, across}; }
  const S& operator()(Index r, Index c) const { return data[r * down + c * across]; }
};
template <class S>
[[nodiscard]] View<S> view(const ConstMap<S>& m) {
  return {m.data(), 1, m.outerStride()};
}
template <class S>
[[nodiscard]] View<S> transposed(const ConstMap<S>& m) {
  return {m.data(), m.outerStride(), 1};
}

// A block of the left factor is copied to where it lies together, on the stack.
inline constexpr Index block_rows = 32;
inline constexpr Index block_depth = 128;

/// out (two short vectors of rows, four columns) += a b, a in such a copy. Written out: compilers unroll at -O3 alone.
template <class S>
void add_tile(Index depth, const S* a, const View<S>& b, S* out, Index stride) {
  using V = typename Short<S>::Value;
  constexpr Index size = Short<S>::size;
  const V zero = broadcast(S(0));
  V p0 = zero, p1 = zero, p2 = zero, p3 = zero, q0 = zero, q1 = zero, q2 = zero, q3 = zero;
  for (Index k = 0; k < depth; ++k, a += block_rows) {
    const V x = load(a), y = load(a + size);
    const S* from = b.data + k * b.down;
    V factor = broadcast(from[0]);
    p0 += x * factor, q0 += y * factor;
    factor = broadcast(from[b.across]);
    p1 += x * factor, q1 += y * factor;
    factor = broadcast(from[2 * b.across]);
    p2 += x * factor, q2 += y * factor;
    factor = broadcast(from[3 * b.across]);
    p3 += x * factor, q3 += y * factor;
  }
  const auto add = [&](Index j, const V& low, const V& high) {
    S* to = out + j * stride;
    store<S>(to, V(load(to) + low));
    store<S>(to + size, V(load(to + size) + high));
  };
  add(0, p0, q0);
  add(1, p1, q1);
  add(2, p2, q2);
  add(3, p3, q3);
}

/// out += a z for one column z, whose numbers lie `step` apart: four columns of a at a time, so that out is read and written
/// once for them. Columns of a are contiguous.
template <class S>
void add_columns(Index m, Index k, const View<S>& a, const S* z, Index step, S* out) {
  using V = typename Short<S>::Value;
  constexpr Index size = Short<S>::size;
  Index c = 0;
  for (; c + 4 <= k; c += 4, z += 4 * step) {
    const S *a0 = &a(0, c), *a1 = &a(0, c + 1), *a2 = &a(0, c + 2), *a3 = &a(0, c + 3);
    const S z0 = z[0], z1 = z[step], z2 = z[2 * step], z3 = z[3 * step];
    const V x0 = broadcast(z0), x1 = broadcast(z1), x2 = broadcast(z2), x3 = broadcast(z3);
    Index r = 0;
    for (; r + size <= m; r += size) {
      store<S>(out + r,
               V(load(out + r) + ((load(a0 + r) * x0 + load(a1 + r) * x1) + (load(a2 + r) * x2 + load(a3 + r) * x3))));
    }
    for (; r < m; ++r) out[r] += (a0[r] * z0 + a1[r] * z1) + (a2[r] * z2 + a3[r] * z3);
  }
  for (; c < k; ++c, z += step) {
    const S* column = &a(0, c);
    const V x = broadcast(*z);
    Index r = 0;
    for (; r + size <= m; r += size) store<S>(out + r, V(load(out + r) + load(column + r) * x));
    for (; r < m; ++r) out[r] += column[r] * *z;
  }
}

/// out (m x n) += a (m x k) b (k x n). Columns of out are contiguous.
template <class S>
void multiply(Index m, Index k, Index n, const View<S>& a, const View<S>& b, S* out, Index stride) {
  constexpr Index rows = 2 * Short<S>::size;
  S block[block_rows * block_depth];
  for (Index first = 0; first < k; first += block_depth) {
    const Index depth = std::min(block_depth, k - first);
    for (Index top = 0; top < m; top += block_rows) {
      const Index height = std::min(block_rows, m - top), whole = height / rows * rows;
      const View<S> from = a.from(top, first);
      for (Index t = 0; t < depth; ++t) {
        for (Index r = 0; r < height; ++r) block[r + t * block_rows] = from(r, t);
      }
      const View<S> copied{block, 1, block_rows};
      Index j = 0;
      for (; j + 4 <= n; j += 4) {
        const View<S> right = b.from(first, j);
        for (Index r = 0; r < whole; r += rows) add_tile(depth, block + r, right, out + top + r + j * stride, stride);
        for (Index c = 0; c < 4 && whole < height; ++c) {
          add_columns(height - whole, depth, copied.from(whole, 0), &right(0, c), b.down,
                      out + top + whole + (j + c) * stride);
        }
      }
      for (; j < n; ++j) add_columns(height, depth, copied, &b(first, j), b.down, out + top + j * stride);
    }
  }
}

/// The dot products of four columns with v, which two sums each add up.
template <class S>
void add_four_dots(Index m, const S* a, Index stride, const S* v, S* out) {
  using V = typename Short<S>::Value;
  constexpr Index size = Short<S>::size;
  const S *a1 = a + stride, *a2 = a1 + stride, *a3 = a2 + stride;
  const V zero = broadcast(S(0));
  V p0 = zero, p1 = zero, p2 = zero, p3 = zero, q0 = zero, q1 = zero, q2 = zero, q3 = zero;
  Index r = 0;
  for (; r + 2 * size <= m; r += 2 * size) {
    const V x = load(v + r), y = load(v + r + size);
    p0 += load(a + r) * x, q0 += load(a + r + size) * y;
    p1 += load(a1 + r) * x, q1 += load(a1 + r + size) * y;
    p2 += load(a2 + r) * x, q2 += load(a2 + r + size) * y;
    p3 += load(a3 + r) * x, q3 += load(a3 + r + size) * y;
  }
  S s0 = sum_of<S>(V(p0 + q0)), s1 = sum_of<S>(V(p1 + q1)), s2 = sum_of<S>(V(p2 + q2)), s3 = sum_of<S>(V(p3 + q3));
  for (; r < m; ++r) s0 += a[r] * v[r], s1 += a1[r] * v[r], s2 += a2[r] * v[r], s3 += a3[r] * v[r];
  out[0] += s0, out[1] += s1, out[2] += s2, out[3] += s3;
}

/// out += a'v for one column v. Columns of a are contiguous.
template <class S>
void add_dots(Index m, Index k, const View<S>& a, const S* v, S* out) {
  Index c = 0;
  for (; c + 4 <= k; c += 4) add_four_dots(m, &a(0, c), a.across, v, out + c);
  for (; c < k; ++c) {
    S four[4] = {S(0), S(0), S(0), S(0)};
    add_four_dots(m, &a(0, c), 0, v, four);
    out[c] += four[0];
  }
}

inline constexpr Index few = 4;  ///< columns that a copy of the left factor does not pay for

/// out (m x n) += W (m x k) z (k x n)
template <class S>
void add_product(ConstMap<S> w, ConstMap<S> z, MutableMap<S> out) {
  const Index m = w.rows(), k = w.cols(), n = out.cols(), stride = out.outerStride();
  if (m == 0 || k == 0 || n == 0) return;
  if (m == 1 && w.outerStride() == 1 && stride == 1) return add_dots(k, n, view(z), w.data(), out.data());  // a row
  if (n >= few) return multiply(m, k, n, view(w), view(z), out.data(), stride);
  for (Index j = 0; j < n; ++j) add_columns(m, k, view(w), z.data() + j * z.outerStride(), 1, out.data() + j * stride);
}

/// out (k x n) += W' v, W m x k, v m x n
template <class S>
void add_transposed_product(ConstMap<S> w, ConstMap<S> v, MutableMap<S> out) {
  const Index m = w.rows(), k = w.cols(), n = out.cols(), stride = out.outerStride();
  if (m == 0 || k == 0 || n == 0) return;
  const bool is_row = m == 1 && w.outerStride() == 1;  // times one number for each column
  if (n >= few && !is_row) return multiply(k, m, n, transposed(w), view(v), out.data(), stride);
  for (Index j = 0; j < n; ++j) {
    const S* column = v.data() + j * v.outerStride();
    if (is_row) {
      add_columns(k, 1, View<S>{w.data(), 1, k}, column, 1, out.data() + j * stride);
    } else {
      add_dots(m, k, view(w), column, out.data() + j * stride);
    }
  }
}

/// out (m x k) += v z', v m x n, z k x n
template <class S>
void add_outer_product(ConstMap<S> v, ConstMap<S> z, MutableMap<S> out) {
  const Index m = v.rows(), k = z.rows(), n = v.cols(), stride = out.outerStride();
  if (m == 0 || k == 0 || n == 0) return;
  if (m == 1 && stride == 1) return add_columns(k, n, view(z), v.data(), v.outerStride(), out.data());  // a row
  if (n >= few && k >= few) return multiply(m, n, k, view(v), transposed(z), out.data(), stride);
  for (Index j = 0; j < k; ++j) add_columns(m, n, view(v), z.data() + j, z.outerStride(), out.data() + j * stride);
}

}  // namespace portable
}  // namespace icnn::inline ICNN_ISA::kernels
