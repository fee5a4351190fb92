// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>

#include "icnn/solvers/entropy_term.hpp"
#include "icnn/solvers/gradient/projected_gradient.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of mirror_gradient().
struct MirrorGradientTuning {
  double shortest_step = 1e-12;
  double growth = 4;      ///< of a step that does not even move y, as happens beside the boundary
  double restart = 0.01;  ///< the first step of a restart, times the latest
  int patience = 30;      ///< steps within rounding before a restart
};

namespace detail {

inline constexpr MirrorGradientTuning mirror_gradient_tuning{};

/// g'(z - y)
[[nodiscard]] inline double change_along(ConstVectorView g, ConstVectorView z, ConstVectorView y) {
  double sum = 0;
  for (Index j = 0; j < y.size(); ++j) sum += g(j) * (z(j) - y(j));
  return sum;
}

/// One line search in mirror coordinates: from nu = ws.mirror along ws.direction, beginning with the step t. On success
/// ws.trial_g holds the new mirror coordinates, ws.trial their point and `next` its value; `model` is what f's tangent
/// promised. False when none was found, or the search has ended.
[[nodiscard]] inline bool search_mirror(SolveLog& log, const EntropyTerm& term, GradientWorkspace& ws, double value,
                                        double t, double& model, double& next) {
  const double simple = term.value(ws.y), worst = ws.latest.worst(), decrease = log.settings().line_search.decrease;
  double too_short = 0, too_long = infinity;
  for (int reduction = 0; reduction < max_reductions; ++reduction) {
    term.step(ws.mirror, t, ws.direction, ws.trial_g);
    term.to_point(ws.trial_g, ws.trial);
    if (!log.evaluate(ws.trial, next)) return false;
    // What f's tangent promises, entropy included. Not the slope of the path: near the boundary that says nothing.
    model = change_along(ws.g, ws.trial, ws.y) + term.value(ws.trial) - simple;
    if (!(model < 0)) {  // y has not moved by as much as its rounding: a longer step
      if (t >= 1) return false;
      too_short = t;
      t = too_long < infinity ? 0.5 * (t + too_long) : std::min(1.0, mirror_gradient_tuning.growth * t);
      continue;
    }
    const double enough = worst + decrease * model;
    if (next <= enough || (!log.is_above_noise(-model) && next <= enough + log.noise())) return true;
    too_long = t;
    t = too_short > 0 ? 0.5 * (too_short + t) : shorter_step(t, model / t, value, next);
  }
  return false;
}

/// ws.y := the best point so far, moved off the boundary, with its mirror coordinates, gradient and value.
[[nodiscard]] inline bool begin_in_mirror(SolveLog& log, const EntropyTerm& term, GradientWorkspace& ws, double& value) {
  term.to_mirror(log.best(), ws.mirror);
  term.to_point(ws.mirror, ws.y);
  return log.evaluate(ws.y, value) && log.take_gradient(ws.y, ws.g);
}

/// The iterations of mirror_gradient(), until they are done or so many evaluations have been made.
inline void mirror_iterations(SolveLog& log, const EntropyTerm& term, GradientWorkspace& ws, Index max_evaluations) {
  const LineSearch& line_search = log.settings().line_search;
  const auto& tuning = mirror_gradient_tuning;
  double value = 0;
  if (!begin_in_mirror(log, term, ws, value)) return;
  ws.latest.restart(line_search.memory, value);
  double beta = 1;
  Index restarts = 0;
  Stall stall(tuning.patience);
  while (log.iterate() && log.result().evaluations < max_evaluations) {
    term.residual(ws.g, ws.mirror, ws.direction);
    double next = 0, model = 0;
    const bool found = search_mirror(log, term, ws, value, beta, model, next);
    if (log.ended()) return;
    if (stall.note(log.is_above_noise(-model)) || !found) {
      if (restarts++ >= line_search.restarts) return;
      ws.latest.restart(1, value);  // monotone from here on
      beta *= tuning.restart;
      stall.restart();
      continue;
    }
    vec::subtract(ws.trial_g, ws.mirror, ws.direction);  // now the step in nu
    vec::copy(ws.trial_g, ws.mirror);
    if (!log.take_gradient(ws.trial, ws.trial_g)) return;
    // Barzilai and Borwein between mirror coordinates and gradients: 1 / alpha is f's curvature as the mirror sees it.
    const double step = term.pairing(ws.trial, ws.y, ws.direction);
    double bend = 0;
    for (Index j = 0; j < ws.y.size(); ++j) bend += (ws.trial(j) - ws.y(j)) * (ws.trial_g(j) - ws.g(j));
    const double share = term.tau() * step / (bend + term.tau() * step);
    beta = bend > 0 && step > 0 ? std::max(share, tuning.shortest_step) : 1.0;
    ws.accept();
    value = next;
    ws.latest.add(value);
  }
}

}  // namespace detail

/// The projected gradient of entropic problems, f - tau H over its box or simplex: the same spectral steps and line search
/// in the mirror coordinates nu, in which the boundary is infinitely far away (a Bregman proximal gradient method; Bauschke,
/// Bolte and Teboulle, Mathematics of Operations Research 42, 2017). A step goes some way beta in (0, 1] from nu to
/// -W g / tau, W the widths of the box: all the way solves a problem with affine f at once. The lower bound of a gradient is
/// that of f's tangent with the entropy kept exact.
///
/// Linear convergence with a rate that depends on f's curvature over tau. Cost of an iteration: one value and gradient.
/// Begins at result.y, which is in the set. Allocates nothing but what the model does.
inline void mirror_gradient(ConvexModel& model, const EntropyTerm& term, const Settings& settings, GradientWorkspace& ws,
                            Result& result) {
  SolveLog log(model, term, settings, ws.region, result);
  detail::mirror_iterations(log, term, ws, detail::no_limit);
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
