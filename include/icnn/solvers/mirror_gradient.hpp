// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>

#include "icnn/solvers/projected_gradient.hpp"

namespace icnn::inline ICNN_ISA {

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
  Vector<double>& nu = ws.mirror;
  Vector<double>& residual = ws.direction;
  ws.y = result.y;
  term.to_mirror(ws.y, nu);
  term.to_point(nu, ws.y);
  double value = 0;
  if (search.evaluate(ws.y, value) && search.cut(ws.y, ws.g)) {
    ws.latest.restart(settings.line_search.memory, value);
    double beta = 1;
    Index restarts = 0;
    int idle = 0;
    while (search.iterate()) {
      term.residual(ws.g, nu, residual);
      const double simple = term.value(ws.y);
      double next = 0, t = beta, model = 0, too_short = 0, too_long = infinity;
      bool found = false;
      for (int reduction = 0; reduction < detail::most_reductions && !found; ++reduction) {
        term.step(nu, t, residual, ws.trial_g);  // borrowed until the step is accepted
        term.to_point(ws.trial_g, ws.trial);
        if (!search.evaluate(ws.trial, next)) break;
        // What f's tangent promises, entropy included. Not the slope of the path: near the boundary that says nothing.
        model = ws.g.dot(ws.trial - ws.y) + term.value(ws.trial) - simple;
        if (!(model < 0)) {  // not even a rounding error away from y, as happens beside the boundary: a longer step
          if (t >= 1) break;
          too_short = t;
          t = too_long < infinity ? 0.5 * (t + too_long) : std::min(1.0, 4 * t);
          continue;
        }
        const double enough = ws.latest.worst() + settings.line_search.decrease * model;
        found = next <= enough || (-model <= search.noise() && next <= enough + search.noise());
        if (found) break;
        too_long = t;
        t = too_short > 0 ? 0.5 * (too_short + t) : detail::shorter_step(t, model / t, value, next);
      }
      if (search.ended()) break;
      idle = -model > search.noise() ? 0 : idle + 1;
      if (!found || idle > 30) {
        if (restarts++ >= settings.line_search.restarts) break;
        ws.latest.restart(1, value);  // monotone from here on
        beta *= 0.01;
        idle = 0;
        continue;
      }
      residual = ws.trial_g - nu;  // now the step in nu
      nu = ws.trial_g;
      if (!search.cut(ws.trial, ws.trial_g)) break;
      // Barzilai and Borwein between mirror coordinates and gradients: 1 / alpha is f's curvature as the mirror sees it.
      const double step = term.pairing(ws.trial, ws.y, residual), bend = (ws.trial - ws.y).dot(ws.trial_g - ws.g);
      beta = bend > 0 && step > 0 ? std::max(term.tau() * step / (bend + term.tau() * step), 1e-12) : 1.0;
      ws.y.swap(ws.trial);
      ws.g.swap(ws.trial_g);
      value = next;
      ws.latest.add(value);
    }
  }
  search.finish();
}

}  // namespace icnn::inline ICNN_ISA
