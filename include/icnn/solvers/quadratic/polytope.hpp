// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <tuple>
#include <type_traits>

#include "icnn/kernels/vectors.hpp"
#include "icnn/sets/box.hpp"
#include "icnn/sets/polyhedron.hpp"
#include "icnn/sets/product.hpp"
#include "icnn/sets/simplex.hpp"
#include "icnn/sets/whole_space.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// Between bounds, relative to their size: an interior-point method could not stay inside.
inline constexpr double no_room = 1e-12;

}  // namespace detail

/// A set as methods with a master program see it: { l <= y <= u, the coordinates of each group sum to its total,
/// a_i'y <= b_i, e_i'y = c_i }. What boxes, simplices, the whole space and products of these are, and polyhedra. The rows
/// a_i and e_i are stored as columns, of length 1; the sums are equalities, too, and come first among these. Any other set
/// is contained in its extents, and in the half-spaces that separate() finds.
class Polytope {
 public:
  [[gnu::cold]] explicit Polytope(Index inputs)
      : lower(inputs),
        upper(inputs),
        group(inputs),
        totals(inputs),
        row_columns_(inputs, Index{0}),
        equality_columns_(inputs, Index{0}) {}

  /// Takes over a set of as many dimensions. Allocates where it has more rows or equalities than any before.
  template <class Set>
  void assign(const Set& set) {
    groups = rows_ = equalities_ = next_ = 0;
    append(set, 0);
    take_sums();
    if constexpr (std::is_same_v<Set, Polyhedron>) take_rows(set);
  }

  Numbers<double> lower, upper;  ///< n each; infinite where there is no bound
  Numbers<int> group;            ///< n: the number of each coordinate's group, -1 for none
  Numbers<double> totals;        ///< of the first `groups` groups
  Index groups = 0;

  /// For a set that is no polytope: its point \p nearest to \p y, which lies outside, has a tangent plane; the half-space
  /// that it bounds contains the set. Keeps the latest 2 n + 10. False where the two points are the same, up to rounding.
  bool separate(ConstVectorView y, ConstVectorView nearest) {
    const double distance = vec::distance(y, nearest);
    if (!(distance > 1e-13 * (1 + vec::norm(nearest)))) return false;
    const Index most = max_tangents(lower.size());
    room(limits_, row_columns_, most);
    const VectorView row = column(row_columns_, next_);
    for (Index j = 0; j < y.size(); ++j) row(j) = (y(j) - nearest(j)) / distance;
    limits_(next_) = vec::dot(row, nearest);
    next_ = (next_ + 1) % most;
    rows_ = std::min(rows_ + 1, most);
    return true;
  }
  [[nodiscard]] static Index max_tangents(Index inputs) noexcept { return 2 * inputs + 10; }

  [[nodiscard]] Index row_count() const noexcept { return rows_; }
  [[nodiscard]] ConstColumns rows() const { return ConstColumns(row_columns_).first(rows_); }
  [[nodiscard]] ConstVectorView limits() const { return {limits_.data(), rows_}; }
  [[nodiscard]] Index equality_count() const noexcept { return equalities_; }
  [[nodiscard]] ConstColumns equalities() const { return ConstColumns(equality_columns_).first(equalities_); }
  [[nodiscard]] ConstVectorView right_hand_side() const { return {right_hand_side_.data(), equalities_}; }
  /// Whether bounds and sums are all there is.
  [[nodiscard]] bool is_simple() const noexcept { return rows_ == 0 && equalities_ == groups; }

 private:
  /// Without a huge bound the set is larger, so that lower bounds hold; points are projected onto the set itself.
  void bound(Index j, double low, double high, int of_group = -1) {
    lower(j) = low > -detail::max_bound ? low : -infinity;
    upper(j) = high < detail::max_bound ? high : infinity;
    group(j) = of_group;
  }
  template <int N>
  void append(const BoxOf<N>& box, Index at) {
    for (Index j = 0; j < box.dimension(); ++j) bound(at + j, box.lower()(j), box.upper()(j));
  }
  void append(const WholeSpace& space, Index at) {
    for (Index j = 0; j < space.dimension(); ++j) bound(at + j, -infinity, infinity);
  }
  void append(const Simplex& simplex, Index at) {
    for (Index j = 0; j < simplex.dimension(); ++j) bound(at + j, 0, simplex.total(), static_cast<int>(groups));
    totals(groups++) = simplex.total();
  }
  /// Coordinates whose bounds leave them no room stay where they are.
  void append(const Polyhedron& set, Index at) {
    append(set.box(), at);
    for (Index j = at; j < at + set.dimension(); ++j) {
      const double width = upper(j) - lower(j);
      if (std::isfinite(width) && width <= detail::no_room * (1 + std::abs(lower(j)))) upper(j) = lower(j);
    }
  }
  template <class... Sets>
  void append(const Product<Sets...>& product, Index at) {
    std::apply([&](const auto&... set) { ((append(set, at), at += set.dimension()), ...); }, product.factors());
  }
  template <class Set>
  void append(const Set& set, Index at) {
    const Index n = set.dimension();
    detail::extents(set, VectorView(upper.data() + at, n).map());
    for (Index j = at; j < at + n; ++j) bound(j, -upper(j), upper(j));
  }

  [[nodiscard]] static VectorView column(Matrix<double>& m, Index i) { return {m.data() + i * m.rows(), m.rows()}; }

  void take_sums() {
    equalities_ = groups;
    room(right_hand_side_, equality_columns_, groups);
    for (Index i = 0; i < groups; ++i) {
      const VectorView row = column(equality_columns_, i);
      for (Index j = 0; j < row.size(); ++j) row(j) = group(j) == static_cast<int>(i) ? 1 : 0;
      right_hand_side_(i) = totals(i);
    }
  }

  /// A row of zeros stays one: 0 <= b_i or 0 = c_i is a constraint all the same.
  [[gnu::noinline]] void take_rows(const Polyhedron& set) {
    rows_ = set.b().size();
    equalities_ = set.e().size();
    room(limits_, row_columns_, rows_);
    room(right_hand_side_, equality_columns_, equalities_);
    for (Index i = 0; i < rows_; ++i) {
      limits_(i) = normalized(set.A(), i, set.b()(i), column(row_columns_, i));
      if (!set.may_be_left_out(i)) continue;
      vec::fill(column(row_columns_, i), 0);  // no constraint
      limits_(i) = 1;
    }
    for (Index i = 0; i < equalities_; ++i) {
      right_hand_side_(i) = normalized(set.E(), i, set.e()(i), column(equality_columns_, i));
    }
  }

  /// Row i of m, at length 1 unless it is 0; returns what stands on the other side, in the same units.
  [[nodiscard]] static double normalized(const Matrix<double>& m, Index i, double limit, VectorView out) {
    for (Index j = 0; j < out.size(); ++j) out(j) = m(i, j);
    const double size = vec::norm(out), unit = size > 0 ? size : 1.0;
    for (Index j = 0; j < out.size(); ++j) out(j) /= unit;
    return limit / unit;
  }

  [[gnu::cold]] void room(Vector<double>& values, Matrix<double>& columns, Index count) const {
    if (values.size() >= count && columns.rows() == lower.size()) return;
    values.resize(count);
    columns.resize(lower.size(), count);
  }

  Index rows_ = 0, equalities_ = 0, next_ = 0;
  Vector<double> limits_{}, right_hand_side_{};
  Matrix<double> row_columns_, equality_columns_;
};

namespace detail {

/// Sets that bounds and sums describe.
template <class Set>
inline constexpr bool is_polytope = false;
template <int N>
inline constexpr bool is_polytope<BoxOf<N>> = true;
template <>
inline constexpr bool is_polytope<Simplex> = true;
template <>
inline constexpr bool is_polytope<WholeSpace> = true;
template <class... Sets>
inline constexpr bool is_polytope<Product<Sets...>> = (is_polytope<Sets> && ...);

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
