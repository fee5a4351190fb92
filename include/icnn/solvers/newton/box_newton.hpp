// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/solvers/newton/box_step.hpp"
#include "icnn/solvers/newton/projected_newton.hpp"

namespace icnn::inline ICNN_ISA {

/// A box as an ActiveSet sees it.
template <int N>
struct BoxFaces {
  static constexpr Index groups = 0;
  [[nodiscard]] static constexpr int group(Index) noexcept { return -1; }

  /// Without a huge bound the set is larger, so that lower bounds hold; points are projected onto the box itself.
  void assign(const BoxOf<N>& box) {
    for (int j = 0; j < N; ++j) {
      lower(j) = box.lower()(j) > -detail::max_bound ? box.lower()(j) : -infinity;
      upper(j) = box.upper()(j) < detail::max_bound ? box.upper()(j) : infinity;
    }
  }

  Vector<double, N> lower{}, upper{};
};

/// Scratch of projected_newton() in a box of N variables, of a size that is known at compile time.
template <int N>
struct BoxNewtonWorkspace : BasicGradientWorkspace<N> {
  BoxNewtonWorkspace() : BasicGradientWorkspace<N>(N) {}

  Matrix<double, N, N> hessian{};
  BoxFaces<N> set{};
  BoxStep<N> step{};

  void begin(const Region&) { step.begin(); }
};

/// Projected Newton for smooth f over a box of N variables without the heap: see the other projected_newton(), whose steps
/// these are but where guesses of the active bounds cycle (see BoxStep). Begins at \p y, in the box, and leaves the best
/// point there. Allocates nothing but what the model does.
template <int N>
void projected_newton(ConvexModel& model, const BoxOf<N>& box, const Settings& settings, BoxNewtonWorkspace<N>& ws,
                      Vector<double, N>& y, ArgminOutcome& outcome) {
  SetRegion<BoxOf<N>> region(box);
  const SetTerm term(region);
  ws.set.assign(box);
  SolveLog log(model, term, settings, ws.region, y, outcome);
  detail::newton_iterations(log, region, ws, detail::no_limit);
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
