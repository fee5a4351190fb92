// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/newton/newton_step.hpp"
#include "icnn/solvers/gradient/projected_gradient.hpp"

namespace icnn::inline ICNN_ISA {

/// An oracle that also knows curvature: hessian(h) writes the Hessian (or, where f is once differentiable, an element of the
/// generalized one) at the point of the latest value() and gradient(), n x n, positive semidefinite. It may rely on
/// expect_hessian(true) before that value().
template <class O, int N = Dynamic>
concept CurvedOracle = Oracle<O, Vector<double, N>> && requires(O& oracle, Matrix<double, N, N>& h) {
  oracle.expect_hessian(true);
  oracle.hessian(h);
};

/// Scratch of projected_newton() and mirror_newton() in n dimensions: n^2 numbers, several times over. N is n, or Dynamic.
template <int N>
struct BasicNewtonWorkspace : BasicGradientWorkspace<N> {
  explicit BasicNewtonWorkspace(Index n)
      : BasicGradientWorkspace<N>(n), product(n), hessian(n, n), scaled(n, n), set(n), step(n) {}

  Vector<double, N> product;
  Matrix<double, N, N> hessian, scaled;
  Polytope set;
  NewtonStep<double, N> step;
};

using NewtonWorkspace = BasicNewtonWorkspace<Dynamic>;

namespace detail {

/// The iterations of projected_newton(), from the best point so far.
template <class Search, ProjectableSet Set, int N>
void newton_iterations(Search& search, const Set& set, BasicNewtonWorkspace<N>& ws) {
  const double decrease = search.settings().line_search.decrease;
  auto& oracle = search.oracle();
  oracle.expect_hessian(true);
  ws.set.assign(set);
  ws.step.begin(ws.set);
  ws.y = search.result().y;
  double value = 0;
  if (!search.evaluate(ws.y, value) || !search.cut(ws.y, ws.g)) return;
  int idle = 0;
  while (search.iterate()) {
    oracle.hessian(ws.hessian);
    if (!ws.step.solve(ws.set, ws.y, ws.g, ws.hessian, ws.direction)) return;
    if constexpr (requires { set.use_multipliers(ws.g, ws.g); }) {
      if (!ws.set.is_simple()) {
        set.use_multipliers(ws.step.row_multipliers(ws.set), ws.step.equality_multipliers(ws.set));
        if (!search.bound_again(ws.y, ws.g)) return;
      }
    }
    const double slope = ws.g.dot(ws.direction);
    idle = search.is_above_noise(-slope) ? 0 : idle + 1;
    // Nothing but rounding is left; not yet where a step moves y, whose slope is of second order.
    if ((!(slope <= 0) && !(slope <= search.noise())) || idle > 3) return;
    double next = 0, t = 1;
    bool found = false;
    for (int reduction = 0; reduction < most_reductions && !found; ++reduction) {
      ws.trial = ws.y + t * ws.direction;
      project(set, ws.trial, ws.mirror);  // rounding may have left the set
      if (!search.evaluate(ws.trial, next)) return;
      const double enough = value + decrease * t * slope;
      found = next <= enough || (!search.is_above_noise(-t * slope) && next <= enough + search.noise());
      if (!found) t = shorter_step(t, slope, value, next);
    }
    if (!found || !search.cut(ws.trial, ws.trial_g)) return;
    ws.y.swap(ws.trial);
    ws.g.swap(ws.trial_g);
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
/// nothing but what the oracle does and, for a set with more sums than any before, room for an interior-point step.
template <CurvedOracle O, ProjectableSet Set>
void projected_newton(O& oracle, const Set& set, const Settings& settings, NewtonWorkspace& ws, Result& result,
                      Index gradient_evaluations = 0) {
  const SetTerm<Set> term(set);
  Search search(oracle, term, settings, ws.region, result);
  oracle.expect_hessian(false);
  if (gradient_evaluations > 0) detail::gradient_iterations(search, set, ws, gradient_evaluations);
  if (!search.ended()) detail::newton_iterations(search, set, ws);
  search.finish();
}

/// The same for N variables, so many at compile time: all vectors and loops have that size, which matters up to n = 16 or
/// so, where an evaluation takes no longer than looking after it. Newton steps from the start.
template <int N, CurvedOracle<N> O, ProjectableSet Set>
requires(N != Dynamic) void projected_newton(O& oracle, const Set& set, const Settings& settings,
                                             BasicNewtonWorkspace<N>& ws, Result& result) {
  const SetTerm<Set> term(set);
  Search search(oracle, term, settings, ws.region, result);
  detail::newton_iterations(search, set, ws);
  search.finish();
}

}  // namespace icnn::inline ICNN_ISA
