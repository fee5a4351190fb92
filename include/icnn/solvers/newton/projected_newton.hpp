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

  void begin(const Region& of) {
    of.describe(set);
    step.begin(set);
  }
};

using NewtonWorkspace = BasicNewtonWorkspace<Dynamic>;

namespace detail {

/// Newton steps within rounding before the end, but for those that promise less than this part of what any before did: what
/// rounding may do to a cut far from the minimum is more than what it does to the steps.
inline constexpr int newton_patience = 3;
inline constexpr double newton_progress = 0.1;

/// The iterations of projected_newton(), one evaluation at a time, from the best point so far.
template <class Workspace>
class NewtonIterations {
 public:
  NewtonIterations(SolveLog& log, Region& set, Workspace& ws, Index max_evaluations)
      : log_(log), set_(set), ws_(ws), max_evaluations_(max_evaluations) {
    log.set_order(kernels::Order::second);
    ws.begin(set);
    vec::copy(log.best(), ws.y);
  }

  /// Where step() evaluates f.
  [[nodiscard]] ConstVectorView point() const { return begun_ ? ws_.trial : ws_.y; }

  /// One evaluation, and what leads to the next. False when ended, or when no step is known.
  [[nodiscard]] bool step() {
    if (!begun_) {
      begun_ = true;
      return log_.begin(set_, ws_.y, value_, ws_.g, ws_.trial, ws_.mirror) && aim();
    }
    double next = 0;
    if (!log_.evaluate(ws_.trial, next)) return false;
    const double enough = value_ + log_.settings().line_search.decrease * t_ * slope_;
    if (!(next <= enough || (!log_.is_above_noise(-t_ * slope_) && next <= enough + log_.noise()))) {
      t_ = shorter_step(t_, slope_, value_, next);
      place_trial();
      return ++reductions_ < max_reductions;
    }
    if (!log_.take_gradient(ws_.y, ws_.trial, next, ws_.trial_g)) return false;
    if (futile_.note(log_.result().value < value_of_best_ || log_.result().lower_bound > bound_)) return false;
    ws_.accept();
    value_ = next;
    return aim();
  }

 private:
  /// The Newton step at y, and the first trial point along it.
  [[nodiscard]] bool aim() {
    if (!log_.iterate() || log_.result().evaluations >= max_evaluations_) return false;
    value_of_best_ = log_.result().value;
    bound_ = log_.result().lower_bound;
    log_.model().hessian(ws_.hessian);
    if (!ws_.step.solve(ws_.set, ws_.y, ws_.g, ws_.hessian, ws_.direction, log_.deadline())) return false;
    if constexpr (requires { ws_.step.row_multipliers(ws_.set); }) {
      if (!ws_.set.is_simple()) {
        set_.use_multipliers(ws_.step.row_multipliers(ws_.set), ws_.step.equality_multipliers(ws_.set));
        if (!log_.bound_again(ws_.y, ws_.g)) return false;
      }
    }
    slope_ = vec::dot(ws_.g, ws_.direction);
    // Among points whose values rounding alone tells apart, that from which the step is expected to gain least.
    const bool converges = -slope_ < newton_progress * least_slope_;
    if (-slope_ < least_slope_) {
      if (!log_.is_above_noise(-slope_)) log_.take_equal(ws_.y, value_);
      least_slope_ = -slope_;
    }
    // Nothing but rounding is left; not yet where a step moves y, whose slope is of second order.
    if (stall_.note(converges || log_.is_above_noise(-slope_)) || (!(slope_ <= 0) && !(slope_ <= log_.noise())))
      return false;
    t_ = 1;
    reductions_ = 0;
    place_trial();
    return true;
  }
  void place_trial() {
    vec::step_to(ws_.y, t_, ws_.direction, ws_.trial);
    set_.project(ws_.trial, ws_.mirror);  // rounding may have left the set
  }

  SolveLog& log_;
  Region& set_;
  Workspace& ws_;
  Index max_evaluations_;
  Stall stall_{newton_patience}, futile_{2 * newton_patience};
  bool begun_ = false;
  int reductions_ = 0;
  double value_ = 0, slope_ = 0, t_ = 1;  ///< f + phi at y, its slope along the step, and how far along it
  double value_of_best_ = 0, bound_ = 0;  ///< before the step
  double least_slope_ = infinity;         ///< of all steps so far
};

template <class Workspace>
void newton_iterations(SolveLog& log, Region& set, Workspace& ws, Index max_evaluations) {
  NewtonIterations<Workspace> iterations(log, set, ws, max_evaluations);
  while (iterations.step()) {
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
