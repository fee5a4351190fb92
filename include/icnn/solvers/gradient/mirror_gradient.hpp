// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>

#include "icnn/solvers/gradient/projected_gradient.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// One line search in mirror coordinates: from nu = ws.mirror along ws.direction, beginning with the step t. On success
/// ws.trial_g holds the new mirror coordinates, ws.trial their point and `next` its value; `model` is what f's tangent
/// promised. False when none was found, or the search has ended.
template <class Search, class Workspace>
[[nodiscard]] bool search_mirror(Search& search, const EntropyTerm& term, double decrease, Workspace& ws, double value,
                                 double worst, double t, double& model, double& next) {
  const double simple = term.value(ws.y);
  double too_short = 0, too_long = infinity;
  for (int reduction = 0; reduction < most_reductions; ++reduction) {
    term.step(ws.mirror, t, ws.direction, ws.trial_g);
    term.to_point(ws.trial_g, ws.trial);
    if (!search.evaluate(ws.trial, next)) return false;
    // What f's tangent promises, entropy included. Not the slope of the path: near the boundary that says nothing.
    model = ws.g.dot(ws.trial - ws.y) + term.value(ws.trial) - simple;
    if (!(model < 0)) {  // not even a rounding error away from y, as happens beside the boundary: a longer step
      if (t >= 1) return false;
      too_short = t;
      t = too_long < infinity ? 0.5 * (t + too_long) : std::min(1.0, 4 * t);
      continue;
    }
    const double enough = worst + decrease * model;
    if (next <= enough || (!search.is_above_noise(-model) && next <= enough + search.noise())) return true;
    too_long = t;
    t = too_short > 0 ? 0.5 * (too_short + t) : shorter_step(t, model / t, value, next);
  }
  return false;
}

/// The iterations of mirror_gradient(), until they are done or so many evaluations have been made.
template <class Search>
void mirror_iterations(Search& search, const EntropyTerm& term, GradientWorkspace& ws, Index most_evaluations) {
  const LineSearch& line_search = search.settings().line_search;
  const Result& result = search.result();
  Vector<double>& nu = ws.mirror;
  Vector<double>& residual = ws.direction;
  ws.y = result.y;
  term.to_mirror(ws.y, nu);
  term.to_point(nu, ws.y);
  double value = 0;
  if (!search.evaluate(ws.y, value) || !search.cut(ws.y, ws.g)) return;
  ws.latest.restart(line_search.memory, value);
  double beta = 1;
  Index restarts = 0;
  int idle = 0;
  while (search.iterate() && result.evaluations < most_evaluations) {
    term.residual(ws.g, nu, residual);
    double next = 0, model = 0;
    const bool found = search_mirror(search, term, line_search.decrease, ws, value, ws.latest.worst(), beta, model, next);
    if (search.ended()) return;
    idle = search.is_above_noise(-model) ? 0 : idle + 1;
    if (!found || idle > 30) {
      if (restarts++ >= line_search.restarts) return;
      ws.latest.restart(1, value);  // monotone from here on
      beta *= 0.01;
      idle = 0;
      continue;
    }
    residual = ws.trial_g - nu;  // now the step in nu
    nu = ws.trial_g;
    if (!search.cut(ws.trial, ws.trial_g)) return;
    // Barzilai and Borwein between mirror coordinates and gradients: 1 / alpha is f's curvature as the mirror sees it.
    const double step = term.pairing(ws.trial, ws.y, residual), bend = (ws.trial - ws.y).dot(ws.trial_g - ws.g);
    beta = bend > 0 && step > 0 ? std::max(term.tau() * step / (bend + term.tau() * step), 1e-12) : 1.0;
    ws.y.swap(ws.trial);
    ws.g.swap(ws.trial_g);
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
/// Begins at result.y, which is in the set. Allocates nothing but what the oracle does.
template <Oracle O>
void mirror_gradient(O& oracle, const EntropyTerm& term, const Settings& settings, GradientWorkspace& ws, Result& result) {
  Search search(oracle, term, settings, ws.region, result);
  detail::mirror_iterations(search, term, ws, detail::no_limit);
  search.finish();
}

}  // namespace icnn::inline ICNN_ISA
