// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/gradient/projected_gradient.hpp"
#include "icnn/solvers/newton/newton_step.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of projected_newton() and mirror_newton() in n dimensions: n^2 numbers, several times over. N is n, or Dynamic.
template <int N>
struct BasicNewtonWorkspace : BasicGradientWorkspace<N> {
  [[gnu::cold]] explicit BasicNewtonWorkspace(Index n)
      : BasicGradientWorkspace<N>(n), product(n), hessian(n, n), scaled(n, n), set(n), step(n) {}

  Vector<double, N> product;
  Matrix<double, N, N> hessian, scaled;
  Polytope set;
  NewtonStep<N> step;
};

using NewtonWorkspace = BasicNewtonWorkspace<Dynamic>;

namespace detail {

/// Newton steps within rounding before the end.
inline constexpr int newton_patience = 3;

/// The iterations of projected_newton(), from the best point so far.
template <int N>
void newton_iterations(SolveLog& log, Region& set, BasicNewtonWorkspace<N>& ws, Index max_evaluations) {
  const double decrease = log.settings().line_search.decrease;
  log.set_order(kernels::Order::second);
  set.describe(ws.set);
  ws.step.begin(ws.set);
  vec::copy(log.result().y, ws.y);
  double value = 0;
  if (!log.begin(set, ws.y, value, ws.g, ws.trial, ws.mirror)) return;
  Stall stall(newton_patience), futile(2 * newton_patience);
  while (log.iterate() && log.result().evaluations < max_evaluations) {
    const double value_before = log.result().value, bound_before = log.result().lower_bound;
    log.model().hessian(ws.hessian);
    if (!ws.step.solve(ws.set, ws.y, ws.g, ws.hessian, ws.direction, log.deadline())) return;
    if (!ws.set.is_simple()) {
      set.use_multipliers(ws.step.row_multipliers(ws.set), ws.step.equality_multipliers(ws.set));
      if (!log.bound_again(ws.y, ws.g)) return;
    }
    const double slope = vec::dot(ws.g, ws.direction);
    // Nothing but rounding is left; not yet where a step moves y, whose slope is of second order.
    if (stall.note(log.is_above_noise(-slope)) || (!(slope <= 0) && !(slope <= log.noise()))) return;
    double next = 0, t = 1;
    bool found = false;
    for (int reduction = 0; reduction < max_reductions && !found; ++reduction) {
      vec::step_to(ws.y, t, ws.direction, ws.trial);
      set.project(ws.trial, ws.mirror);  // rounding may have left the set
      if (!log.evaluate(ws.trial, next)) return;
      const double enough = value + decrease * t * slope;
      found = next <= enough || (!log.is_above_noise(-t * slope) && next <= enough + log.noise());
      if (!found) t = shorter_step(t, slope, value, next);
    }
    if (!found || !log.take_gradient(ws.y, ws.trial, next, ws.trial_g)) return;
    if (futile.note(log.result().value < value_before || log.result().lower_bound > bound_before)) return;
    ws.accept();
    value = next;
  }
}

}  // namespace detail

/// Projected Newton for smooth f over a box, simplex, the whole space, or a product of these: every step minimizes f's
/// quadratic model over the set, all constraints included, and a line search makes sure of it far from the solution. For
/// once-differentiable activations it is semismooth Newton (Qi and Sun, Mathematical Programming 58, 1993).
/// \p gradient_evaluations are spent on projected_gradient() first, which is the better bargain where Hessians are dear.
///
/// Converges quadratically once the active bounds are found; typically four to six evaluations in all. Cost of an iteration:
/// value, gradient and Hessian, and n_free^3 / 3 operations a few times. Begins at result.y, which is in the set. Allocates
/// nothing but what the model does and, for a set with more sums than any before, room for an interior-point step.
inline void projected_newton(ConvexModel& model, Region& set, const Settings& settings, NewtonWorkspace& ws, Result& result,
                             Index gradient_evaluations = 0, Index max_evaluations = detail::no_limit) {
  const SetTerm term(set);
  SolveLog log(model, term, settings, ws.region, result);
  if (gradient_evaluations > 0) detail::gradient_iterations(log, set, ws, gradient_evaluations);
  if (!log.ended()) detail::newton_iterations(log, set, ws, max_evaluations);
  log.finish();
}

/// The same for N variables, so many at compile time: vectors and loops have that size, which matters up to n = 16 or so,
/// where an evaluation takes no longer than looking after it. Newton steps from the start.
template <int N>
requires(N != Dynamic) void projected_newton(ConvexModel& model, Region& set, const Settings& settings,
                                             BasicNewtonWorkspace<N>& ws, Result& result,
                                             Index max_evaluations = detail::no_limit) {
  const SetTerm term(set);
  SolveLog log(model, term, settings, ws.region, result);
  detail::newton_iterations(log, set, ws, max_evaluations);
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
