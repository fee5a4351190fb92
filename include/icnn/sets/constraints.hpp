// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "icnn/sets/ball.hpp"
#include "icnn/sets/to_polyhedron.hpp"

/// Sets as the constraints that make them, for what needs to know which of these hold with equality.
namespace icnn::inline ICNN_ISA {

/// A ball in the coordinates from `first` on.
struct BallConstraint {
  Index first;
  Ball ball;
};

/// l <= y <= u, A y <= b, E y = e, and balls.
struct Constraints {
  Polyhedron flat;
  std::vector<BallConstraint> balls = {};
};

namespace detail {

/// The flat constraints of a factor of a product. Those of a simplex leave out y_j <= total, which the others imply.
template <PolyhedralSet Set>
[[nodiscard]] Polyhedron flat_part(const Set& set) {
  return to_polyhedron(set);
}
[[nodiscard]] inline Polyhedron flat_part(const Simplex& set) {
  const Polyhedron whole = to_polyhedron(set);
  return {Box::cube(set.dimension(), 0, infinity), {}, {}, whole.E(), whole.e()};
}
[[nodiscard]] inline Polyhedron flat_part(const Ball& set) { return to_polyhedron(WholeSpace(set.dimension())); }

inline void add_ball(const Ball& set, Index first, std::vector<BallConstraint>& balls) { balls.push_back({first, set}); }
template <class Set>
void add_ball(const Set&, Index, std::vector<BallConstraint>&) {}

}  // namespace detail

/// Of every bounded set of the library, of those that have a polyhedron's form, and of products of these.
template <class Set>
requires requires(const Set& set) { detail::flat_part(set); }
[[nodiscard]] Constraints constraints_of(const Set& set) {
  Constraints result{detail::flat_part(set)};
  detail::add_ball(set, 0, result.balls);
  return result;
}
template <class... Sets>
requires requires(const Sets&... set) { (detail::flat_part(set), ...); }
[[nodiscard]] Constraints constraints_of(const Product<Sets...>& product) {
  Constraints result{
      std::apply([](const auto&... set) { return to_polyhedron(Product(detail::flat_part(set)...)); }, product.factors())};
  Index first = 0;
  std::apply([&](const auto&... set) { ((detail::add_ball(set, first, result.balls), first += set.dimension()), ...); },
             product.factors());
  return result;
}

}  // namespace icnn::inline ICNN_ISA
