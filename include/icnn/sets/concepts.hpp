// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <concepts>

#include "icnn/core/error.hpp"
#include "icnn/core/types.hpp"
#include "icnn/kernels/vectors.hpp"

/// What a constraint set Y must offer, in three tiers. Sets live in double precision whatever the scalar of a function;
/// they are regular values, and every member here is const, thread-safe and free of allocations.
namespace icnn::inline ICNN_ISA {

/// A point that is written, and one that is read: vectors, and segments of vectors.
using PointRef = Eigen::Ref<Vector<double>>;
using ConstPointRef = const Eigen::Ref<const Vector<double>>&;

/// A closed convex set with an exact projection: dimension(), and project(y), which moves y to the nearest point of the
/// set. A set that needs room for this offers project(y, scratch), with scratch as long as y, instead or beside it.
template <class Set>
concept ProjectableSet = requires(const Set& set, PointRef y) {
  { set.dimension() } -> std::convertible_to<Index>;
  requires requires { set.project(y); } || requires {
    set.project(y, y);
  };
};

/// A set over which linear functions are minimized in closed form, which is what turns a gradient into a lower bound:
/// linear_minimum(g) = min g'v over v in Y (-infinity where there is none), minimize_linear(g, v), which writes a v that
/// attains it, and extents(h), which writes h_j = max |v_j| over Y (infinity where there is none).
template <class Set>
concept LinearlyMinimizableSet = requires(const Set& set, ConstPointRef g, PointRef v) {
  { set.dimension() } -> std::convertible_to<Index>;
  { set.linear_minimum(g) } -> std::convertible_to<double>;
  set.minimize_linear(g, v);
  set.extents(v);
};

namespace detail {

/// Projects with the scratch, where the set can use it.
template <ProjectableSet Set>
void project(const Set& set, PointRef y, PointRef scratch) {
  if constexpr (requires { set.project(y, scratch); }) {
    set.project(y, scratch);
  } else {
    set.project(y);
  }
}

/// y := where to begin when nobody says: the center of a set that offers center(y), else its point nearest to 0.
template <ProjectableSet Set>
void center(const Set& set, PointRef y, PointRef scratch) {
  if constexpr (requires { set.center(y, scratch); }) {
    set.center(y, scratch);
  } else if constexpr (requires { set.center(y); }) {
    set.center(y);
  } else {
    y.setZero();
    project(set, y, scratch);
  }
}

/// h_j = max |v_j| over the set; infinity for a set that does not say.
template <class Set>
void extents(const Set& set, PointRef h) {
  if constexpr (requires { set.extents(h); }) {
    set.extents(h);
  } else {
    h.setConstant(infinity);
  }
}

/// At most min g'(v - y) + m |v - y|^2 / 2 over a set, m > 0: what it says itself, or that over the whole space.
template <class Set>
[[nodiscard]] double curved_minimum(const Set& set, ConstPointRef g, ConstPointRef y, double m) {
  if constexpr (requires { set.curved_minimum(g, y, m); }) {
    return set.curved_minimum(g, y, m);
  } else {
    return -0.5 * vec::squared_norm(g) / m;
  }
}

inline Index checked_dimension(const char* set, Index dimension) {
  if (dimension < 1) fail({set, "at least one coordinate", text(dimension)});
  return dimension;
}

inline void require_finite(const char* set, const char* what, ConstVectorView values) {
  if (!vec::all_finite(values)) fail({set, text("finite ", what), "NaN or infinity"});
}

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
