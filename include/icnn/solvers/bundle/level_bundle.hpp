// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/solvers/bundle/proximal_bundle.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

inline constexpr double level_share = 0.35;

/// The iterations of level_bundle(), from the best point so far.
template <class Search, class Set>
void level_iterations(Search& search, const Set& set, BundleWorkspace<double>& ws, double share) {
  ws.begin(set);
  search.clear(ws.cuts);
  ws.trial = search.result().y;
  const auto evaluate = [&] {
    double value = 0;
    if (!search.evaluate(ws.trial, value) || !search.cut(ws.trial, ws.g)) return false;
    const bool agree = search.agree(ws.cuts.model(ws.trial), value);  // no cut lies above f
    search.add_cut(ws.cuts, ws.trial, ws.g, 0);
    return agree && search.agree(ws.cuts.model(search.result().y), search.result().value);
  };
  if (!evaluate()) return;
  int futile = 0;
  while (search.iterate()) {
    const Result& result = search.result();
    ws.center = result.y;
    const double size = solve_master(ws, 0, 0, result.value, result.value - result.lower_bound);
    if (!ws.trial.allFinite() || !search.bound(bound_of_master(search, set, ws, 0, size), ws.cuts)) return;
    const double before = result.value, level = result.lower_bound + share * (result.value - result.lower_bound);
    if (share > 0 && std::isfinite(level)) solve_master(ws, 0, 0, result.value, result.value - level, level);
    if (!ws.trial.allFinite()) return;
    project_trial(set, ws);
    if (!evaluate()) return;
    const double open = before - result.lower_bound;
    futile = result.value < before || search.is_above_noise(open / 100) ? 0 : futile + 1;
    if (futile > 10) return;  // nothing but rounding is left
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
template <Oracle O, class Set>
void level_bundle(O& oracle, const Set& set, const Settings& settings, BundleWorkspace<double>& ws, Result& result,
                  double share = detail::level_share) {
  const SetTerm<Set> term(set);
  Search search(oracle, term, settings, ws.region, result);
  detail::level_iterations(search, set, ws, share);
  search.finish();
}

}  // namespace icnn::inline ICNN_ISA
