// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <type_traits>
#include <utility>

#include "icnn/sets/concepts.hpp"

namespace icnn::inline ICNN_ISA {

/// { y : l <= y <= u }. Bounds may be infinite on the outside (l = -infinity, u = infinity); a certificate then needs a
/// strongly convex function. N is the dimension, which then allocates nothing, or Dynamic; see Box.
template <int N>
class BoxOf {
 public:
  using Bounds = Vector<double, N>;

  /// Throws Error where the sizes differ, a bound is NaN, or l > u.
  [[gnu::noinline]] BoxOf(Bounds lower, Bounds upper) : lower_(std::move(lower)), upper_(std::move(upper)) {
    detail::checked_dimension("Box", lower_.size());
    check(lower_, upper_);
  }

  /// Box({0, 0}, {1, 2})
  BoxOf(std::initializer_list<double> lower, std::initializer_list<double> upper) : BoxOf(listed(lower), listed(upper)) {}

  /// From bounds in float, or of integers.
  template <class L, class U>
  requires(!(std::is_same_v<typename L::Scalar, double> && std::is_same_v<typename U::Scalar, double>))
      BoxOf(const Eigen::DenseBase<L>& lower, const Eigen::DenseBase<U>& upper)
      : BoxOf(Bounds(lower.derived().template cast<double>()), Bounds(upper.derived().template cast<double>())) {}

  /// From one whose dimension is in the type.
  template <int M>
  requires(N == Dynamic && M != Dynamic) BoxOf(const BoxOf<M>& box) : lower_(box.lower()), upper_(box.upper()) {}

  /// [low, high]^n
  [[nodiscard]] static BoxOf cube(Index dimension, double low, double high) {
    detail::checked_dimension("Box", dimension);
    if (N != Dynamic) require_shape("Box", "a cube", dimension, 1, N, 1, "leave the dimension out, it is in the type");
    Bounds lower(dimension), upper(dimension);
    vec::fill(lower, low);
    vec::fill(upper, high);
    return {std::move(lower), std::move(upper)};
  }
  [[nodiscard]] static BoxOf cube(double low, double high) requires(N != Dynamic) { return cube(N, low, high); }
  /// [0, 1]^n
  [[nodiscard]] static BoxOf unit(Index dimension) { return cube(dimension, 0, 1); }
  [[nodiscard]] static BoxOf unit() requires(N != Dynamic) { return cube(N, 0, 1); }

  /// Other bounds, as many; allocates nothing. Throws Error as the constructor does, and changes nothing then.
  void set_bounds(ConstPointRef lower, ConstPointRef upper) {
    require_shape("Box", "lower bounds", lower.size(), Index{1}, dimension(), Index{1});
    check(lower, upper);
    vec::copy(lower, lower_);
    vec::copy(upper, upper_);
  }

  [[nodiscard]] Index dimension() const noexcept { return lower_.size(); }
  [[nodiscard]] const Bounds& lower() const noexcept { return lower_; }
  [[nodiscard]] const Bounds& upper() const noexcept { return upper_; }

  /// y := the middle; where a coordinate has none, or one that is only as good as its bounds are large, its point nearest
  /// to 0.
  void center(PointRef y) const {
    constexpr double widest = 1e10;
    for (Index j = 0; j < dimension(); ++j) {
      const double middle = 0.5 * lower_(j) + 0.5 * upper_(j);
      y(j) = upper_(j) - lower_(j) <= widest ? middle : std::clamp(0.0, lower_(j), upper_(j));
    }
  }

  void project(PointRef y) const {
    for (Index j = 0; j < dimension(); ++j) y(j) = std::min(std::max(y(j), lower_(j)), upper_(j));
  }

  [[nodiscard]] double linear_minimum(ConstPointRef g) const {
    double sum = 0;
    for (Index j = 0; j < dimension(); ++j) sum += g(j) == 0 ? 0 : g(j) * (g(j) > 0 ? lower_(j) : upper_(j));
    return sum;
  }

  void minimize_linear(ConstPointRef g, PointRef v) const {
    for (Index j = 0; j < dimension(); ++j) {
      v(j) = g(j) > 0 ? lower_(j) : upper_(j);
      if (g(j) == 0) v(j) = std::clamp(0.0, lower_(j), upper_(j));  // any will do; this one is finite
    }
  }

  void extents(PointRef h) const {
    for (Index j = 0; j < dimension(); ++j) h(j) = std::max(std::abs(lower_(j)), std::abs(upper_(j)));
  }

  /// min g'(v - y) + m |v - y|^2 / 2 over v in the box, m > 0: a sum over coordinates.
  [[nodiscard]] double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const {
    double sum = 0;
    for (Index j = 0; j < dimension(); ++j) {
      const double d = std::clamp(-g(j) / m, lower_(j) - y(j), upper_(j) - y(j));
      sum += d * (g(j) + 0.5 * m * d);
    }
    return sum;
  }

  friend bool operator==(const BoxOf& a, const BoxOf& b) {
    return vec::equal(a.lower_, b.lower_) && vec::equal(a.upper_, b.upper_);
  }

 private:
  [[gnu::noinline]] static void check(ConstVectorView lower, ConstVectorView upper) {
    require_shape("Box", "upper bounds", upper.size(), Index{1}, lower.size(), Index{1});
    for (Index j = 0; j < lower.size(); ++j) {
      const double l = lower(j), u = upper(j);
      if (l <= u && l < infinity && u > -infinity) continue;
      fail({"Box", "l <= u, neither of them NaN, and some number between",
            detail::text("l = ", l, ", u = ", u, " at coordinate ", j), "the set would be empty"});
    }
  }

  [[nodiscard]] static Bounds listed(std::initializer_list<double> values) {
    const Index size = static_cast<Index>(values.size());
    if (N != Dynamic) require_shape("Box", "bounds", size, 1, N, 1);
    Bounds result(size);
    std::copy(values.begin(), values.end(), result.data());
    return result;
  }

  Bounds lower_, upper_;
};

/// Of any dimension.
using Box = BoxOf<Dynamic>;

namespace detail {

template <class Set>
inline constexpr bool is_box = false;
template <int N>
inline constexpr bool is_box<BoxOf<N>> = true;

}  // namespace detail

}  // namespace icnn::inline ICNN_ISA
