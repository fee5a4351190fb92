// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "icnn/solvers/gradient/line_search.hpp"
#include "icnn/solvers/solve_log.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of projected_gradient() and mirror_gradient() in n dimensions, and of Newton's method; N is n, or Dynamic.
template <int N>
struct BasicGradientWorkspace {
  [[gnu::cold]] explicit BasicGradientWorkspace(Index n)
      : y(n), g(n), trial(n), trial_g(n), direction(n), mirror(n), region(n) {}

  Vector<double, N> y, g;            ///< the iterate and its gradient
  Vector<double, N> trial, trial_g;  ///< the next one
  Vector<double, N> direction;       ///< of the line search
  Vector<double, N> mirror;          ///< mirror coordinates, or scratch of a projection
  Vector<double, N> region;          ///< |v_j| <= region_j wherever cuts have to hold
  LatestValues latest{};

  /// The next iterate becomes the iterate.
  void accept() {
    y.swap(trial);
    g.swap(trial_g);
  }
};

using GradientWorkspace = BasicGradientWorkspace<Dynamic>;

/// The constants of projected_gradient().
struct ProjectedGradientTuning {
  double shortest_step = 1e-30;
  double longest_step = 1e30;
  double longest_move = 1e6;  ///< no step needs to be longer than this times 1 + |y|
  double first_step = 1e10;   ///< the first step is at most so much longer or shorter than 1
  double growth = 100;        ///< of a step along which f looks affine
  double restart = 0.01;      ///< the first step of each restart, times that of the one before
  int patience = 30;          ///< steps within rounding before a restart
};

namespace detail {

inline constexpr ProjectedGradientTuning projected_gradient_tuning{};

/// trial := P(y - alpha g), direction := trial - y; the slope of f along it.
[[gnu::noinline]] inline double projected_step(Region& set, GradientWorkspace& ws, double alpha) {
  vec::step_to(ws.y, -alpha, ws.g, ws.trial);
  set.project(ws.trial, ws.mirror);
  vec::subtract(ws.trial, ws.y, ws.direction);
  return vec::dot(ws.g, ws.direction);
}

/// What no step needs to exceed.
[[nodiscard]] inline double longest_step(ConstVectorView y, ConstVectorView g) {
  const auto& tuning = projected_gradient_tuning;
  const double reach = tuning.longest_move * (1 + vec::largest_magnitude(y));
  return std::min(reach / std::max(vec::largest_magnitude(g), 1e-300), tuning.longest_step);
}

/// The first step moves by one unit of the projected gradient, as far as the set lets it.
inline double first_step(Region& set, GradientWorkspace& ws) {
  const double longest = longest_step(ws.y, ws.g), range = projected_gradient_tuning.first_step;
  projected_step(set, ws, std::min(1.0, longest));
  const double size = vec::largest_magnitude(ws.direction);
  return size > 0 ? std::min(std::clamp(1 / size, 1 / range, range), longest) : std::min(1.0, longest);
}

/// One line search of projected_gradient(): from the trial point y + direction, which was found wanting, back towards y.
/// On success ws.trial and value hold the accepted point. False when none was found, or the search has ended.
[[nodiscard, gnu::noinline, gnu::cold]] inline bool search_line(SolveLog& log, GradientWorkspace& ws, double at_y,
                                                                double slope, double& value) {
  ConvexModel& model = log.model();
  const double decrease = log.settings().line_search.decrease;
  const bool cheap = model.line(ws.y, ws.direction);
  double t = 1;
  for (int reduction = 0; reduction < max_reductions; ++reduction) {
    t = shorter_step(t, slope, at_y, value);
    if (cheap) {
      if (!log.may_evaluate()) return false;
      value = model.along(t);
    } else {
      vec::step_to(ws.y, t, ws.direction, ws.trial);
      if (!log.evaluate(ws.trial, value)) return false;
    }
    if (!(value <= ws.latest.worst() + decrease * t * slope)) continue;
    if (!cheap) return true;
    vec::step_to(ws.y, t, ws.direction, ws.trial);  // the gradient has to be pulled back from a full evaluation
    return log.evaluate(ws.trial, value);
  }
  return false;
}

/// Whether the step to ws.trial, or a shorter one on the same line, was found; `next` is its value.
[[nodiscard]] inline bool find_step(SolveLog& log, GradientWorkspace& ws, double value, double slope, double& next) {
  if (!(slope < 0) || !log.evaluate(ws.trial, next)) return false;
  // Below the noise of f a full step is as good as the gradient that it came from.
  const double enough = ws.latest.worst() + log.settings().line_search.decrease * slope;
  return next <= enough || (!log.is_above_noise(-slope) && next <= enough + log.noise()) ||
         search_line(log, ws, value, slope, next);
}

/// Barzilai and Borwein's step: s's / s'r with s = y+ - y, r = g+ - g. Where f looks affine, ever longer.
[[nodiscard]] inline double spectral_step(const GradientWorkspace& ws, double alpha) {
  double ss = 0, sr = 0;
  for (Index j = 0; j < ws.y.size(); ++j) {
    const double s = ws.trial(j) - ws.y(j);
    ss += s * s;
    sr += s * (ws.trial_g(j) - ws.g(j));
  }
  const auto& tuning = projected_gradient_tuning;
  const double step = sr > 0 ? ss / sr : tuning.growth * alpha;
  return std::min(std::max(step, tuning.shortest_step), longest_step(ws.trial, ws.trial_g));
}

/// The iterations of projected_gradient(), until they are done or so many evaluations have been made.
inline void gradient_iterations(SolveLog& log, Region& set, GradientWorkspace& ws, Index max_evaluations) {
  const LineSearch& line_search = log.settings().line_search;
  const auto& tuning = projected_gradient_tuning;
  const ArgminOutcome& result = log.result();
  double value = 0;
  const auto begin = [&] {
    vec::copy(log.best(), ws.y);
    return log.begin(set, ws.y, value, ws.g, ws.trial, ws.mirror);
  };
  if (!begin()) return;
  ws.latest.restart(line_search.memory, value);
  double alpha = first_step(set, ws);
  Index restarts = 0;
  Stall stall(tuning.patience);
  while (log.iterate() && result.evaluations < max_evaluations) {
    const double slope = projected_step(set, ws, alpha);
    double next = 0;
    const bool found = find_step(log, ws, value, slope, next);
    if (log.ended()) return;
    if (stall.note(log.is_above_noise(-slope)) || !found) {
      if (restarts++ >= line_search.restarts) return;
      if (value > result.value && !begin()) return;  // back to the best point
      ws.latest.restart(line_search.memory, value);
      alpha = first_step(set, ws) * std::pow(tuning.restart, static_cast<double>(restarts));
      stall.restart();
      continue;
    }
    if (!log.take_gradient(ws.y, ws.trial, next, ws.trial_g)) return;
    alpha = spectral_step(ws, alpha);
    ws.accept();
    value = next;
    ws.latest.add(value);
  }
}

}  // namespace detail

/// Spectral projected gradient (Birgin, Martinez and Raydan, SIAM Journal on Optimization 10, 2000) for f over any set that
/// can be projected onto: steps of Barzilai and Borwein's length, a line search between the point and its projected step
/// that need not decrease f every time, and a lower bound from every gradient.
///
/// Linear convergence where f is smooth and strongly convex near its minimizer; at a kink it stops, honestly, as
/// `uncertified`. Cost of an iteration: one value and gradient, one projection, and now and then a few values on a line.
/// Begins at result.y, which is in the set. Allocates nothing but what the model does.
inline void projected_gradient(ConvexModel& model, Region& set, const Settings& settings, GradientWorkspace& ws,
                               Result& result, Index max_evaluations = detail::no_limit) {
  const SetTerm term(set);
  SolveLog log(model, term, settings, ws.region, result);
  detail::gradient_iterations(log, set, ws, max_evaluations);
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
