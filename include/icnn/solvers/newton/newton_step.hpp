// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "icnn/solvers/quadratic/interior_point.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of NewtonStep.
struct NewtonStepTuning {
  double unbounded_step = 1e3;     ///< where a bound is infinite, a step is no longer than this times 1 + |y|
  double regularization = 1e-12;   ///< added to the diagonal, times its mean
  double inside = 1e-14;           ///< a coordinate is outside of a bound from this on, times 1 + |d|
  double pushed = 1e-13;           ///< a multiplier has the wrong sign from this on, times the largest gradient
  double least_curvature = 1e-12;  ///< of what counts for the units of coordinates, relative to the largest
  int max_guesses = 40;            ///< of active bounds, before the interior-point method takes over
};

/// The step of a projected Newton method: d with y + d in the polytope that minimizes g'd + d'H d / 2. Active bounds are
/// guessed, the free coordinates solved for, and the guess is mended by what the solution and the multipliers say (a
/// primal-dual active set, that is Newton's method on the optimality conditions; Hintermueller, Ito and Kunisch, SIAM
/// Journal on Optimization 13, 2003). Where that cycles, and for sets with rows, an interior-point method takes over. Cost:
/// n_free^3 / 3 a guess. Allocates when made, and in begin() for a set with more rows or sums than any before. A
/// compile-time N, the number of variables, unrolls the loops over them.
template <int N = Dynamic>
class NewtonStep {
 public:
  using Point = Vector<double, N>;
  using Square = Matrix<double, N, N>;

  [[gnu::cold]] explicit NewtonStep(Index inputs)
      : inputs_(inputs),
        lower_(inputs),
        upper_(inputs),
        multiplier_(inputs),
        solution_(inputs),
        sums_(inputs),
        state_(inputs),
        free_(inputs),
        pivot_(inputs),
        solution_of_interior_(inputs),
        factor_(inputs, inputs),
        unit_(inputs),
        zero_(inputs),
        start_(inputs) {
    forget();
    vec::fill(zero_, 0);
  }

  /// To be called before the first step of a problem: forgets the latest guess, and makes room.
  void begin(const Polytope& set) {
    forget();
    if (!solver_ || offsets_.size() < set.row_count() || right_hand_side_.size() < set.equality_count()) make_room(set);
  }

  /// False where no step could be found. H: the lower triangle is read; it is changed on the diagonal (by the regularization
  /// that makes it definite).
  [[nodiscard]] bool solve(const Polytope& set, const Point& y, const Point& g, Square& h, Point& d,
                           const Deadline& deadline = {}) {
    // Where a bound is infinite the step is kept finite: H may know nothing of a direction.
    const double longest = tuning.unbounded_step * (1 + vec::largest_magnitude(y));
    double trace = 0;
    for (Index j = 0; j < n(); ++j) {
      lower_(j) = std::isfinite(set.lower(j)) ? std::min(0.0, set.lower(j) - y(j)) : -longest;
      upper_(j) = std::isfinite(set.upper(j)) ? std::max(0.0, set.upper(j) - y(j)) : longest;
      trace += h(j, j);
    }
    for (Index j = 0; j < n(); ++j) h(j, j) += tuning.regularization * trace / static_cast<double>(n()) + 1e-300;
    if (!set.is_simple()) return interior_point(set, y, g, h, d, deadline);
    guess(set, g);
    if (active_set(set, g, h, d, deadline)) return true;
    if (!interior_point(set, y, g, h, d, deadline)) return forget(), false;
    // Which bounds are active is known now; the free coordinates can be had more exactly.
    for (Index j = 0; j < n(); ++j) {
      const double push = solver_->bound_multiplier(j);
      state_(j) = lower_(j) == upper_(j) || -push > d(j) - lower_(j) ? -1 : push > upper_(j) - d(j) ? 1 : 0;
    }
    solution_of_interior_ = d;
    if (!active_set(set, g, h, d, deadline)) {
      d = solution_of_interior_;
      forget();
    }
    return true;
  }

  /// Of the latest step, where the set has rows or equalities other than sums.
  [[nodiscard]] ConstVectorView row_multipliers(const Polytope& set) const {
    return {solver_->multipliers.data(), set.row_count()};
  }
  [[nodiscard]] ConstVectorView equality_multipliers(const Polytope& set) const {
    return {solver_->equality_multipliers.data(), set.equality_count()};
  }

 private:
  static constexpr NewtonStepTuning tuning{};

  [[nodiscard]] Index n() const noexcept { return inputs_.value(); }
  void forget() { std::fill_n(state_.data(), n(), 0); }
  [[gnu::cold]] void make_room(const Polytope& set) {
    solver_.emplace(n(), set.row_count(), set.equality_count(), true);
    offsets_.resize(set.row_count());
    right_hand_side_.resize(set.equality_count());
    rows_.resize(n(), set.row_count());
    equalities_.resize(n(), set.equality_count());
  }

  [[nodiscard]] bool active_set(const Polytope& set, ConstVectorView g, SquareView h, VectorView d,
                                const Deadline& deadline) {
    const double size = std::max(vec::largest_magnitude(g), 1e-300);
    for (int round = 0; round < tuning.max_guesses && !deadline.passed(); ++round) {
      Index count = 0;
      for (Index j = 0; j < n(); ++j) {
        d(j) = state_(j) < 0 ? lower_(j) : state_(j) > 0 ? upper_(j) : 0.0;
        if (state_(j) == 0) free_(count++) = static_cast<int>(j);
        multiplier_(j) = g(j);
      }
      for (Index c = 0; c < n(); ++c) {
        if (d(c) != 0) add_column(h, c, d(c));
      }
      if (!solve_free(set, h, count, d)) return false;
      if (mend_guess(set, size, d)) continue;
      for (Index j = 0; j < n(); ++j) d(j) = std::min(std::max(d(j), lower_(j)), upper_(j));
      return vec::all_finite(d);
    }
    return false;
  }

  /// Bounds at which y lies count as active where the gradient pushes against them, beside what was active before.
  void guess(const Polytope& set, ConstVectorView g) {
    for (Index j = 0; j < n(); ++j) {
      if (lower_(j) == upper_(j)) {
        state_(j) = -1;
      } else if (set.group(j) < 0) {
        state_(j) = lower_(j) == 0 && g(j) > 0 ? -1 : upper_(j) == 0 && g(j) < 0 ? 1 : 0;
      } else if (state_(j) != 0 && lower_(j) != 0 && upper_(j) != 0) {
        state_(j) = 0;
      }
    }
  }

  /// What left its bounds becomes active, what its multiplier does not hold there becomes free. False where nothing changed.
  [[nodiscard]] bool mend_guess(const Polytope& set, double size, ConstVectorView d) {
    bool changed = false;
    for (Index j = 0; j < n(); ++j) {
      const int before = state_(j);
      const double slope = multiplier_(j) + (set.group(j) >= 0 ? sums_(set.group(j)) : 0.0);
      const double room = tuning.inside * (1 + std::abs(d(j)));
      if (before == 0) {
        state_(j) = d(j) < lower_(j) - room ? -1 : d(j) > upper_(j) + room ? 1 : 0;
      } else if (before * slope > tuning.pushed * size && lower_(j) < upper_(j)) {
        state_(j) = 0;
      }
      changed = changed || state_(j) != before;
    }
    return changed;
  }

  void add_column(SquareView h, Index c, double factor) {
    for (Index r = 0; r < c; ++r) multiplier_(r) += factor * h(c, r);
    for (Index r = c; r < n(); ++r) multiplier_(r) += factor * h(r, c);
  }

  /// The free coordinates of d for which the multipliers there are those of the sums, which are kept: in each group one free
  /// coordinate, far from its bounds, makes up for what the others do. False where a group has none, or H is indefinite.
  [[nodiscard]] bool solve_free(const Polytope& set, SquareView h, Index count, VectorView d) {
    for (Index i = 0; i < set.groups; ++i) {
      if (!choose_pivot(set, i, d)) return false;
      if (const double missing = d(pivot_(i)); missing != 0) add_column(h, pivot_(i), missing);
      count = std::remove(free_.data(), free_.data() + count, pivot_(i)) - free_.data();
    }
    make_system(set, h, count);
    const SquareView factor(factor_, count);
    if (!factor_in_place(factor)) return false;
    solve_lower(factor, solution_.data());
    solve_upper(factor, solution_.data());
    if (!vec::all_finite({solution_.data(), count})) return false;
    for (Index c = 0; c < count; ++c) {
      const int j = free_(c), p = pivot_of(set, j);
      d(j) = solution_(c);
      add_column(h, j, solution_(c));
      if (p >= 0) d(p) -= solution_(c);
    }
    for (Index i = 0; i < set.groups; ++i) {
      const int p = pivot_(i);
      double moved = 0;
      for (Index c = 0; c < count; ++c) moved -= set.group(free_(c)) == i ? solution_(c) : 0.0;
      add_column(h, p, moved);
      sums_(i) = -multiplier_(p);
    }
    return true;
  }

  /// The free coordinate of a group that is farthest from its bounds: it takes what the others leave of the sum.
  [[nodiscard]] bool choose_pivot(const Polytope& set, Index group, VectorView d) {
    double missing = 0, widest = -1;
    for (Index j = 0; j < n(); ++j) {
      if (set.group(j) != group) continue;
      missing -= d(j);
      const double room = std::min(-lower_(j), upper_(j));
      if (state_(j) == 0 && room > widest) {
        widest = room;
        pivot_(group) = static_cast<int>(j);
      }
    }
    if (widest < 0) return false;
    d(pivot_(group)) = missing;
    return true;
  }
  [[nodiscard]] int pivot_of(const Polytope& set, Index j) const { return set.group(j) < 0 ? -1 : pivot_(set.group(j)); }

  /// The system of the free coordinates, pivots eliminated: factor_ := its matrix, solution_ := its right-hand side.
  void make_system(const Polytope& set, SquareView h, Index count) {
    const SquareView factor(factor_);
    const auto entry = [&](int r, int c) { return r < 0 || c < 0 ? 0.0 : r >= c ? h(r, c) : h(c, r); };
    for (Index c = 0; c < count; ++c) {
      const int j = free_(c), p = pivot_of(set, j);
      solution_(c) = (p < 0 ? 0.0 : multiplier_(p)) - multiplier_(j);
      for (Index r = c; r < count; ++r) factor(r, c) = h(free_(r), j);
      for (Index r = c; r < count && set.groups > 0; ++r) {
        const int k = free_(r), q = pivot_of(set, k);
        factor(r, c) += entry(q, p) - entry(q, j) - entry(k, p);
      }
    }
  }

  /// In units u_j in which the diagonal of H is about constant, and rows of length about 1: powers of 2, which round
  /// nothing.
  [[nodiscard, gnu::cold]] bool interior_point(const Polytope& set, ConstVectorView y, ConstVectorView g, SquareView h,
                                               VectorView d, const Deadline& deadline) {
    const Index m = set.row_count(), k = set.equality_count();
    choose_units(h);
    scale(h, 1);
    for (Index j = 0; j < n(); ++j) {
      lower_(j) /= unit_(j);
      upper_(j) /= unit_(j);
      start_(j) = g(j) * unit_(j);
    }
    for (Index i = 0; i < m; ++i) {
      offsets_(i) = (set.limits()(i) - vec::dot(set.rows()(i), y)) / scaled_row(set.rows()(i), rows_, i);
    }
    for (Index i = 0; i < k; ++i) {
      const double missing = i < set.groups ? 0.0 : set.right_hand_side()(i) - vec::dot(set.equalities()(i), y);
      right_hand_side_(i) = missing / scaled_row(set.equalities()(i), equalities_, i);
    }
    const QuadraticProgram program{.lower = lower_,
                                   .upper = upper_,
                                   .linear = start_,
                                   .dense = ConstColumns(h.data, h.size, h.size, h.stride),
                                   .rows = ConstColumns(rows_).first(m),
                                   .offsets = {offsets_.data(), m},
                                   .equalities = ConstColumns(equalities_).first(k),
                                   .right_hand_side = {right_hand_side_.data(), k}};
    const bool solved = solver_->solve(program, zero_, {.deadline = deadline});
    scale(h, -1);
    for (Index j = 0; j < n(); ++j) {
      d(j) = solver_->y(j) * unit_(j);
      lower_(j) *= unit_(j);
      upper_(j) *= unit_(j);
    }
    for (Index i = 0; i < m; ++i) solver_->multipliers(i) /= size_of_scaled(set.rows()(i));
    for (Index i = 0; i < k; ++i) solver_->equality_multipliers(i) /= size_of_scaled(set.equalities()(i));
    return solved && vec::all_finite(d);
  }

  void choose_units(SquareView h) {
    double largest = 0;
    for (Index j = 0; j < n(); ++j) largest = std::max(largest, h(j, j));
    for (Index j = 0; j < n(); ++j) {
      const double ratio = largest / std::max(h(j, j), tuning.least_curvature * largest);
      unit_(j) = ratio >= 1 && std::isfinite(ratio) ? std::exp2(std::round(0.5 * std::log2(ratio))) : 1.0;
    }
  }
  /// H_ij := H_ij (u_i u_j)^power, of the lower triangle.
  void scale(SquareView h, int power) const {
    for (Index c = 0; c < n(); ++c) {
      for (Index r = c; r < n(); ++r) h(r, c) *= power > 0 ? unit_(r) * unit_(c) : 1 / (unit_(r) * unit_(c));
    }
  }
  /// Column i of `to` := a row in these units, over the size that is returned.
  double scaled_row(ConstVectorView row, Matrix<double>& to, Index i) const {
    const double size = size_of_scaled(row);
    for (Index j = 0; j < n(); ++j) to(j, i) = row(j) * unit_(j) / size;
    return size;
  }
  [[nodiscard]] double size_of_scaled(ConstVectorView row) const {
    double size = 0;
    for (Index j = 0; j < n(); ++j) size = std::max(size, std::abs(row(j) * unit_(j)));
    return size > 0 ? std::exp2(std::round(std::log2(size))) : 1.0;
  }

  [[no_unique_address]] Extent<N> inputs_;
  Numbers<double> lower_, upper_;  ///< of d
  Numbers<double, N> multiplier_;  ///< g + H d
  Numbers<double, N> solution_, sums_;
  Numbers<int, N> state_;         ///< -1 at the lower bound, 1 at the upper one, 0 free
  Numbers<int, N> free_, pivot_;  ///< the numbers of the free ones, and of each group's one that makes up for the others
  Point solution_of_interior_;
  Square factor_;
  Numbers<double> unit_;
  Vector<double> zero_, start_, offsets_{}, right_hand_side_{};  ///< of the interior-point method
  Matrix<double> rows_{}, equalities_{};
  std::optional<InteriorPoint> solver_{};
};

}  // namespace icnn::inline ICNN_ISA
