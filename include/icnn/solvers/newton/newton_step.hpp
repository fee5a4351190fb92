// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "icnn/solvers/quadratic/cholesky.hpp"
#include "icnn/solvers/quadratic/interior_point.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"

namespace icnn::inline ICNN_ISA {

/// The step of a projected Newton method: d with y + d in the polytope that minimizes g'd + d'H d / 2. Active bounds are
/// guessed, the free coordinates solved for, and the guess is mended by what the solution and the multipliers say (a
/// primal-dual active set, that is Newton's method on the optimality conditions; Hintermueller, Ito and Kunisch, SIAM
/// Journal on Optimization 13, 2003). Where that cycles, and for sets with rows, an interior-point method takes over. Cost:
/// n_free^3 / 3 a guess. Allocates when made, and in begin() for a set with more rows or sums than any before. S is double,
/// as in InteriorPoint; with N, the number of variables, the loops over them are unrolled.
template <class S, int N = Dynamic>
class NewtonStep {
 public:
  using Point = Vector<S, N>;
  using Square = Matrix<S, N, N>;

  explicit NewtonStep(Index inputs)
      : lower_(inputs),
        upper_(inputs),
        multiplier_(inputs),
        solution_(inputs),
        sums_(inputs),
        solution_of_interior_(inputs),
        state_(inputs),
        free_(inputs),
        pivot_(inputs),
        factor_(inputs, inputs),
        curvature_(N == Dynamic ? 0 : inputs, N == Dynamic ? 0 : inputs),
        start_(inputs) {
    state_.setZero();
  }

  Index fallbacks = 0;  ///< how often the interior-point method was needed

  /// To be called before the first step of a problem: forgets the latest guess, and makes room.
  void begin(const Polytope& set) {
    state_.setZero();
    if (solver_ && offsets_.size() >= set.row_count() && right_hand_side_.size() >= set.equality_count()) return;
    solver_.emplace(state_.size(), set.row_count(), set.equality_count(), true);
    offsets_.resize(set.row_count());
    right_hand_side_.resize(set.equality_count());
  }

  /// False where no step could be found. H: the lower triangle is read; it is changed on the diagonal (by the regularization
  /// that makes it definite).
  [[nodiscard]] bool solve(const Polytope& set, const Point& y, const Point& g, Square& h, Point& d) {
    const Index n = y.size();
    // Where a bound is infinite the step is kept finite: H may know nothing of a direction.
    const double most = 1e3 * (1 + y.cwiseAbs().maxCoeff());
    for (Index j = 0; j < n; ++j) {
      lower_(j) = std::isfinite(set.lower(j)) ? std::min(0.0, set.lower(j) - y(j)) : -most;
      upper_(j) = std::isfinite(set.upper(j)) ? std::max(0.0, set.upper(j) - y(j)) : most;
    }
    h.diagonal().array() += 1e-12 * h.trace() / static_cast<double>(n) + 1e-300;
    if (!set.is_simple()) return interior_point(set, y, g, h, d);
    guess(set, g);
    if (active_set(set, g, h, d)) return true;
    ++fallbacks;
    if (!interior_point(set, y, g, h, d)) return state_.setZero(), false;
    // Which bounds are active is known now; the free coordinates can be had more exactly.
    for (Index j = 0; j < n; ++j) {
      const double push = solver_->bound_multiplier(j);
      state_(j) = lower_(j) == upper_(j) || -push > d(j) - lower_(j) ? -1 : push > upper_(j) - d(j) ? 1 : 0;
    }
    solution_of_interior_ = d;
    if (!active_set(set, g, h, d)) {
      d = solution_of_interior_;
      state_.setZero();
    }
    return true;
  }

  /// Of the latest step, where the set has rows or equalities other than sums.
  [[nodiscard]] auto row_multipliers(const Polytope& set) const { return solver_->multipliers.head(set.row_count()); }
  [[nodiscard]] auto equality_multipliers(const Polytope& set) const {
    return solver_->equality_multipliers.head(set.equality_count());
  }

 private:
  static constexpr int most_guesses = 40;

  [[nodiscard]] bool active_set(const Polytope& set, const Point& g, const Square& h, Point& d) {
    const Index n = g.size();
    const double size = std::max(g.cwiseAbs().maxCoeff(), 1e-300);
    for (int round = 0; round < most_guesses; ++round) {
      Index count = 0;
      for (Index j = 0; j < n; ++j) {
        d(j) = state_(j) < 0 ? lower_(j) : state_(j) > 0 ? upper_(j) : 0.0;
        if (state_(j) == 0) free_(count++) = static_cast<int>(j);
      }
      multiplier_ = g;
      for (Index c = 0; c < n; ++c) {
        if (d(c) != 0) add_column(h, c, d(c));
      }
      if (!solve_free(set, h, count, d)) return false;
      Index changes = 0;
      for (Index j = 0; j < n; ++j) {
        const int before = state_(j);
        const double slope = multiplier_(j) + (set.group(j) >= 0 ? sums_(set.group(j)) : 0.0);
        const double room = 1e-14 * (1 + std::abs(d(j)));
        if (before == 0) {
          state_(j) = d(j) < lower_(j) - room ? -1 : d(j) > upper_(j) + room ? 1 : 0;
        } else if (before * slope > 1e-13 * size && lower_(j) < upper_(j)) {
          state_(j) = 0;
        }
        changes += state_(j) != before ? 1 : 0;
      }
      if (changes == 0) {
        d = d.cwiseMax(lower_).cwiseMin(upper_);
        return d.allFinite();
      }
    }
    return false;
  }

  /// Bounds at which y lies count as active where the gradient pushes against them, beside what was active before.
  void guess(const Polytope& set, const Point& g) {
    for (Index j = 0; j < g.size(); ++j) {
      if (lower_(j) == upper_(j)) {
        state_(j) = -1;
      } else if (set.group(j) < 0) {
        state_(j) = lower_(j) == 0 && g(j) > 0 ? -1 : upper_(j) == 0 && g(j) < 0 ? 1 : 0;
      } else if (state_(j) != 0 && lower_(j) != 0 && upper_(j) != 0) {
        state_(j) = 0;
      }
    }
  }

  void add_column(const Square& h, Index c, double factor) {
    const Index n = h.rows();
    for (Index r = 0; r < c; ++r) multiplier_(r) += factor * h(c, r);
    for (Index r = c; r < n; ++r) multiplier_(r) += factor * h(r, c);
  }

  /// The free coordinates of d for which the multipliers there are those of the sums, which are kept: in each group one free
  /// coordinate, far from its bounds, makes up for what the others do. False where a group has none, or H is indefinite.
  [[nodiscard]] bool solve_free(const Polytope& set, const Square& h, Index count, Point& d) {
    for (Index i = 0; i < set.groups; ++i) {
      double missing = 0, most = -1;
      for (Index j = 0; j < d.size(); ++j) {
        if (set.group(j) != i) continue;
        missing -= d(j);
        const double room = std::min(-lower_(j), upper_(j));
        if (state_(j) == 0 && room > most) {
          most = room;
          pivot_(i) = static_cast<int>(j);
        }
      }
      if (most < 0) return false;
      d(pivot_(i)) = missing;
      if (missing != 0) add_column(h, pivot_(i), missing);
      count = std::remove(free_.data(), free_.data() + count, pivot_(i)) - free_.data();
    }
    const auto pivot_of = [&](Index j) { return set.group(j) < 0 ? -1 : pivot_(set.group(j)); };
    const auto entry = [&](int r, int c) { return r < 0 || c < 0 ? 0.0 : r >= c ? h(r, c) : h(c, r); };
    auto factor = factor_.topLeftCorner(count, count);
    auto x = solution_.head(count);
    for (Index c = 0; c < count; ++c) {
      const int j = free_(c), p = pivot_of(j);
      x(c) = (p < 0 ? 0.0 : multiplier_(p)) - multiplier_(j);
      for (Index r = c; r < count; ++r) {
        const int k = free_(r);
        factor(r, c) = h(k, j);
        if (set.groups > 0) {
          const int q = pivot_of(k);
          factor(r, c) += entry(q, p) - entry(q, j) - entry(k, p);
        }
      }
    }
    if (count > 0) {
      if (!detail::factor_in_place(factor)) return false;
      detail::solve_lower(factor, x);
      detail::solve_upper(factor, x);
      if (!x.allFinite()) return false;
    }
    for (Index c = 0; c < count; ++c) {
      const int j = free_(c), p = pivot_of(j);
      d(j) = x(c);
      add_column(h, j, x(c));
      if (p >= 0) d(p) -= x(c);
    }
    for (Index i = 0; i < set.groups; ++i) {
      const int p = pivot_(i);
      double moved = 0;
      for (Index c = 0; c < count; ++c) moved -= set.group(free_(c)) == i ? x(c) : 0.0;
      add_column(h, p, moved);
      sums_(i) = -multiplier_(p);
    }
    return true;
  }

  [[nodiscard]] bool interior_point(const Polytope& set, const Point& y, const Point& g, const Square& h, Point& d) {
    const Index m = set.row_count(), k = set.equality_count();
    for (Index i = 0; i < m; ++i) offsets_(i) = set.limits()(i) - set.rows().col(i).dot(y);
    for (Index i = 0; i < k; ++i) {
      right_hand_side_(i) = i < set.groups ? 0.0 : set.right_hand_side()(i) - set.equalities().col(i).dot(y);
    }
    if constexpr (N != Dynamic) curvature_ = h;
    const QuadraticProgram<S> program{.lower = lower_,
                                      .upper = upper_,
                                      .linear = g,
                                      .dense = dense(h),
                                      .rows = set.rows(),
                                      .offsets = offsets_.head(m),
                                      .equalities = set.equalities(),
                                      .right_hand_side = right_hand_side_.head(k)};
    start_.setZero();
    const bool solved = solver_->solve(program, start_, {});
    d = solver_->y;
    return solved && d.allFinite();
  }

  [[nodiscard]] const Matrix<S>* dense(const Square& h) const {
    if constexpr (N == Dynamic) {
      return &h;
    } else {
      return &curvature_;
    }
  }

  Vector<S> lower_, upper_;  ///< of d
  Point multiplier_;         ///< g + H d
  Point solution_, sums_, solution_of_interior_;
  Vector<int, N> state_;         ///< -1 at the lower bound, 1 at the upper one, 0 free
  Vector<int, N> free_, pivot_;  ///< the numbers of the free ones, and of each group's one that makes up for the others
  Square factor_;
  Matrix<S> curvature_;  ///< H as the interior-point method takes it
  Vector<S> start_, offsets_, right_hand_side_;
  std::optional<InteriorPoint<S>> solver_;
};

}  // namespace icnn::inline ICNN_ISA
