// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "icnn/inference/ball_dual.hpp"
#include "icnn/inference/combined_models.hpp"
#include "icnn/inference/minimize_impl.hpp"
#include "icnn/solvers/model_in_units.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

[[gnu::cold]] ICNN_INLINE void minimize_by_duality(ConvexModel& model, const Ball& ball, const Stopwatch& clock,
                                                   Method method, const Settings& settings, MethodWorkspace& ws,
                                                   Result& result) {
  static constexpr BallDualTuning tuning{};
  const Vector<double>& c = ball.center();
  const double radius = ball.radius();
  if (!(radius > 0) || result.evaluations >= settings.max_evaluations) return;
  Vector<double> y = result.y, g(c.size());
  Vector<double> lower(c.size()), upper(c.size());
  for (Index j = 0; j < c.size(); ++j) {  // around the ball
    const double reach = radius + 4 * epsilon * (std::abs(c(j)) + radius);
    lower(j) = c(j) - reach;
    upper(j) = c(j) + reach;
  }
  SetRegion<Box> box(Box(lower, upper));
  RegularizedModel lagrangian(std::make_unique<ModelInUnits>(model));
  lagrangian.center = c;
  vec::fill(lagrangian.linear, 0);
  model.value(kernels::Order::first, y);
  model.gradient(g);
  ++result.evaluations;
  double lambda = 0, too_small = 0, too_large = infinity, before = 0, inverse_before = infinity;
  if (vec::distance(y, c) >= tuning.on_sphere * radius) {
    lambda = std::max(0.0, vec::dot(g, c) - vec::dot(g, y)) / (radius * radius);
  }
  double fineness = 1;
  for (int step = 0; step < tuning.steps; ++step) {
    Settings inner = settings;
    const double open = result.gap() < infinity ? tuning.share_of_open_gap * result.gap() : 0;
    inner.relative_gap *= fineness * tuning.share_of_gap;
    inner.absolute_gap = fineness * std::max(tuning.share_of_gap * settings.absolute_gap, open);
    inner.max_evaluations = settings.max_evaluations - result.evaluations - 1;  // and one on the sphere
    inner.time_limit = std::max(0.0, settings.time_limit - clock.seconds());
    inner.certificate = inner.multipliers = false;
    inner.observer = {};
    if (inner.max_evaluations < 1 || !(inner.time_limit > 0)) return;
    lagrangian.proximal = lambda;
    Result part;
    part.y = y;
    minimize(lagrangian, box, nullptr, {method, 0}, inner, ws, part);
    result.evaluations += part.evaluations + 1;
    result.iterations += part.iterations;
    if (!std::isfinite(part.value)) return;
    const double moved = 0.5 * lambda * radius * radius;
    const double bound = part.lower_bound - moved - 8 * epsilon * (std::abs(part.lower_bound) + moved);
    if (bound > result.lower_bound) {
      result.lower_bound = bound;
      if (settings.multipliers) {  // at the Lagrangian's minimizer the slope of f is lambda (c - y)
        result.minorant.curvature = model.strong_convexity();
        result.minorant.slope.resize(c.size());
        for (Index j = 0; j < c.size(); ++j) {
          result.minorant.slope(j) = lambda * (c(j) - part.y(j)) - result.minorant.curvature * part.y(j);
        }
      }
    }
    const double distance = vec::distance(part.y, c);
    y = part.y;
    ball.project(y);
    const double value = model.value(kernels::Order::value, y);
    if (value < result.value) {
      result.y = y;
      result.value = value;
      result.value_error = model.value_error(y) + 4 * epsilon * std::abs(value);
    }
    if (result.gap() + result.value_error <= settings.tolerance(result.value)) {
      result.status = Status::optimal;
      return;
    }
    // m |v - v*|^2 / 2 <= gap: where that leaves open on which side of the sphere the minimizer is, the gap is too wide.
    const double blur = lambda > 0 ? std::sqrt(2 * part.gap() / lambda) : 0;
    if ((lambda == 0 && distance <= radius) || !(std::abs(distance - radius) > blur)) {
      if (fineness < tuning.finest) return;
      fineness *= tuning.finer;
      continue;
    }
    (distance > radius ? too_small : too_large) = lambda;
    const double inverse = 1 / distance;
    double next = lambda + (1 / radius - inverse) * (lambda - before) / (inverse - inverse_before);
    const bool only_one = lambda == before;
    if (only_one || !std::isfinite(next)) {  // where the bound, with its slope here, becomes the value
      next = lambda + 2 * result.gap() / (distance * distance - radius * radius);
    }
    if (too_large < infinity) {
      const double margin = tuning.closest * (too_large - too_small);
      next = step % tuning.halve_at == 0 ? 0.5 * (too_small + too_large)  // secants may stay on one side of a kink
                                         : std::clamp(next, too_small + margin, too_large - margin);
    } else if (!only_one) {
      next = std::clamp(next, (1 + tuning.closest) * lambda, tuning.widest * lambda);
    }
    if (!std::isfinite(next)) return;
    before = lambda;
    inverse_before = inverse;
    lambda = next;
  }
}

ICNN_INLINE void minimize_on_ball(ConvexModel& model, Region& region, const Ball& ball, const Plan& plan,
                                  const Settings& settings, MethodWorkspace& ws, Result& result) {
  minimize_once(model, region, plan, settings, ws, result);
  if (!is_stuck(result) || settings.method != Method::automatic || !std::isfinite(result.value)) return;
  Settings part = settings;
  if (plan.method != Method::level) {  // which else is to follow
    part.max_evaluations = std::min(settings.max_evaluations, result.evaluations + 2 * patience_for_one_method);
  }
  const bool folds = ws.rooms().folding.scratch && model.folds() != Folds::no;
  const Method method = ws.rooms().newton ? Method::newton : folds ? Method::folding : Method::bundle;
  minimize_by_duality(model, ball, region.clock(), method, part, ws, result);
  result.seconds = region.clock().seconds();
  try_again(model, region, plan, settings, ws, result);
}

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
