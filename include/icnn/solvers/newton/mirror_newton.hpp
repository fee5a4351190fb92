// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/solvers/gradient/mirror_gradient.hpp"
#include "icnn/solvers/newton/projected_newton.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of mirror_newton().
struct MirrorNewtonTuning {
  double start = 0.25;     ///< the first temperature: this share of the longest fall of the gradient
  double cooling = 0.1;    ///< of the temperature, after
  double long_step = 0.3;  ///< a step longer than this
};

namespace detail {

inline constexpr MirrorNewtonTuning mirror_newton_tuning{};

/// M += (root'M root) u u' - root p' - p root' with u = root, p = M root: for a root of length 1, P M P with the projection
/// P = I - root root'.
inline void project_both_sides(SquareView m, ConstVectorView root, VectorView product) {
  vec::fill(product, 0);
  vec::add_combination(ConstColumns(m.data, m.size, m.size, m.stride), root, product);
  const double middle = vec::dot(root, product);
  for (Index c = 0; c < m.size; ++c) {
    for (Index r = 0; r < m.size; ++r) {
      m(r, c) += middle * root(r) * root(c) - root(r) * product(c) - product(r) * root(c);
    }
  }
}

/// The Newton direction of nu + W g(y(nu)) / tau = 0 from its residual r = ws.direction, which is overwritten: with y's
/// change W S d and K = W H W / tau it solves (I + K S) d = r. For S = R P R, R = diag(root) and P a projection, that is d =
/// r - K R x with the symmetric system (I + P R K R P) x = P R r. False where rounding makes it indefinite.
[[nodiscard]] inline bool mirror_direction(const EntropyTerm& term, double tau, NewtonWorkspace& ws) {
  const Index n = ws.y.size();
  Vector<double>&root = ws.trial, &x = ws.trial_g;
  term.spread(ws.y, root);
  for (Index c = 0; c < n; ++c) {
    for (Index r = 0; r < n; ++r) {
      const double k = ws.hessian(r, c) * (term.width(c) * term.width(r) / tau);
      ws.hessian(r, c) = k;
      ws.scaled(r, c) = k * (root(c) * root(r));
    }
  }
  if (term.on_simplex()) {  // a common shift moves nothing
    const double mean = vec::dot(ws.y, ws.direction) / term.total();
    for (Index j = 0; j < n; ++j) ws.direction(j) -= mean;
  }
  for (Index j = 0; j < n; ++j) x(j) = root(j) * ws.direction(j);
  if (term.on_simplex()) {  // P = I - s s', s = root / |root|
    vec::scale_to(1 / vec::norm(root), root, root);
    vec::add_scaled(-vec::dot(root, x), root, x);
    project_both_sides(ws.scaled, root, ws.product);
    vec::scale_to(std::sqrt(term.total()), root, root);
  }
  for (Index j = 0; j < n; ++j) ws.scaled(j, j) += 1;
  if (!factor_in_place(ws.scaled)) return false;
  solve_lower(ws.scaled, x.data());
  solve_upper(ws.scaled, x.data());
  for (Index j = 0; j < n; ++j) x(j) *= -root(j);
  vec::add_combination(ws.hessian, x, ws.direction);
  return vec::all_finite(ws.direction);
}

/// The temperature from which on the entropy bends more than f does along any coordinate, wherever y is: the largest
/// diagonal entry of H times the largest that y's change can be for a change of nu.
[[nodiscard]] inline double bend(const EntropyTerm& term, const Matrix<double>& h) {
  double largest = 0;
  for (Index j = 0; j < h.rows(); ++j) {
    const double spread = term.on_simplex() ? 0.25 * term.total() : 0.25 * term.width(j) * term.width(j);
    largest = std::max(largest, spread * h(j, j));
  }
  return largest;
}

/// The iterations of mirror_newton(), from the best point so far.
inline void mirror_newton_iterations(SolveLog& log, const EntropyTerm& term, NewtonWorkspace& ws) {
  const auto& tuning = mirror_newton_tuning;
  const double decrease = log.settings().line_search.decrease;
  log.set_order(kernels::Order::second);
  double value = 0;
  if (!begin_in_mirror(log, term, ws, value)) return;
  double tau = infinity;
  Stall stall(newton_patience);
  while (log.iterate()) {
    log.model().hessian(ws.hessian);
    // Where f bends more than the entropy, that acts as a barrier: its temperature is lowered step by step.
    const double bends = bend(term, ws.hessian);
    if (tau == infinity) tau = std::max(term.tau(), std::min(tuning.start * term.longest_fall(ws.g), bends));
    term.residual(tau, ws.g, ws.mirror, ws.direction);
    if (!mirror_direction(term, tau, ws)) return;
    const double entropy = term.value(ws.y), warmer = tau / term.tau() - 1;  // f + tau phi = value + warmer phi
    double next = 0, model = 0, t = 1;
    bool found = false;
    for (int reduction = 0; reduction < max_reductions && !found; ++reduction) {
      if (bends <= tau) {
        term.step(ws.mirror, t, ws.direction, ws.trial_g);
      } else {
        term.newton_step(ws.mirror, t, ws.direction, ws.trial_g);
      }
      term.to_point(ws.trial_g, ws.trial);
      if (!log.evaluate(ws.trial, next)) return;
      const double change = term.value(ws.trial) - entropy;
      model = change_along(ws.g, ws.trial, ws.y) + (1 + warmer) * change;
      const double gained = next - value + warmer * change;
      found = gained <= decrease * std::min(model, 0.0) || (!log.is_above_noise(std::abs(model)) && gained <= log.noise());
      if (!found) t = shorter_step(t, std::min(model / t, -1e-300), value, value + gained);
    }
    const bool at_last = tau == term.tau();
    if (stall.note(!at_last || log.is_above_noise(-model)) || !found) return;
    vec::copy(ws.trial_g, ws.mirror);
    if (!log.take_gradient(ws.trial, ws.trial_g)) return;
    ws.accept();
    value = next;
    if (t > tuning.long_step) tau = std::max(term.tau(), tuning.cooling * tau);
  }
}

}  // namespace detail

/// Newton's method for entropic problems, f - tau H over its box or simplex: in the mirror coordinates nu the conditions of
/// optimality are nu + W g(y(nu)) / tau = 0, W the widths of the box, without constraints and with a residual that is affine
/// where f is. Where f is steep beside tau, the temperature is lowered to tau step by step, as an interior-point method does
/// with its barrier.
///
/// \p gradient_evaluations are spent on mirror_gradient() first. Converges quadratically, typically in three or four
/// evaluations; exact at once where f is affine. Cost of an iteration: value, gradient and Hessian, and n^3 / 3 operations.
/// Begins at result.y, which is in the set. Allocates nothing but what the model does.
inline void mirror_newton(ConvexModel& model, const EntropyTerm& term, const Settings& settings, NewtonWorkspace& ws,
                          Result& result, Index gradient_evaluations = 0) {
  SolveLog log(model, term, settings, ws.region, result);
  if (gradient_evaluations > 0) detail::mirror_iterations(log, term, ws, gradient_evaluations);
  if (!log.ended()) detail::mirror_newton_iterations(log, term, ws);
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
