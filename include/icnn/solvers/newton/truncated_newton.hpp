// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/gradient/projected_gradient.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of truncated_newton() in n dimensions: some 20 n numbers.
struct TruncatedWorkspace : GradientWorkspace {
  [[gnu::cold]] explicit TruncatedWorkspace(Index n)
      : GradientWorkspace(n), residual(n), conjugate(n), product(n), multipliers(n), free(n), set(n) {}

  Numbers<double> residual, conjugate, product;  ///< of conjugate gradients
  Numbers<double> multipliers;                   ///< of the sums
  Numbers<int> free;                             ///< 1, or 0 where a bound is active
  Polytope set;
};

/// The constants of truncated_newton().
struct TruncatedNewtonTuning {
  int halvings = 6;                 ///< of a step, and steps within rounding, before the face is left to gradient steps
  Index gradient_evaluations = 10;  ///< of these; twice as many whenever they did not help
  int patience = 10;                ///< steps within rounding before the end
  double at_bound = 1e-14;          ///< a coordinate is at a bound up to this, times 1 + |bound|
  double accuracy = 0.1;            ///< of a Newton system, at worst: the residual's share of the gradient
  double flat = 1e-14;              ///< no curvature along a direction, relative to the product's size
  Index max_products = 200;
};

namespace detail {

inline constexpr TruncatedNewtonTuning truncated_newton_tuning{};

/// Which coordinates are free: all but those at a bound against which the gradient pushes, less its mean where it is
/// positive on a simplex.
inline void find_face(TruncatedWorkspace& ws) {
  const Polytope& set = ws.set;
  const auto near = [&](Index j, double bound) {
    return std::abs(ws.y(j) - bound) <= truncated_newton_tuning.at_bound * (1 + std::abs(bound));
  };
  for (Index i = 0; i < set.groups; ++i) {
    double sum = 0, count = 0;
    for (Index j = 0; j < ws.y.size(); ++j) {
      if (set.group(j) != i || near(j, set.lower(j))) continue;
      sum += ws.g(j);
      count += 1;
    }
    ws.multipliers(i) = count > 0 ? sum / count : 0.0;
  }
  for (Index j = 0; j < ws.y.size(); ++j) {
    const double slope = ws.g(j) - (set.group(j) < 0 ? 0.0 : ws.multipliers(set.group(j)));
    const bool held = (near(j, set.lower(j)) && slope > 0) || (near(j, set.upper(j)) && slope < 0);
    ws.free(j) = held ? 0 : 1;
  }
}

/// Projects a direction onto the face: zero where a bound is active, and no change of the sums.
[[gnu::noinline]] inline void onto_face(const TruncatedWorkspace& ws, VectorView d) {
  for (Index j = 0; j < d.size(); ++j) d(j) = ws.free(j) != 0 ? d(j) : 0.0;
  for (Index i = 0; i < ws.set.groups; ++i) {
    double sum = 0, count = 0;
    for (Index j = 0; j < d.size(); ++j) {
      if (ws.set.group(j) != i || ws.free(j) == 0) continue;
      sum += d(j);
      count += 1;
    }
    for (Index j = 0; j < d.size(); ++j) {
      if (ws.set.group(j) == i && ws.free(j) != 0) d(j) -= sum / count;
    }
  }
}

/// ws.direction := about the minimizer of g'd + d'H d / 2 in the face, by conjugate gradients, the more exact the nearer the
/// solution, but of no more than so many products. False where the face leaves nothing to do.
[[nodiscard, gnu::noinline]] inline bool conjugate_gradients(ConvexModel& model, TruncatedWorkspace& ws, Index& products) {
  const auto& tuning = truncated_newton_tuning;
  vec::scale_to(-1, ws.g, ws.residual);
  onto_face(ws, ws.residual);
  vec::fill(ws.direction, 0);
  vec::copy(ws.residual, ws.conjugate);
  double square = vec::squared_norm(ws.residual);
  const double first = std::sqrt(square);
  const double wanted = first * std::min(tuning.accuracy, std::sqrt(first / (1 + vec::norm(ws.g))));
  if (!(first > 0)) return false;
  for (; products > 0 && std::sqrt(square) > wanted; --products) {
    model.hessian_product(ws.conjugate, ws.product);
    onto_face(ws, ws.product);
    const double curvature = vec::dot(ws.conjugate, ws.product);
    if (!(curvature > tuning.flat * vec::norm(ws.conjugate) * vec::norm(ws.product))) break;
    const double step = square / curvature, before = square;
    vec::add_scaled(step, ws.conjugate, ws.direction);
    vec::add_scaled(-step, ws.product, ws.residual);
    square = vec::squared_norm(ws.residual);
    vec::step_to(ws.residual, square / before, ws.conjugate, ws.conjugate);
  }
  return vec::all_finite(ws.direction) && vec::squared_norm(ws.direction) > 0;
}

/// A projected step along ws.direction that lowers f: ws.trial, with its value and the slope towards it. False where none of
/// a few does, or the search has ended.
[[nodiscard]] inline bool find_newton_step(SolveLog& log, Region& set, TruncatedWorkspace& ws, double value, bool patient,
                                           double& slope, double& next) {
  double t = 1;
  for (int halving = 0; halving < truncated_newton_tuning.halvings; ++halving, t /= 2) {
    vec::step_to(ws.y, t, ws.direction, ws.trial);
    set.project(ws.trial, ws.mirror);
    slope = 0;
    for (Index j = 0; j < ws.y.size(); ++j) slope += ws.g(j) * (ws.trial(j) - ws.y(j));
    // Near the minimum the slope is rounding, of either sign, where the step still halves the gap: a few of these.
    const bool lost = patient && slope <= log.noise() && vec::squared_distance(ws.trial, ws.y) > 0;
    if (!(slope < 0) && !lost) continue;
    if (!log.evaluate(ws.trial, next)) return false;
    const double enough = value + log.settings().line_search.decrease * slope;
    if (next <= enough || (!log.is_above_noise(-slope) && next <= enough + log.noise())) return true;
  }
  return false;
}

/// What a step of projected_newton() takes, in products with the Hessian, measured: that of a network is made in the time of
/// n / 20, and factored in n^2 / 24 per neuron, each of which has n weights or more; that of a black box is there.
[[nodiscard]] inline Index products_of_newton_step(const ConvexModel& model) {
  const Index n = model.inputs(), neurons = model.neurons();
  return 1 + (neurons > 0 ? n / 20 + n * n / (24 * neurons) : n / 6);
}

/// The iterations of truncated_newton(), from the best point so far. With a limit to the products of a step, they end where
/// one reaches it, or none is found: a Hessian is the better bargain then.
inline void truncated_iterations(SolveLog& log, Region& set, TruncatedWorkspace& ws, Index max_evaluations = no_limit,
                                 Index most_products = no_limit) {
  const auto& tuning = truncated_newton_tuning;
  const bool may_leave = most_products < no_limit;
  most_products = std::min({most_products, 3 * ws.y.size() + 10, tuning.max_products});  // rounding may take more than n
  const ArgminOutcome& result = log.result();
  log.set_order(kernels::Order::second);
  set.describe(ws.set);
  double value = 0;
  const auto begin = [&] {
    vec::copy(log.best(), ws.y);
    return log.begin(set, ws.y, value, ws.g, ws.trial, ws.mirror);
  };
  if (!begin()) return;
  Stall stall(tuning.patience);
  Index gradients = tuning.gradient_evaluations;
  while (log.iterate() && result.evaluations < max_evaluations) {
    find_face(ws);
    double next = 0, slope = 0;
    Index products = most_products;
    const bool patient = stall.idle() < tuning.halvings;
    const bool found =
        conjugate_gradients(log.model(), ws, products) && find_newton_step(log, set, ws, value, patient, slope, next);
    if (log.ended() || (may_leave && !found)) return;
    if (!found) {  // the face has to change first
      const double before = result.value;
      gradient_iterations(log, set, ws, result.evaluations + gradients);
      if (log.ended() || !begin()) return;
      slope = result.value - before;
      gradients *= 2;
    }
    if (stall.note(log.is_above_noise(-slope))) return;  // nothing but rounding is left
    if (!found) continue;
    gradients = tuning.gradient_evaluations;
    if (!log.take_gradient(ws.y, ws.trial, next, ws.trial_g)) return;
    ws.accept();
    value = next;
    if (may_leave && products == 0) return;
  }
}

}  // namespace detail

/// Truncated Newton for smooth f over a box, simplex, the whole space, or a product of these, where a Hessian is too large
/// to be formed: on the face of the active bounds the Newton system is solved by conjugate gradients, from products with the
/// Hessian, only as exactly as the distance from the solution deserves (Dembo, Eisenstat and Steihaug, SIAM Journal on
/// Numerical Analysis 19, 1982); the step is projected, and where it does not lower f, projected gradient steps change the
/// face. \p gradient_evaluations are spent on projected_gradient() first.
///
/// Superlinear once the face is found. Cost of an iteration: value, gradient, and one product, about two gradients' worth,
/// per step of conjugate gradients, at most 200. Begins at result.y, which is in the set. Allocates nothing but what the
/// model does and, for a set with more sums than any before, room for these.
inline void truncated_newton(ConvexModel& model, Region& set, const Settings& settings, TruncatedWorkspace& ws,
                             Result& result, Index gradient_evaluations = 0) {
  const SetTerm term(set);
  SolveLog log(model, term, settings, ws.region, result);
  if (gradient_evaluations > 0) detail::gradient_iterations(log, set, ws, gradient_evaluations);
  if (!log.ended()) detail::truncated_iterations(log, set, ws);
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
