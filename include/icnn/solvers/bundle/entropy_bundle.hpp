// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/bundle/cuts.hpp"
#include "icnn/solvers/bundle/entropy_master.hpp"
#include "icnn/solvers/solve_log.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of entropy_bundle() in n dimensions: room for a limited number of cuts, and the master program over them.
struct EntropyBundleWorkspace {
  explicit EntropyBundleWorkspace(Index n)
      : mirror(n),
        center(n),
        trial(n),
        g(n),
        region(n),
        combined(n),
        linear(n),
        cuts(n, Cuts::usual_capacity(n)),
        rows(n, cuts.capacity()),
        offsets(cuts.capacity()),
        master(n, cuts.capacity()) {}

  Vector<double> mirror, center, trial, g;  ///< the center and its mirror coordinates, the next point, its gradient
  Vector<double> region;                    ///< |v_j| <= region_j wherever cuts have to hold
  Vector<double> combined;                  ///< the gradient of the combination of all cuts
  Vector<double> linear;
  Cuts cuts;
  Matrix<double> rows;  ///< of the master, scaled
  Vector<double> offsets;
  EntropyMaster master;
};

/// The constants of entropy_bundle().
struct EntropyBundleTuning {
  double first_weight = 0.25;     ///< q at first: this share of the gradient's longest fall over tau, less 1
  double serious = 0.1;           ///< a step that gains this share of the predicted fall is accepted,
  double very_serious = 0.5;      ///< and one that gains this much
  double relax = 0.2;             ///< lowers q by this factor
  int max_nulls = 3;              ///< so many rejected steps
  double tighten = 2;             ///< raise q by this factor
  double negligible = 0.05;       ///< a q below this is none
  double look_further = 0.1;      ///< of q, where the model is no lower than f: its minimum lies further away
  int max_futile = 30;            ///< such steps before the end
  double master_share = 1e-3;     ///< the master is solved to this share of the open gap,
  double master_accuracy = 1e-6;  ///< and to this, relative to the value
};

namespace detail {

inline constexpr EntropyBundleTuning entropy_bundle_tuning{};

/// min of max_i (g_i'y + o_i) + phi(y) + q D(y, center), D the Bregman distance of phi: leaves the minimizer in
/// ws.master.y. \p value is f at the center, beside which all is measured, and all is divided by the size of the gradients.
inline bool solve_entropy_master(const EntropyTerm& term, EntropyBundleWorkspace& ws, double q, double value,
                                 double tolerance) {
  const Index count = ws.cuts.size();
  double size = std::max(term.tau(), 1e-300);
  for (Index i = 0; i < count; ++i) size = std::max(size, vec::largest_magnitude(ws.cuts.gradients()(i)));
  for (Index i = 0; i < count; ++i) {
    const ConstVectorView gradient = ws.cuts.gradients()(i);
    vec::scale_to(1 / size, gradient, {ws.rows.data() + i * ws.rows.rows(), ws.rows.rows()});
    ws.offsets(i) = (ws.cuts.offset(i) + vec::dot(gradient, ws.center) - value) / size;
  }
  for (Index j = 0; j < ws.linear.size(); ++j) ws.linear(j) = -q * term.tau() * ws.mirror(j) / (term.width(j) * size);
  return ws.master.solve(term, (1 + q) * term.tau() / size, ConstColumns(ws.rows).first(count), {ws.offsets.data(), count},
                         ws.linear, ws.center, tolerance / size);
}

/// The iterations of entropy_bundle(), from the best point so far.
inline void entropy_bundle_iterations(SolveLog& log, const EntropyTerm& term, EntropyBundleWorkspace& ws) {
  const auto& tuning = entropy_bundle_tuning;
  const Result& result = log.result();
  log.clear(ws.cuts);
  term.to_mirror(result.y, ws.mirror);
  term.to_point(ws.mirror, ws.center);
  double value = 0;
  if (!log.evaluate(ws.center, value) || !log.take_gradient(ws.center, ws.g)) return;
  log.add_cut(ws.cuts, ws.center, ws.g, 0);
  double smooth = log.smooth_value();
  double q = std::max(0.0, tuning.first_weight * term.longest_fall(ws.g) / term.tau() - 1);
  int nulls = 0, futile = 0;
  while (log.iterate()) {
    const double open = std::isfinite(result.lower_bound) ? result.value - result.lower_bound : infinity;
    const double accuracy = tuning.master_accuracy * std::max(1.0, std::abs(value));
    solve_entropy_master(term, ws, q, smooth, std::min(tuning.master_share * open, accuracy));
    vec::copy(ws.master.y, ws.trial);
    if (!vec::all_finite(ws.trial)) return;
    const double offset = ws.cuts.combine(ws.master.multipliers, ws.combined);
    vec::fill(ws.linear, 0);
    const double lower = offset + term.lower_bound_of_linear(ws.combined, ws.linear, 0, log.region());
    if (!log.raise_bound(lower, ws.cuts)) return;
    const double model = ws.cuts.model(ws.trial), predicted = value - model - term.value(ws.trial);
    if (!log.is_above_noise(predicted)) {
      if (++futile > tuning.max_futile) return;
      q *= tuning.look_further;
      continue;
    }
    double next = 0;
    if (!log.evaluate(ws.trial, next) || !log.take_gradient(ws.trial, ws.g)) return;
    log.add_cut(ws.cuts, ws.trial, ws.g, 0);
    if (!log.cut_agrees(model, log.smooth_value())) return;
    double cut_at_center = log.smooth_value();
    for (Index j = 0; j < ws.g.size(); ++j) cut_at_center += ws.g(j) * (ws.center(j) - ws.trial(j));
    if (!log.cut_agrees(cut_at_center, smooth)) return;
    const double gained = value - next;
    if (gained >= tuning.serious * predicted) {
      if (gained >= tuning.very_serious * predicted) q *= tuning.relax;
      value = next;
      smooth = log.smooth_value();
      term.to_mirror(ws.trial, ws.mirror);
      vec::copy(ws.trial, ws.center);
      nulls = futile = 0;
    } else if (++nulls >= tuning.max_nulls) {
      q *= tuning.tighten;
      nulls = 0;
    }
    if (q < tuning.negligible) q = 0;
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
/// a matrix as large as the number of cuts, at most min(2 n + 20, 200). Allocates nothing but what the model does.
inline void entropy_bundle(ConvexModel& model, const EntropyTerm& term, const Settings& settings, EntropyBundleWorkspace& ws,
                           Result& result) {
  SolveLog log(model, term, settings, ws.region, result);
  detail::entropy_bundle_iterations(log, term, ws);
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
