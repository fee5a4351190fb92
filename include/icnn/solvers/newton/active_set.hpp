// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/core/observer.hpp"
#include "icnn/solvers/quadratic/cholesky.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of ActiveSet.
struct ActiveSetTuning {
  double unbounded_step = 1e3;    ///< where a bound is infinite, a step is no longer than this times 1 + |y|
  double regularization = 1e-12;  ///< added to the diagonal, times its mean
  double inside = 1e-14;          ///< a coordinate is outside of a bound from this on, times 1 + |d|
  double pushed = 1e-13;          ///< a multiplier has the wrong sign from this on, times the largest gradient
  int max_guesses = 40;           ///< of active bounds
};

/// min g'd + d'H d / 2 with y + d between bounds and, in groups, of constant sum, by guessing which bounds are active: the
/// free coordinates are solved for, and the guess is mended by what the solution and the multipliers say (a primal-dual
/// active set, that is Newton's method on the optimality conditions; Hintermueller, Ito and Kunisch, SIAM Journal on
/// Optimization 13, 2003). Cost: n_free^3 / 3 a guess. Allocates when made, and nothing for a compile-time N, the number of
/// variables, which also unrolls the loops over them. A set is a Polytope, or something with its lower, upper, group and
/// groups.
template <int N = Dynamic>
class ActiveSet {
 public:
  [[gnu::cold]] explicit ActiveSet(Index inputs)
      : lower(inputs),
        upper(inputs),
        inputs_(inputs),
        multiplier_(inputs),
        solution_(inputs),
        sums_(inputs),
        state_(inputs),
        free_(inputs),
        pivot_(inputs),
        factor_(inputs, inputs) {
    forget();
  }

  [[nodiscard]] Index n() const noexcept { return inputs_.value(); }

  /// As if nothing had been solved before.
  void forget() { std::fill_n(state_.data(), n(), 0); }

  /// lower and upper := bounds of a step from y. H becomes definite, on its diagonal.
  template <class Set>
  void prepare(const Set& set, ConstVectorView y, SquareView h) {
    // Where a bound is infinite the step is kept finite: H may know nothing of a direction.
    const double longest = tuning.unbounded_step * (1 + vec::largest_magnitude(y));
    double trace = 0;
    for (Index j = 0; j < n(); ++j) {
      lower(j) = std::isfinite(set.lower(j)) ? std::min(0.0, set.lower(j) - y(j)) : -longest;
      upper(j) = std::isfinite(set.upper(j)) ? std::max(0.0, set.upper(j) - y(j)) : longest;
      trace += h(j, j);
    }
    for (Index j = 0; j < n(); ++j) h(j, j) += tuning.regularization * trace / static_cast<double>(n()) + 1e-300;
  }

  /// A first guess: bounds at which y lies count as active where the gradient pushes against them, beside what was active
  /// before.
  template <class Set>
  void guess(const Set& set, ConstVectorView g) {
    for (Index j = 0; j < n(); ++j) {
      if (lower(j) == upper(j)) {
        state_(j) = -1;
      } else if (set.group(j) < 0) {
        state_(j) = lower(j) == 0 && g(j) > 0 ? -1 : upper(j) == 0 && g(j) < 0 ? 1 : 0;
      } else if (state_(j) != 0 && lower(j) != 0 && upper(j) != 0) {
        state_(j) = 0;
      }
    }
  }

  /// Writes d. False where no guess was right.
  template <class Set>
  [[nodiscard]] bool solve(const Set& set, ConstVectorView g, SquareView h, VectorView d, const Deadline& deadline) {
    const double size = std::max(vec::largest_magnitude(g), 1e-300);
    for (int round = 0; round < tuning.max_guesses && !deadline.passed(); ++round) {
      Index count = 0;
      for (Index j = 0; j < n(); ++j) {
        d(j) = state_(j) < 0 ? lower(j) : state_(j) > 0 ? upper(j) : 0.0;
        if (state_(j) == 0) free_(count++) = static_cast<int>(j);
        multiplier_(j) = g(j);
      }
      for (Index c = 0; c < n(); ++c) {
        if (d(c) != 0) add_column(h, c, d(c));
      }
      if (!solve_free(set, h, count, d)) return false;
      if (mend_guess(set, size, d)) continue;
      for (Index j = 0; j < n(); ++j) d(j) = std::min(std::max(d(j), lower(j)), upper(j));
      return vec::all_finite(d);
    }
    return false;
  }

  /// Bounds that push with these forces (those from below positive), or leave no room, are active.
  template <class Force>
  void take_states(ConstVectorView d, Force force) {
    for (Index j = 0; j < n(); ++j) {
      const double push = force(j);
      state_(j) = lower(j) == upper(j) || -push > d(j) - lower(j) ? -1 : push > upper(j) - d(j) ? 1 : 0;
    }
  }

  Numbers<double, N> lower, upper;  ///< of d

 private:
  static constexpr ActiveSetTuning tuning{};

  /// What left its bounds becomes active, what its multiplier does not hold there becomes free. False where nothing changed.
  template <class Set>
  [[nodiscard]] bool mend_guess(const Set& set, double size, ConstVectorView d) {
    bool changed = false;
    for (Index j = 0; j < n(); ++j) {
      const int before = state_(j);
      const double slope = multiplier_(j) + (set.group(j) >= 0 ? sums_(set.group(j)) : 0.0);
      const double room = tuning.inside * (1 + std::abs(d(j)));
      if (before == 0) {
        state_(j) = d(j) < lower(j) - room ? -1 : d(j) > upper(j) + room ? 1 : 0;
      } else if (before * slope > tuning.pushed * size && lower(j) < upper(j)) {
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
  template <class Set>
  [[nodiscard]] bool solve_free(const Set& set, SquareView h, Index count, VectorView d) {
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
  template <class Set>
  [[nodiscard]] bool choose_pivot(const Set& set, Index group, VectorView d) {
    double missing = 0, widest = -1;
    for (Index j = 0; j < n(); ++j) {
      if (set.group(j) != group) continue;
      missing -= d(j);
      const double room = std::min(-lower(j), upper(j));
      if (state_(j) == 0 && room > widest) {
        widest = room;
        pivot_(group) = static_cast<int>(j);
      }
    }
    if (widest < 0) return false;
    d(pivot_(group)) = missing;
    return true;
  }
  template <class Set>
  [[nodiscard]] int pivot_of(const Set& set, Index j) const {
    return set.group(j) < 0 ? -1 : pivot_(set.group(j));
  }

  /// The system of the free coordinates, pivots eliminated: factor_ := its matrix, solution_ := its right-hand side.
  template <class Set>
  void make_system(const Set& set, SquareView h, Index count) {
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

  [[no_unique_address]] Extent<N> inputs_;
  Numbers<double, N> multiplier_;  ///< g + H d
  Numbers<double, N> solution_, sums_;
  Numbers<int, N> state_;         ///< -1 at the lower bound, 1 at the upper one, 0 free
  Numbers<int, N> free_, pivot_;  ///< the numbers of the free ones, and of each group's one that makes up for the others
  Matrix<double, N, N> factor_;
};

}  // namespace icnn::inline ICNN_ISA
