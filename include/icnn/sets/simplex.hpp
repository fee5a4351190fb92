// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <functional>

#include "icnn/sets/concepts.hpp"

namespace icnn::inline ICNN_ISA {

/// { y >= 0 : sum y = total }, total > 0.
class Simplex {
 public:
  explicit Simplex(Index dimension, double total = 1)
      : dimension_(detail::checked_dimension("Simplex", dimension)), total_(total) {
    if (!(total > 0) || !std::isfinite(total)) {
      fail({"Simplex", "a finite total > 0", detail::text(total), "the set would be empty, or a point"});
    }
  }

  [[nodiscard]] Index dimension() const noexcept { return dimension_; }
  [[nodiscard]] double total() const noexcept { return total_; }

  /// y := max(y - t, 0), with the t for which it sums to the total: found exactly, by sorting (Held, Wolfe and Crowder,
  /// Mathematical Programming 6, 1974). O(n log n).
  void project(PointRef y, PointRef scratch) const {
    vec::copy(y, scratch);
    std::sort(scratch.data(), scratch.data() + dimension_, std::greater<>());
    // Relative to the largest entry, so that far-away points lose no digits to their common offset.
    const double top = scratch(0);
    double sum = 0, threshold = 0;
    for (Index k = 0; k < dimension_; ++k) {
      const double entry = scratch(k) - top;
      if (k > 0 && static_cast<double>(k) * entry <= sum - total_) break;
      sum += entry;
      threshold = (sum - total_) / static_cast<double>(k + 1);
    }
    for (Index j = 0; j < dimension_; ++j) y(j) = std::max(0.0, (y(j) - top) - threshold);
  }
  /// The same; allocates the scratch.
  void project(PointRef y) const {
    Vector<double> scratch(dimension_);
    project(y, scratch);
  }

  [[nodiscard]] double linear_minimum(ConstPointRef g) const { return total_ * g(least(g)); }
  void minimize_linear(ConstPointRef g, PointRef v) const {
    vec::fill(v, 0);
    v(least(g)) = total_;
  }
  void extents(PointRef h) const { vec::fill(h, total_); }

  /// min g'd + m |d|^2 / 2, d = v - y, over v in the simplex, m > 0: the dual function at the best multiplier nu of the sum,
  /// and by weak duality a bound at any. d_j = max(-y_j, -(g_j + nu) / m) have a sum that falls with nu, is convex and
  /// piecewise linear: Newton's method from the left ends at the root, after as many steps as pieces lie between. \p y in
  /// the set.
  [[nodiscard]] double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const {
    double missing = total_, nu = infinity;  // from where on every coordinate is at 0, down to all of them being free
    for (Index j = 0; j < dimension_; ++j) {
      missing -= y(j);
      nu = std::min(nu, -g(j) - m * total_);
    }
    for (int step = 0; step < 100; ++step) {
      double sum = -missing, free = 0;
      for (Index j = 0; j < dimension_; ++j) {
        const double d = -(g(j) + nu) / m;
        sum += std::max(d, -y(j));
        free += d > -y(j) ? 1 : 0;
      }
      const double next = free > 0 ? nu + m * sum / free : nu;
      if (!(next > nu)) break;
      nu = next;
    }
    double bound = -nu * missing;
    for (Index j = 0; j < dimension_; ++j) {
      const double slope = g(j) + nu, d = std::max(-y(j), -slope / m);
      bound += d * (slope + 0.5 * m * d);
    }
    return bound;
  }

  friend bool operator==(const Simplex&, const Simplex&) = default;

 private:
  [[nodiscard]] static Index least(ConstPointRef g) { return std::min_element(g.data(), g.data() + g.size()) - g.data(); }

  Index dimension_;
  double total_;
};

}  // namespace icnn::inline ICNN_ISA
