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

  friend bool operator==(const Simplex&, const Simplex&) = default;

 private:
  [[nodiscard]] static Index least(ConstPointRef g) { return std::min_element(g.data(), g.data() + g.size()) - g.data(); }

  Index dimension_;
  double total_;
};

}  // namespace icnn::inline ICNN_ISA
