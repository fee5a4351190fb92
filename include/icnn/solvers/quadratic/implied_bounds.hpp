// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/quadratic/polytope.hpp"
#include "icnn/solvers/rounding.hpp"

namespace icnn::inline ICNN_ISA::detail {

/// Bounds that rows imply for single coordinates: in a'y <= b, with all others at the end where the row is least,
/// a_j y_j <= b - least + a_j end_j; outward by what rounding may have done. Allocates when made.
class ImpliedBounds {
 public:
  explicit ImpliedBounds(Index inputs) : lower_(inputs), upper_(inputs) {}

  /// Looks for those of a set, and puts them into \p out, the same set otherwise, where there is none, none worth the name,
  /// or nothing is left between both: an interior is what methods need. Not where the rows contradict each other.
  [[gnu::cold]] void apply(const Polyhedron& set, Polyhedron& out) {
    find(set);
    for (Index j = 0; j < lower_.size(); ++j) {
      if (!(lower_(j) <= upper_(j))) return;
    }
    for (Index j = 0; j < lower_.size(); ++j) {
      const double l = set.box().lower()(j), u = set.box().upper()(j), width = upper_(j) - lower_(j);
      const auto magnitude = [](double bound) { return std::isfinite(bound) ? std::abs(bound) : 0.0; };
      const double size = 1 + std::max(magnitude(lower_(j)), magnitude(upper_(j)));
      const bool fixed = std::isfinite(width) && width <= no_room * size;
      if (!fixed && !(std::isfinite(lower_(j)) && -l > much * size)) lower_(j) = l;
      if (!fixed && !(std::isfinite(upper_(j)) && u > much * size)) upper_(j) = u;
    }
    out.set_bounds(lower_, upper_);
  }

 private:
  static constexpr double much = 1e3;

  [[gnu::cold]] void find(const Polyhedron& set) {
    vec::copy(set.box().lower(), lower_);
    vec::copy(set.box().upper(), upper_);
    constexpr int passes = 2;
    for (int pass = 0; pass < passes; ++pass) {
      for (Index i = 0; i < set.b().size(); ++i) {
        if (!set.may_be_left_out(i)) use(set.A(), i, 1, set.b()(i));
      }
      for (Index i = 0; i < set.e().size(); ++i) {
        use(set.E(), i, 1, set.e()(i));
        use(set.E(), i, -1, -set.e()(i));
      }
    }
  }

  /// sign (row i)'y <= limit
  [[gnu::cold]] void use(const Matrix<double>& rows, Index i, double sign, double limit) {
    double least = 0, size = std::abs(limit);
    Index without_end = -1, ends_missing = 0;
    const auto end = [&](Index j) { return sign * rows(i, j) > 0 ? lower_(j) : upper_(j); };
    for (Index j = 0; j < rows.cols(); ++j) {
      if (rows(i, j) == 0) continue;
      if (!std::isfinite(end(j))) {
        without_end = j;
        ++ends_missing;
        continue;
      }
      least += sign * rows(i, j) * end(j);
      size += std::abs(rows(i, j) * end(j));
    }
    if (ends_missing > 1) return;
    const double room = limit - least + rounding_of_sum(rows.cols()) * size;
    for (Index j = 0; j < rows.cols(); ++j) {
      const double a = sign * rows(i, j);
      if (a == 0 || (ends_missing == 1 && j != without_end)) continue;
      const double others = ends_missing == 1 ? 0 : end(j), value = others + room / a;
      const double outward = 4 * epsilon * (std::abs(others) + std::abs(room / a));
      if (!std::isfinite(value)) continue;
      if (a > 0) upper_(j) = std::min(upper_(j), value + outward);
      if (a < 0) lower_(j) = std::max(lower_(j), value - outward);
    }
  }

  Vector<double> lower_, upper_;
};

}  // namespace icnn::inline ICNN_ISA::detail
