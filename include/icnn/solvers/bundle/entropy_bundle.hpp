// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/bundle/cuts.hpp"
#include "icnn/solvers/bundle/entropy_master.hpp"
#include "icnn/solvers/gradient/mirror_gradient.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of entropy_bundle() in n dimensions: room for a limited number of cuts, and the master program over them.
template <class S = double>
struct EntropyBundleWorkspace {
  explicit EntropyBundleWorkspace(Index n)
      : most(Cuts::usual_capacity(n)),
        mirror(n),
        center(n),
        trial(n),
        g(n),
        region(n),
        combined(n),
        linear(n),
        cuts(n, most),
        rows(n, most),
        offsets(most),
        master(n, most) {}

  Index most;                          ///< cuts
  Vector<S> mirror, center, trial, g;  ///< the center and its mirror coordinates, the next point, its gradient
  Vector<S> region;                    ///< |v_j| <= region_j wherever cuts have to hold
  Vector<S> combined;                  ///< the gradient of the combination of all cuts
  Vector<S> linear;
  Cuts cuts;
  Matrix<S> rows;  ///< of the master, scaled
  Vector<S> offsets;
  EntropyMaster<S> master;
};

namespace detail {

/// min of max_i (g_i'y + o_i) + phi(y) + q D(y, center), D the Bregman distance of phi: leaves the minimizer in
/// ws.master.y. \p value is f at the center, beside which all is measured, and all is divided by the size of the gradients.
template <class S>
bool solve_entropy_master(const EntropyTerm& term, EntropyBundleWorkspace<S>& ws, double q, double value, double tolerance) {
  const Index count = ws.cuts.size();
  const auto gradients = ws.cuts.gradients();
  const double size = std::max({gradients.cwiseAbs().maxCoeff(), term.tau(), 1e-300});
  for (Index i = 0; i < count; ++i) {
    ws.rows.col(i) = gradients.col(i) / size;
    ws.offsets(i) = (ws.cuts.offset(i) + gradients.col(i).dot(ws.center) - value) / size;
  }
  for (Index j = 0; j < ws.linear.size(); ++j) ws.linear(j) = -q * term.tau() * ws.mirror(j) / (term.width(j) * size);
  return ws.master.solve(term, (1 + q) * term.tau() / size, ws.rows.leftCols(count), ws.offsets.head(count), ws.linear,
                         ws.center, tolerance / size);
}

/// The iterations of entropy_bundle(), from the best point so far.
template <class Search, class S>
void entropy_bundle_iterations(Search& search, const EntropyTerm& term, EntropyBundleWorkspace<S>& ws) {
  search.clear(ws.cuts);
  ws.center = search.result().y;
  term.to_mirror(ws.center, ws.mirror);
  term.to_point(ws.mirror, ws.center);
  double value = 0;
  if (!search.evaluate(ws.center, value) || !search.cut(ws.center, ws.g)) return;
  search.add_cut(ws.cuts, ws.center, ws.g, 0);
  double smooth = search.smooth_value();
  double q = std::max(0.0, 0.25 * term.longest_fall(ws.g) / term.tau() - 1);
  int nulls = 0, futile = 0;
  while (search.iterate()) {
    const Result& result = search.result();
    const double open = std::isfinite(result.lower_bound) ? result.value - result.lower_bound : infinity;
    solve_entropy_master(term, ws, q, smooth, std::min(1e-3 * open, 1e-6 * std::max(1.0, std::abs(value))));
    ws.trial = ws.master.y;
    if (!ws.trial.allFinite()) return;
    const double offset = ws.cuts.combine(ws.master.multipliers, ws.combined);
    ws.linear.setZero();
    if (!search.bound(offset + term.minimum(ws.combined, ws.linear, 0, search.region()), ws.cuts)) return;
    const double model = ws.cuts.model(ws.trial), predicted = value - model - term.value(ws.trial);
    if (!search.is_above_noise(predicted)) {  // the model is no lower than f here: look further away
      if (++futile > 30) return;
      q *= 0.1;
      continue;
    }
    double next = 0;
    if (!search.evaluate(ws.trial, next) || !search.cut(ws.trial, ws.g)) return;
    search.add_cut(ws.cuts, ws.trial, ws.g, 0);
    if (!search.agree(model, search.smooth_value())) return;
    if (!search.agree(search.smooth_value() + ws.g.dot(ws.center - ws.trial), smooth)) return;
    const double gained = value - next;
    if (gained >= 0.1 * predicted) {
      if (gained >= 0.5 * predicted) q *= 0.2;
      value = next;
      smooth = search.smooth_value();
      term.to_mirror(ws.trial, ws.mirror);
      ws.center = ws.trial;
      nulls = futile = 0;
    } else if (++nulls >= 3) {
      q *= 2;
      nulls = 0;
    }
    if (q < 0.05) q = 0;
  }
}

}  // namespace detail

/// Bundle method for entropic problems, f - tau H over its box or simplex, with f any convex function, kinked ones above all
/// (the bundle entropy method of Amos, Xu and Kolter, ICML 2017, section 4, with a certain gap, without their rank test, and
/// with cuts that combine instead of being dropped): the maximum of all cuts so far, beside the entropy itself, is minimized
/// by an interior-point method on its dual; f is cut there. Where f is steep beside tau, a Bregman distance from the best
/// point keeps the next one near.
///
/// Begins at result.y, which is in the set. Cost of an iteration: one value and gradient, and some twenty factorizations of
/// a matrix as large as the number of cuts, at most min(2 n + 20, 200). Allocates nothing but what the oracle does.
template <Oracle O>
void entropy_bundle(O& oracle, const EntropyTerm& term, const Settings& settings, EntropyBundleWorkspace<double>& ws,
                    Result& result) {
  Search search(oracle, term, settings, ws.region, result);
  detail::entropy_bundle_iterations(search, term, ws);
  search.finish();
}

}  // namespace icnn::inline ICNN_ISA
