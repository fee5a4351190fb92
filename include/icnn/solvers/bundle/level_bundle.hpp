// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/solvers/bundle/proximal_bundle.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of level_bundle().
struct LevelBundleTuning {
  double share = 0.35;     ///< the level: so far from the lower bound to the best value
  double progress = 0.01;  ///< an open gap of which this share is above rounding is not idle
  int patience = 10;       ///< idle steps before the end
};

namespace detail {

inline constexpr LevelBundleTuning level_bundle_tuning{};

/// The iterations of level_bundle(), from the best point so far.
[[gnu::cold]] inline void level_iterations(SolveLog& log, Region& set, BundleWorkspace& ws, double share) {
  const auto& tuning = level_bundle_tuning;
  const ArgminOutcome& result = log.result();
  ws.begin(set);
  log.clear(ws.cuts);
  vec::copy(log.best(), ws.trial);
  double value = 0;
  const auto learn = [&] {
    const bool agrees = log.cut_agrees(ws.cuts.model(ws.trial), value);  // no cut lies above f
    log.add_cut(ws.cuts, ws.trial, ws.g, 0);
    return agrees && log.cut_agrees(ws.cuts.model(log.best()), result.value);
  };
  if (!log.begin(set, ws.trial, value, ws.g, ws.center, ws.scratch) || !learn()) return;
  Stall stall(tuning.patience);
  while (log.iterate()) {
    vec::copy(log.best(), ws.center);
    const double size = solve_master(ws, log, 0, 0, result.value, result.value - result.lower_bound);
    if (!vec::all_finite(ws.trial)) return;
    const double bound = bound_of_master(log, set, ws, 0, size);
    if (!log.raise_bound(bound, {ws.combined, ws.scratch, 0}, ws.cuts)) return;
    const double before = result.value, level = result.lower_bound + share * (result.value - result.lower_bound);
    if (share > 0 && std::isfinite(level)) solve_master(ws, log, 0, 0, result.value, result.value - level, level);
    if (!vec::all_finite(ws.trial)) return;
    project_trial(set, ws);
    if (!log.evaluate(ws.trial, value) || !log.take_gradient(ws.center, ws.trial, value, ws.g) || !learn()) return;
    const double open = before - result.lower_bound;
    const bool progress = result.value < before || log.is_above_noise(tuning.progress * open);
    if (stall.note(progress)) return;  // nothing but rounding is left
  }
}

}  // namespace detail

/// Level bundle method (Lemarechal, Nemirovskii and Nesterov, Mathematical Programming 69, 1995): the minimum of all cuts so
/// far over the set is a lower bound; the next point is the one nearest to the best point whose cuts lie no higher than
/// `share` of the way from that bound to the best value. With share = 0 it is the cutting-plane method (Kelley, Journal of
/// SIAM 8, 1960), whose next point is the minimizer of the cuts: finite for piecewise linear functions, and slow beyond very
/// few variables.
///
/// Over bounded sets that can be projected onto, and polyhedra; on others the cuts have no minimum, and the end is
/// `uncertified`. Where a set is no polytope (a ball, say), the cuts are minimized over one that contains it, with a tangent
/// plane for every point that had to be projected; the lower bound is that of the set itself.
///
/// About |gap|^-2 evaluations at worst, whatever the dimension. Cost of an iteration: one value and gradient, and two master
/// programs (see proximal_bundle()). Begins at result.y, which is in the set.
inline void level_bundle(ConvexModel& model, Region& set, const Settings& settings, BundleWorkspace& ws, Result& result,
                         double share = LevelBundleTuning{}.share) {
  const SetTerm term(set);
  SolveLog log(model, term, settings, ws.region, result);
  detail::level_iterations(log, set, ws, share);
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
