// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "icnn/solvers/bundle/cuts.hpp"
#include "icnn/solvers/quadratic/interior_point.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"
#include "icnn/solvers/gradient/projected_gradient.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of proximal_bundle() in n dimensions: room for a limited number of cuts, and the master program over them.
template <class S = double>
struct BundleWorkspace {
  explicit BundleWorkspace(Index n)
      : most(Cuts::usual_capacity(n)),
        center(n),
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
  Vector<S> center, trial, g;  ///< the best point that a step was accepted at, the next one, its gradient
  Vector<S> region;            ///< |v_j| <= region_j wherever cuts have to hold
  Vector<S> combined;          ///< the gradient of the combination of all cuts
  Vector<S> lower, upper, linear, diagonal, scratch;
  Cuts cuts;
  Matrix<S> rows;  ///< of the master, scaled
  Vector<S> offsets;
  Polytope set;
  bool curved = false;  ///< the set is no polytope, but contained in it
  std::optional<InteriorPoint<S>> master;
  Vector<S> right_hand_side;

  /// Begins anew over a set, and makes room for its rows and equalities.
  template <class Set>
  void begin(const Set& of) {
    set.assign(of);
    curved = !detail::is_polytope<Set>;
    if constexpr (requires { of.is_polytope(); }) curved = !of.is_polytope();
    const Index m = curved ? Polytope::most_tangents(center.size()) : set.row_count(), k = set.equality_count();
    if (master && offsets.size() >= most + m && right_hand_side.size() >= k) return;
    master.emplace(center.size(), most + m, k, false);
    rows.resize(center.size(), most + m);
    offsets.resize(most + m);
    right_hand_side.resize(k);
  }
};

namespace detail {

/// min over the set of max_i (g_i'y + o_i) + m |y|^2 / 2 + q |y - center|^2 / 2: leaves the minimizer in ws.trial and the
/// multipliers of the cuts in the master. \p value is f at the center, beside which all is measured, and all is divided by
/// the size of the gradients, which is returned. Lengths are in units of what they may have to change for f to fall by
/// \p open. With a \p level, the point nearest to the center with max_i (g_i'y + o_i) <= level instead.
template <class S>
double solve_master(BundleWorkspace<S>& ws, double m, double q, double value, double open,
                    std::optional<double> level = {}) {
  const Index n = ws.center.size(), count = ws.cuts.size(), more = ws.set.row_count();
  const auto gradients = ws.cuts.gradients();
  const double size = std::max(gradients.cwiseAbs().maxCoeff() + m * ws.center.cwiseAbs().maxCoeff(), 1e-300);
  const double unit =
      std::isfinite(open) ? std::clamp(open / size, 1e-12 * (1 + ws.center.cwiseAbs().maxCoeff()), 1.0) : 1.0;
  const double here = value - 0.5 * m * ws.center.squaredNorm();
  for (Index i = 0; i < count; ++i) {
    ws.rows.col(i) = gradients.col(i) / size;
    ws.offsets(i) = ((level ? *level : here) - ws.cuts.offset(i) - gradients.col(i).dot(ws.center)) / (size * unit);
  }
  for (Index i = 0; i < more; ++i) {
    ws.rows.col(count + i) = ws.set.rows().col(i);
    ws.offsets(count + i) = (ws.set.limits()(i) - ws.set.rows().col(i).dot(ws.center)) / unit;
  }
  for (Index i = 0; i < ws.set.equality_count(); ++i) {
    ws.right_hand_side(i) =
        i < ws.set.groups ? 0.0 : (ws.set.right_hand_side()(i) - ws.set.equalities().col(i).dot(ws.center)) / unit;
  }
  ws.lower = (ws.set.lower - ws.center) / unit;
  ws.upper = (ws.set.upper - ws.center) / unit;
  ws.linear = (m / size) * ws.center;
  ws.diagonal.setConstant(level ? 1.0 : (m + q) * unit / size);
  ws.scratch.setZero();
  const QuadraticProgram<S> program{.lower = ws.lower,
                                    .upper = ws.upper,
                                    .linear = ws.linear,
                                    .diagonal = &ws.diagonal,
                                    .rows = ws.rows.leftCols(count + more),
                                    .offsets = ws.offsets.head(count + more),
                                    .cuts = level ? 0 : count,
                                    .equalities = ws.set.equalities(),
                                    .right_hand_side = ws.right_hand_side.head(ws.set.equality_count())};
  // What is left of the gradient counts as far as the set extends, which a bound notices.
  double extent = 1;
  for (Index j = 0; j < n; ++j) {
    if (std::isfinite(ws.upper(j) - ws.lower(j))) extent = std::max(extent, ws.upper(j) - ws.lower(j));
  }
  ws.master->solve(program, ws.scratch, {.tolerance = std::clamp(1e-2 / extent, 1e-15, 1e-11), .iterations = 40});
  for (Index j = 0; j < n; ++j) ws.trial(j) = ws.center(j) + unit * ws.master->y(j);
  return size;
}

/// A lower bound on the set from the master's multipliers, whatever their accuracy; m as there.
template <class Search, class Set, class S>
[[nodiscard]] double bound_of_master(const Search& search, const Set& set, BundleWorkspace<S>& ws, double m, double size) {
  if constexpr (requires { set.use_multipliers(ws.g, ws.g); }) {
    if (!ws.set.is_simple() && !ws.curved) {
      set.use_multipliers(size * ws.master->multipliers.segment(ws.cuts.size(), ws.set.row_count()),
                          size * ws.master->equality_multipliers.head(ws.set.equality_count()));
    }
  }
  const double offset = ws.cuts.combine(ws.master->multipliers, ws.combined);
  if (m == 0) {
    ws.scratch.setZero();
    return offset + search.term().minimum(ws.combined, ws.scratch, 0, search.region());
  }
  // Around the center, a point of the set: g'v + m |v|^2 / 2 = g'c + m |c|^2 / 2 + (g + m c)'(v - c) + m |v - c|^2 / 2.
  const double square = m * ws.center.squaredNorm(), linear = ws.combined.dot(ws.center);
  double sizes = std::abs(offset) + 2 * square + ws.combined.cwiseAbs().dot(ws.center.cwiseAbs());
  for (Index j = 0; j < ws.center.size(); ++j) {
    const double largest = std::abs(ws.combined(j)) + m * std::abs(ws.center(j));
    sizes += largest == 0 ? 0 : largest * search.region()(j);
  }
  ws.combined += m * ws.center;
  return offset + linear + 0.5 * square + search.term().minimum(ws.combined, ws.center, m, search.region()) -
         rounding_of_sum(ws.center.size()) * sizes;
}

/// Moves the trial point into the set: off the bounds by rounding, or off the sums; and where the set is no polytope, off
/// what contains it, which then follows the set more closely.
template <class Set, class S>
void project_trial(const Set& set, BundleWorkspace<S>& ws) {
  ws.linear = ws.trial;
  project(set, ws.trial, ws.scratch);
  if (ws.curved) ws.set.separate(ws.linear, ws.trial);
}

/// The iterations of proximal_bundle(), from the best point so far.
template <class Search, ProjectableSet Set>
void bundle_iterations(Search& search, const Set& set, BundleWorkspace<double>& ws) {
  const double m = search.oracle().strong_convexity();
  ws.begin(set);
  search.clear(ws.cuts);
  ws.center = search.result().y;
  double value = 0;
  if (!search.evaluate(ws.center, value) || !search.cut(ws.center, ws.g)) return;
  search.add_cut(ws.cuts, ws.center, ws.g, m);
  double q = 2 * ws.g.norm() / std::sqrt(static_cast<double>(ws.center.size()));
  int nulls = 0, futile = 0;
  while (search.iterate()) {
    const double open = value - search.result().lower_bound, size = solve_master(ws, m, q, value, open);
    if (!ws.trial.allFinite()) return;
    if (!search.bound(bound_of_master(search, set, ws, m, size), ws.cuts)) return;
    project_trial(set, ws);
    const double model = ws.cuts.model(ws.trial) + 0.5 * m * ws.trial.squaredNorm(), predicted = value - model;
    if (!search.is_above_noise(predicted)) {  // the model is no lower than f here: look further away
      if (++futile > 30) return;
      q *= 0.1;
      continue;
    }
    double next = 0;
    if (!search.evaluate(ws.trial, next) || !search.cut(ws.trial, ws.g)) return;
    search.add_cut(ws.cuts, ws.trial, ws.g, m);
    const double linearization = value - next - ws.g.dot(ws.center - ws.trial);  // at the center, >= 0
    if (!search.agree(model, next) || !search.agree(value - linearization, value)) return;
    if (value - next >= 0.1 * predicted) {
      if (value - next >= 0.5 * predicted) q *= 0.35;
      ws.center = ws.trial;
      value = next;
      nulls = futile = 0;
    } else {
      if (linearization < 0.2 * predicted) {
        q *= 0.7;
      } else if (linearization > 2 * predicted && ++nulls >= 3) {
        q *= 2;
        nulls = 0;
      }
    }
  }
}

}  // namespace detail

/// Proximal bundle method (Lemarechal; Kiwiel, Mathematical Programming 46, 1990) for any convex f, kinked ones above all,
/// over a box, simplex, the whole space, a product of these, or a polyhedron: the maximum of all cuts so far, with a
/// quadratic that keeps the next point near the best one, is minimized over the set by an interior-point method; f is cut
/// there. The multipliers of the cuts give a lower bound that holds whatever their accuracy. (Over other sets, whose place a
/// polytope around them takes, level_bundle() is the better method.)
///
/// Finite where f is piecewise linear and sharp, linear under growth of that kind. Cost of an iteration: one value and
/// gradient, and some ten factorizations of a matrix as large as the number of cuts, at most min(2 n + 20, 200). Begins at
/// result.y, which is in the set. Allocates nothing but what the oracle does and, for a set with more rows or sums than any
/// before, room for the master.
template <Oracle O, ProjectableSet Set>
void proximal_bundle(O& oracle, const Set& set, const Settings& settings, BundleWorkspace<double>& ws, Result& result) {
  const SetTerm<Set> term(set);
  Search search(oracle, term, settings, ws.region, result);
  detail::bundle_iterations(search, set, ws);
  search.finish();
}

}  // namespace icnn::inline ICNN_ISA
