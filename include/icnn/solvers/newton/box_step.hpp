// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>

#include "icnn/solvers/newton/active_set.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of BoxStep.
struct BoxStepTuning {
  int max_sweeps = 200;    ///< over the coordinates, where no guess of active bounds was right
  double settled = 1e-10;  ///< a sweep that moves no coordinate by more than this times the largest is the last
};

/// The step of a projected Newton method in a box of N variables: d with y + d in the box that minimizes g'd + d'H d / 2, by
/// guesses of the active bounds. Where these cycle, coordinates are minimized over one after the other (Gauss-Seidel), which
/// lowers the model with every sweep, so that d is a direction of descent wherever that ends. Allocates nothing.
template <int N>
class BoxStep {
 public:
  using Point = Vector<double, N>;

  /// Forgets the latest guess.
  void begin() { guesses_.forget(); }

  /// Contract: see NewtonStep::solve. A set has lower, upper, group and groups, see ActiveSet.
  template <class Set>
  [[nodiscard]] bool solve(const Set& set, const Point& y, const Point& g, Matrix<double, N, N>& h, Point& d,
                           const Deadline& deadline = {}) {
    guesses_.prepare(set, y, h);
    guesses_.guess(set, g);
    if (guesses_.solve(set, g, h, d, deadline)) return true;
    guesses_.forget();
    return descend(g, h, d);
  }

 private:
  static constexpr BoxStepTuning tuning{};

  [[nodiscard, gnu::cold]] bool descend(const Point& g, const Matrix<double, N, N>& h, Point& d) const {
    d.setZero();
    for (int sweep = 0; sweep < tuning.max_sweeps; ++sweep) {
      double moved = 0, longest = 0;
      for (int j = 0; j < N; ++j) {
        double slope = g(j);
        for (int k = 0; k < N; ++k) slope += (k < j ? h(j, k) : h(k, j)) * d(k);
        const double next = std::min(std::max(d(j) - slope / h(j, j), guesses_.lower(j)), guesses_.upper(j));
        moved = std::max(moved, std::abs(next - d(j)));
        longest = std::max(longest, std::abs(next));
        d(j) = next;
      }
      if (moved <= tuning.settled * longest) break;
    }
    return vec::all_finite(d);
  }

  ActiveSet<N> guesses_{N};
};

}  // namespace icnn::inline ICNN_ISA
