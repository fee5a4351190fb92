// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <tuple>
#include <type_traits>

#include "icnn/sets/box.hpp"
#include "icnn/sets/polyhedron.hpp"
#include "icnn/sets/product.hpp"
#include "icnn/sets/simplex.hpp"
#include "icnn/sets/whole_space.hpp"

namespace icnn::inline ICNN_ISA {

/// A set as methods with a master program see it: { l <= y <= u, the coordinates of each group sum to its total,
/// a_i'y <= b_i, e_i'y = c_i }. What boxes, simplices, the whole space and products of these are, and polyhedra. The rows
/// a_i and e_i are stored as columns, of length 1; the sums are equalities, too, and come first among these. Any other set
/// is contained in its extents, and in the half-spaces that separate() finds.
class Polytope {
 public:
  explicit Polytope(Index inputs)
      : lower(inputs), upper(inputs), group(inputs), totals(inputs), row_columns_(inputs, 0), equality_columns_(inputs, 0) {}

  /// Takes over a set of as many dimensions. Allocates where it has more rows or equalities than any before.
  template <class Set>
  void assign(const Set& set) {
    if constexpr (requires { set.describe(*this); }) {
      set.describe(*this);
    } else {
      groups = rows_ = equalities_ = next_ = 0;
      append(set, 0);
      room(right_hand_side_, equality_columns_, groups + equalities_);
      for (Index i = 0; i < groups; ++i) {
        equality_columns_.col(i) = (group.array() == static_cast<int>(i)).template cast<double>();
        right_hand_side_(i) = totals(i);
      }
      if constexpr (std::is_same_v<Set, Polyhedron>) take_equalities(set);
      equalities_ += groups;
    }
  }

  Vector<double> lower, upper;
  Vector<int> group;      ///< the number of each coordinate's group, -1 for none
  Vector<double> totals;  ///< of the first `groups` groups
  Index groups = 0;

  /// For a set that is no polytope: its point \p nearest to \p y, which lies outside, has a tangent plane; the half-space
  /// that it bounds contains the set. Keeps the latest 2 n + 10. False where the two points are the same, up to rounding.
  bool separate(const Vector<double>& y, const Vector<double>& nearest) {
    const double distance = (y - nearest).stableNorm();
    if (!(distance > 1e-13 * (1 + nearest.stableNorm()))) return false;
    const Index most = most_tangents(lower.size());
    if (limits_.size() < most) {
      limits_.resize(most);
      row_columns_.resize(lower.size(), most);
    }
    row_columns_.col(next_) = (y - nearest) / distance;
    limits_(next_) = row_columns_.col(next_).dot(nearest);
    next_ = (next_ + 1) % most;
    rows_ = std::min(rows_ + 1, most);
    return true;
  }
  [[nodiscard]] static Index most_tangents(Index inputs) noexcept { return 2 * inputs + 10; }

  [[nodiscard]] Index row_count() const noexcept { return rows_; }
  [[nodiscard]] auto rows() const { return row_columns_.leftCols(rows_); }
  [[nodiscard]] auto limits() const { return limits_.head(rows_); }
  [[nodiscard]] Index equality_count() const noexcept { return equalities_; }
  [[nodiscard]] auto equalities() const { return equality_columns_.leftCols(equalities_); }
  [[nodiscard]] auto right_hand_side() const { return right_hand_side_.head(equalities_); }
  /// Whether bounds and sums are all there is.
  [[nodiscard]] bool is_simple() const noexcept { return rows_ == 0 && equalities_ == groups; }

 private:
  void append(const Box& box, Index at) {
    lower.segment(at, box.dimension()) = box.lower();
    upper.segment(at, box.dimension()) = box.upper();
    group.segment(at, box.dimension()).setConstant(-1);
  }
  void append(const WholeSpace& space, Index at) {
    lower.segment(at, space.dimension()).setConstant(-infinity);
    upper.segment(at, space.dimension()).setConstant(infinity);
    group.segment(at, space.dimension()).setConstant(-1);
  }
  void append(const Simplex& simplex, Index at) {
    lower.segment(at, simplex.dimension()).setZero();
    upper.segment(at, simplex.dimension()).setConstant(simplex.total());
    group.segment(at, simplex.dimension()).setConstant(static_cast<int>(groups));
    totals(groups++) = simplex.total();
  }
  template <class... Sets>
  void append(const Product<Sets...>& product, Index at) {
    std::apply([&](const auto&... set) { ((append(set, at), at += set.dimension()), ...); }, product.factors());
  }
  template <class Set>
  void append(const Set& set, Index at) {
    detail::extents(set, upper.segment(at, set.dimension()));
    lower.segment(at, set.dimension()) = -upper.segment(at, set.dimension());
    group.segment(at, set.dimension()).setConstant(-1);
  }
  /// A row of zeros stays one: 0 <= b_i or 0 = c_i is a constraint all the same.
  void append(const Polyhedron& set, Index at) {
    append(set.box(), at);
    rows_ = set.b().size();
    room(limits_, row_columns_, rows_);
    for (Index i = 0; i < rows_; ++i) {
      const double size = length(set.A().row(i));
      row_columns_.col(i) = set.A().row(i).transpose() / size;
      limits_(i) = set.b()(i) / size;
      if (!(limits_(i) < 1e300)) {  // no constraint
        row_columns_.col(i).setZero();
        limits_(i) = 1;
      }
    }
    equalities_ = set.e().size();
  }
  void take_equalities(const Polyhedron& set) {
    for (Index i = 0; i < equalities_; ++i) {
      const double size = length(set.E().row(i));
      equality_columns_.col(i) = set.E().row(i).transpose() / size;
      right_hand_side_(i) = set.e()(i) / size;
    }
  }

  template <class Row>
  [[nodiscard]] static double length(const Row& row) {
    const double size = row.stableNorm();
    return size > 0 ? size : 1.0;
  }

  void room(Vector<double>& values, Matrix<double>& columns, Index count) const {
    if (values.size() >= count && columns.rows() == lower.size()) return;
    values.resize(count);
    columns.resize(lower.size(), count);
  }

  Index rows_ = 0, equalities_ = 0, next_ = 0;
  Vector<double> limits_, right_hand_side_;
  Matrix<double> row_columns_, equality_columns_;
};

namespace detail {

template <class Set>
inline constexpr bool is_polytope = false;
template <>
inline constexpr bool is_polytope<Box> = true;
template <>
inline constexpr bool is_polytope<Simplex> = true;
template <>
inline constexpr bool is_polytope<WholeSpace> = true;
template <>
inline constexpr bool is_polytope<Polyhedron> = true;
template <class... Sets>
inline constexpr bool is_polytope<Product<Sets...>> = (is_polytope<Sets> && ...);

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
