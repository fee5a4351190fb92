// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <tuple>

#include "icnn/sets/box.hpp"
#include "icnn/sets/product.hpp"
#include "icnn/sets/simplex.hpp"
#include "icnn/sets/whole_space.hpp"

namespace icnn::inline ICNN_ISA {

/// A polytope as second-order methods see it: { l <= y <= u, and the coordinates of each group sum to its total }. What
/// boxes, simplices, the whole space and products of these are.
class BoundsAndSums {
 public:
  explicit BoundsAndSums(Index inputs) : lower(inputs), upper(inputs), group(inputs), totals(inputs) {}

  /// Takes over a set of as many dimensions; allocates nothing.
  template <class Set>
  void assign(const Set& set) {
    if constexpr (requires { set.describe(*this); }) {
      set.describe(*this);
    } else {
      groups = 0;
      append(set, 0);
    }
  }

  Vector<double> lower, upper;
  Vector<int> group;      ///< the number of each coordinate's group, -1 for none
  Vector<double> totals;  ///< of the first `groups` groups
  Index groups = 0;

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
};

namespace detail {

template <class Set>
inline constexpr bool has_bounds_and_sums = false;
template <>
inline constexpr bool has_bounds_and_sums<Box> = true;
template <>
inline constexpr bool has_bounds_and_sums<Simplex> = true;
template <>
inline constexpr bool has_bounds_and_sums<WholeSpace> = true;
template <class... Sets>
inline constexpr bool has_bounds_and_sums<Product<Sets...>> = (has_bounds_and_sums<Sets> && ...);

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
