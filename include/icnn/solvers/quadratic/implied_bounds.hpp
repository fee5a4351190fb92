// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "icnn/solvers/constraint_values.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"
#include "icnn/solvers/rounding.hpp"

namespace icnn::inline ICNN_ISA::detail {

/// Bounds that rows imply for single coordinates: in a'y <= b, with all others at the end where the row is least,
/// a_j y_j <= b - least + a_j end_j; outward by what rounding may have done. Allocates when made.
class ImpliedBounds {
 public:
  explicit ImpliedBounds(Index inputs) : lower_(inputs), upper_(inputs), of_lower_(at(inputs)), of_upper_(at(inputs)) {}

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

  /// \p g is the slope that bounds of the box hold: of bounds that rows imply, those rows and other bounds hold it, the
  /// multipliers of the former are added to. What no bound holds is left out of g.
  [[gnu::cold]] void hand_on(const Polyhedron& set, const Box& implied, Vector<double>& g,
                             ConstraintValues& multipliers) const {
    const Box& given = set.box();
    for (Index step = 0; step <= g.size(); ++step) {  // the latest one first, which may rest on others
      Index latest = -1, made = 0;
      for (Index j = 0; j < g.size(); ++j) {
        const bool above = g(j) < 0;
        const bool own = above ? implied.upper()(j) == given.upper()(j) : implied.lower()(j) == given.lower()(j);
        const Index when = above ? of_upper_[at(j)].change : of_lower_[at(j)].change;
        if (g(j) != 0 && !own && when > made) latest = j, made = when;
      }
      if (latest < 0) break;
      const Index row = g(latest) < 0 ? of_upper_[at(latest)].row : of_lower_[at(latest)].row, m = set.b().size();
      const Matrix<double>& rows = row < m ? set.A() : set.E();
      const Index i = row < m ? row : row - m;
      const double share = -g(latest) / rows(i, latest);
      (row < m ? multipliers.rows(i) : multipliers.equalities(i)) += share;
      for (Index j = 0; j < g.size(); ++j) g(j) = j == latest ? 0 : g(j) + share * rows(i, j);
    }
    for (Index j = 0; j < g.size(); ++j) {
      if (!std::isfinite(g(j) < 0 ? given.upper()(j) : given.lower()(j))) g(j) = 0;
    }
  }

 private:
  static constexpr double much = 1e3;

  [[gnu::cold]] void find(const Polyhedron& set) {
    vec::copy(set.box().lower(), lower_);
    vec::copy(set.box().upper(), upper_);
    changes_ = 0;
    constexpr int passes = 2;
    for (int pass = 0; pass < passes; ++pass) {
      for (Index i = 0; i < set.b().size(); ++i) {
        if (!set.may_be_left_out(i)) use(set.A(), i, 1, set.b()(i), i);
      }
      for (Index i = 0; i < set.e().size(); ++i) {
        use(set.E(), i, 1, set.e()(i), set.b().size() + i);
        use(set.E(), i, -1, -set.e()(i), set.b().size() + i);
      }
    }
  }

  /// sign (row i)'y <= limit; \p number as in Source.
  [[gnu::cold]] void use(const Matrix<double>& rows, Index i, double sign, double limit, Index number) {
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
      if (a > 0 && value + outward < upper_(j)) {
        upper_(j) = value + outward;
        of_upper_[at(j)] = {number, ++changes_};
      }
      if (a < 0 && value - outward > lower_(j)) {
        lower_(j) = value - outward;
        of_lower_[at(j)] = {number, ++changes_};
      }
    }
  }

  /// Which row implies a bound, of all rows and then equalities; changes are counted from 1.
  struct Source {
    Index row = 0, change = 0;
  };

  [[nodiscard]] static std::size_t at(Index j) { return static_cast<std::size_t>(j); }

  Vector<double> lower_, upper_;
  std::vector<Source> of_lower_, of_upper_;
  Index changes_ = 0;
};

}  // namespace icnn::inline ICNN_ISA::detail
