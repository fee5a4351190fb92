// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/newton/box_newton.hpp"
#include "icnn/solvers/slope_bound.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of softened_newton().
struct SoftenedNewtonTuning {
  double first_width = 0.1;      ///< of the kinks, in units of the mean argument of a neuron at the start,
  double least_width = 1e-13;    ///< and the last one
  double narrowing = 0.4;        ///< from one width to the next,
  double most_narrowing = 0.2;   ///< or its square, but not below this, where a width took but
  int few_steps = 3;             ///< so many steps of Newton's method,
  int max_steps = 15;            ///< or its square root where it took more than so many,
  double least_narrowing = 0.9;  ///< as long as that is not above this
  double enough = 1e-3;          ///< a width is done where a step promises no more than this part of what the width costs,
  double exact = 1e-6;           ///< or, before slopes are made exact, than this part
  double worth_a_bound = 0.5;    ///< slopes are made exact where the width costs less than this part of the tolerance,
  int max_full_steps = 12;       ///< by so many full steps,
  double progress = 0.5;         ///< each of which promises less than this part of what the one before did
  double straight = 0.9;         ///< a step that gains this part of what the slope says is doubled,
  double longest_step = 1e12;    ///< up to so many of Newton's
};

/// Scratch of softened_newton() in a box of N variables for a function of so many neurons.
template <int N, int Neurons>
struct SoftenedNewtonWorkspace : BoxNewtonWorkspace<N> {
  Vector<double, N> good{};  ///< the minimizer for the latest width that took few steps
  Vector<double, Neurons> slopes{};
};

namespace detail {

/// The iterations of softened_newton().
template <class Workspace>
class SoftenedNewton {
 public:
  SoftenedNewton(SolveLog& log, Region& set, ConvexModel& smooth, double& width, Workspace& ws)
      : log_(log), set_(set), smooth_(smooth), width_(width), ws_(ws), m_(log.model().strong_convexity()) {
    ws.begin(set);
    vec::copy(log.best(), ws.y);
  }

  void run() {
    double value = 0, narrowing = tuning.narrowing, good = 0;
    if (!log_.begin(set_, ws_.y, value, ws_.g, ws_.trial, ws_.mirror)) return;
    const double unit = mean_argument();
    width_ = tuning.first_width * unit;
    while (width_ >= tuning.least_width * unit && log_.iterate()) {
      if (!minimize(tuning.enough)) return;
      // A width that takes many steps was too far from the one before: back there, and less far.
      if (!converged_ && good > 0 && narrowing < tuning.least_narrowing) {
        narrowing = std::sqrt(narrowing);
        ws_.y = ws_.good;
        width_ = good * narrowing;
        continue;
      }
      if (steps_ <= tuning.few_steps) narrowing = std::max(narrowing * narrowing, tuning.most_narrowing);
      good = width_;
      ws_.good = ws_.y;
      const bool is_narrow = cost() <= tuning.worth_a_bound * log_.settings().tolerance(log_.result().value);
      if (is_narrow && !minimize(tuning.exact)) return;
      if (!log_.evaluate(ws_.y, value)) return;
      if (is_narrow && !bound()) return;
      width_ *= narrowing;
    }
  }

 private:
  static constexpr SoftenedNewtonTuning tuning{};

  [[nodiscard]] double mean_argument() {
    log_.model().pre_activations(ws_.slopes);
    double sum = 0;
    for (Index j = 0; j < ws_.slopes.size(); ++j) sum += std::abs(ws_.slopes(j));
    return sum > 0 && std::isfinite(sum) ? sum / static_cast<double>(ws_.slopes.size()) : 1.0;
  }

  /// By how much the smooth function is above f, about.
  [[nodiscard]] double cost() const { return steepness_ * width_; }

  [[nodiscard]] bool evaluate(ConstVectorView y, double& value) {
    if (!log_.may_evaluate()) return false;
    value = smooth_.value(kernels::Order::second, y);
    return true;
  }
  /// The Newton step at the latest point, which is ws.y, and what it promises. False where there is none.
  [[nodiscard]] bool aim(double& slope) {
    smooth_.gradient(ws_.g);
    smooth_.adjoints(ws_.slopes);
    steepness_ = 0;
    for (Index j = 0; j < ws_.slopes.size(); ++j) steepness_ += std::abs(ws_.slopes(j));
    smooth_.hessian(ws_.hessian);
    if (!vec::all_finite(ws_.g)) return false;
    if (!ws_.step.solve(ws_.set, ws_.y, ws_.g, ws_.hessian, ws_.direction, log_.deadline())) return false;
    slope = vec::dot(ws_.g, ws_.direction);
    return true;
  }
  void place(double t) {
    vec::step_to(ws_.y, t, ws_.direction, ws_.trial);
    set_.project(ws_.trial, ws_.mirror);
  }

  /// Newton steps from ws.y until one promises little. False when ended.
  [[nodiscard]] bool minimize(double enough) {
    double value = 0, slope = 0;
    converged_ = false;
    if (!evaluate(ws_.y, value)) return false;
    for (steps_ = 0; steps_ < tuning.max_steps && aim(slope); ++steps_) {
      converged_ = !(-slope > enough * cost());
      if (converged_) return true;
      double t = 1, next = 0;
      for (int reductions = 0;; ++reductions) {
        place(t);
        if (!evaluate(ws_.trial, next)) return false;
        if (next <= value + log_.settings().line_search.decrease * t * slope) break;
        if (reductions == max_reductions) return true;
        t = shorter_step(t, slope, value, next);
      }
      if (!lengthen(t, slope, value, next)) return false;
      ws_.y.swap(ws_.trial);
      value = next;
    }
    return true;
  }

  /// Doubles the step to ws.trial for as long as f is straight along it: what curvature H has there is its regularization.
  [[nodiscard]] bool lengthen(double t, double slope, double value, double& next) {
    while (t < tuning.longest_step && next <= value + tuning.straight * t * slope) {
      ws_.trial_g = ws_.trial;
      const double before = next;
      t *= 2;
      place(t);
      if (!evaluate(ws_.trial, next)) return false;
      if (next < before) continue;
      ws_.trial = ws_.trial_g;
      return evaluate(ws_.trial, next);
    }
    return true;
  }

  /// Full steps from ws.y for as long as they promise less and less, since a bound is as good as the gradient is small; and
  /// the bound of the slopes there. False when ended.
  [[nodiscard]] bool bound() {
    double value = 0, slope = 0, before = infinity;
    if (!evaluate(ws_.y, value)) return false;
    for (int k = 0; k < tuning.max_full_steps && aim(slope) && slope < 0; ++k) {
      const bool worse = !(-slope < tuning.progress * before);
      if (!worse) place(1);
      ws_.y.swap(ws_.trial);  // or back to the one before
      if (!evaluate(ws_.y, value)) return false;
      if (worse) break;
      before = -slope;
    }
    smooth_.gradient(ws_.g);
    smooth_.adjoints(ws_.slopes);
    log_.model().make_slopes(ws_.slopes);
    const double upper =
        log_.result().value + log_.model().value_error(log_.best()) + 4 * epsilon * std::abs(log_.result().value);
    const Proof proof = prove(log_.model(), log_.term(), ws_.slopes, ws_.y, log_.best(), upper, ws_.mirror, ws_.trial_g);
    return log_.raise_bound(proof.lower_bound, {ws_.trial_g, ws_.y, m_}, ws_.slopes);
  }

  SolveLog& log_;
  Region& set_;
  ConvexModel& smooth_;
  double& width_;
  Workspace& ws_;
  double m_, steepness_ = 0;
  int steps_ = 0;
  bool converged_ = false;
};

}  // namespace detail

/// Newton's method for kinked f over a box of N variables, without the heap: f is minimized with its kinks rounded off over
/// a width that becomes narrower and narrower (see Softened), which is the path that an interior-point method follows
/// through a linear program (Chen and Harker, SIAM Journal on Matrix Analysis 14, 1993; Kanzow, SIAM Journal on Matrix
/// Analysis 17, 1996), a few Newton steps for each width. The slopes of the smooth activations are slopes of a certificate
/// of f.
///
/// \p model is f's, which keeps its arguments (see ConvexModel::make_room_to_fold), \p smooth that of the same function with
/// softened activations, whose width is \p width. Begins at \p y, in the box, and leaves the best point there; evaluations
/// are of either. Where rounding keeps slopes from closing the gap, it stays open. Allocates nothing but what the models do.
template <int N, int Neurons>
void softened_newton(ConvexModel& model, ConvexModel& smooth, double& width, const BoxOf<N>& box, const Settings& settings,
                     SoftenedNewtonWorkspace<N, Neurons>& ws, Vector<double, N>& y, ArgminOutcome& outcome) {
  SetRegion<BoxOf<N>> region(box);
  const SetTerm term(region);
  ws.set.assign(box);
  SolveLog log(model, term, settings, ws.region, y, outcome);
  detail::SoftenedNewton(log, region, smooth, width, ws).run();
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
