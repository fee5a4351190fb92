// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "icnn/solvers/bounds_and_sums.hpp"
#include "icnn/solvers/cuts.hpp"
#include "icnn/solvers/interior_point.hpp"
#include "icnn/solvers/projected_gradient.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of proximal_bundle() in n dimensions: room for a limited number of cuts, and the master program over them.
template <class S = double>
struct BundleWorkspace {
  explicit BundleWorkspace(Index n)
      : most(std::min<Index>(2 * n + 20, 120)),
        centre(n),
        trial(n),
        g(n),
        region(n),
        combined(n),
        lower(n),
        upper(n),
        linear(n),
        diagonal(n),
        scratch(n),
        cuts(n, most),
        rows(n, most),
        offsets(most),
        set(n) {}

  Index most;                  ///< cuts
  Vector<S> centre, trial, g;  ///< the best point that a step was accepted at, the next one, its gradient
  Vector<S> region;            ///< |v_j| <= region_j wherever cuts have to hold
  Vector<S> combined;          ///< the gradient of the combination of all cuts
  Vector<S> lower, upper, linear, diagonal, scratch;
  Cuts cuts;
  Matrix<S> rows;  ///< of the master, scaled
  Vector<S> offsets;
  BoundsAndSums set;
  std::optional<InteriorPoint<S>> master;
  Matrix<S> equalities;
  Vector<S> nothing;

  /// Makes room for the sums of a set.
  void begin() {
    cuts.clear();
    if (!master || equalities.cols() < set.groups) {
      master.emplace(centre.size(), most, set.groups, false);
      equalities.resize(centre.size(), set.groups);
      nothing.setZero(set.groups);
    }
    for (Index i = 0; i < set.groups; ++i) equalities.col(i) = (set.group.array() == static_cast<int>(i)).template cast<S>();
  }
};

namespace detail {

/// min over the set of max_i (g_i'y + o_i) + m |y|^2 / 2 + q |y - centre|^2 / 2: leaves the minimiser in ws.trial and the
/// multipliers of the cuts in the master. \p value is f at the centre, beside which all is measured, and all is divided by
/// the size of the gradients.
template <class S>
void solve_master(BundleWorkspace<S>& ws, double m, double q, double value) {
  const Index n = ws.centre.size(), count = ws.cuts.size();
  const auto gradients = ws.cuts.gradients();
  const double size = std::max(gradients.cwiseAbs().maxCoeff() + m * ws.centre.cwiseAbs().maxCoeff(), 1e-300);
  const double here = value - 0.5 * m * ws.centre.squaredNorm();
  for (Index i = 0; i < count; ++i) {
    ws.rows.col(i) = gradients.col(i) / size;
    ws.offsets(i) = (here - ws.cuts.offset(i) - gradients.col(i).dot(ws.centre)) / size;
  }
  ws.lower = ws.set.lower - ws.centre;
  ws.upper = ws.set.upper - ws.centre;
  ws.linear = (m / size) * ws.centre;
  ws.diagonal.setConstant((m + q) / size);
  ws.scratch.setZero();
  const QuadraticProgram<S> program{.lower = ws.lower,
                                    .upper = ws.upper,
                                    .linear = ws.linear,
                                    .diagonal = &ws.diagonal,
                                    .rows = ws.rows.leftCols(count),
                                    .offsets = ws.offsets.head(count),
                                    .cuts = count,
                                    .equalities = ws.equalities.leftCols(ws.set.groups),
                                    .right_hand_side = ws.nothing.head(ws.set.groups)};
  ws.master->solve(program, ws.scratch, {.tolerance = 1e-11, .iterations = 40});
  for (Index j = 0; j < n; ++j) ws.trial(j) = ws.centre(j) + ws.master->y(j);
}

/// The iterations of proximal_bundle(), from the best point so far.
template <class Search, ProjectableSet Set>
void bundle_iterations(Search& search, const Set& set, BundleWorkspace<double>& ws) {
  const double m = search.oracle().strong_convexity();
  ws.set.assign(set);
  ws.begin();
  ws.centre = search.result().y;
  double value = 0;
  if (!search.evaluate(ws.centre, value) || !search.cut(ws.centre, ws.g)) return;
  ws.cuts.add(search.smooth_value(), search.cut_error(), ws.g, ws.centre, m, search.region());
  double q = 2 * ws.g.norm() / std::sqrt(static_cast<double>(ws.centre.size()));
  int nulls = 0, futile = 0;
  while (search.iterate()) {
    solve_master(ws, m, q, value);
    if (!ws.trial.allFinite()) return;
    const double offset = ws.cuts.combine(ws.master->multipliers, ws.combined);
    ws.scratch.setZero();
    if (!search.bound(offset + search.term().minimum(ws.combined, ws.scratch, m, search.region()))) return;
    project(set, ws.trial, ws.scratch);  // off the bounds by rounding, or off the sums
    const double predicted = value - ws.cuts.model(ws.trial) - 0.5 * m * ws.trial.squaredNorm();
    if (!(predicted > search.noise())) {  // the model is no lower than f here: look further away
      if (++futile > 30) return;
      q *= 0.1;
      continue;
    }
    double next = 0;
    if (!search.evaluate(ws.trial, next) || !search.cut(ws.trial, ws.g)) return;
    ws.cuts.add(search.smooth_value(), search.cut_error(), ws.g, ws.trial, m, search.region());
    if (value - next >= 0.1 * predicted) {
      if (value - next >= 0.5 * predicted) q *= 0.35;
      ws.centre = ws.trial;
      value = next;
      nulls = futile = 0;
    } else {
      const double linearisation = value - next - ws.g.dot(ws.centre - ws.trial);
      if (linearisation < 0.2 * predicted) {
        q *= 0.7;
      } else if (linearisation > 2 * predicted && ++nulls >= 3) {
        q *= 2;
        nulls = 0;
      }
    }
  }
}

}  // namespace detail

/// Proximal bundle method (Lemarechal; Kiwiel, Mathematical Programming 46, 1990) for any convex f, kinked ones above all,
/// over a box, simplex, the whole space, or a product of these: the maximum of all cuts so far, with a quadratic that keeps
/// the next point near the best one, is minimised over the set by an interior-point method; f is cut there. The multipliers
/// of the cuts give a lower bound that holds whatever their accuracy.
///
/// Finite where f is piecewise linear and sharp, linear under growth of that kind. Cost of an iteration: one value and
/// gradient, and some ten factorisations of a matrix as large as the number of cuts, at most min(2 n + 20, 120). Begins at
/// result.y, which is in the set. Allocates nothing but what the oracle does and, for a set with more sums than any before,
/// room for the master.
template <Oracle O, ProjectableSet Set>
void proximal_bundle(O& oracle, const Set& set, const Settings& settings, BundleWorkspace<double>& ws, Result& result) {
  const SetTerm<Set> term(set);
  Search search(oracle, term, settings, ws.region, result);
  detail::bundle_iterations(search, set, ws);
  search.finish();
}

/// The same after projected_gradient() has made so many evaluations, or has found no way to go on: for functions that may be
/// smooth or not.
template <Oracle O, ProjectableSet Set>
void proximal_bundle(O& oracle, const Set& set, const Settings& settings, BundleWorkspace<double>& ws,
                     GradientWorkspace& gradient, Result& result, Index gradient_evaluations) {
  const SetTerm<Set> term(set);
  Search search(oracle, term, settings, ws.region, result);
  if (gradient_evaluations > 0) detail::gradient_iterations(search, set, gradient, gradient_evaluations);
  if (!search.ended()) detail::bundle_iterations(search, set, ws);
  search.finish();
}

}  // namespace icnn::inline ICNN_ISA
