// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/solvers/gradient/mirror_gradient.hpp"
#include "icnn/solvers/newton/projected_newton.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// The Newton direction of nu + W g(y(nu)) / tau = 0 from its residual r = ws.direction, which is overwritten: with y's
/// change W S d and K = W H W / tau it solves (I + K S) d = r. For S = R P R, R = diag(root) and P a projection, that is d =
/// r - K R x with the symmetric system (I + P R K R P) x = P R r. False where rounding makes it indefinite.
template <class Workspace>
[[nodiscard]] bool mirror_direction(const EntropyTerm& term, double tau, Workspace& ws) {
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
  if (term.on_simplex()) ws.direction.array() -= ws.y.dot(ws.direction) / term.total();  // a common shift moves nothing
  x = root.cwiseProduct(ws.direction);
  if (term.on_simplex()) {  // P = I - s s', s = root / |root|
    root /= root.norm();
    const double size = std::sqrt(term.total());
    x -= root.dot(x) * root;
    ws.product.noalias() = ws.scaled * root;
    const double middle = root.dot(ws.product);
    for (Index c = 0; c < n; ++c) {
      for (Index r = 0; r < n; ++r) {
        ws.scaled(r, c) += middle * root(r) * root(c) - root(r) * ws.product(c) - ws.product(r) * root(c);
      }
    }
    root *= size;
  }
  ws.scaled.diagonal().array() += 1;
  if (!factor_in_place(ws.scaled)) return false;
  solve_lower(ws.scaled, x);
  solve_upper(ws.scaled, x);
  x = root.cwiseProduct(x);
  ws.direction.noalias() -= ws.hessian * x;
  return ws.direction.allFinite();
}

/// The temperature from which on the entropy bends more than f does along any coordinate, wherever y is: the largest
/// diagonal entry of H times the largest that y's change can be for a change of nu.
[[nodiscard]] inline double bend(const EntropyTerm& term, const Matrix<double>& h) {
  double most = 0;
  for (Index j = 0; j < h.rows(); ++j) {
    const double spread = term.on_simplex() ? 0.25 * term.total() : 0.25 * term.width(j) * term.width(j);
    most = std::max(most, spread * h(j, j));
  }
  return most;
}

/// The iterations of mirror_newton(), from the best point so far.
template <class Search>
void mirror_newton_iterations(Search& search, const EntropyTerm& term, NewtonWorkspace& ws) {
  const double decrease = search.settings().line_search.decrease;
  auto& oracle = search.oracle();
  oracle.expect_hessian(true);
  ws.y = search.result().y;
  term.to_mirror(ws.y, ws.mirror);
  term.to_point(ws.mirror, ws.y);
  double value = 0;
  if (!search.evaluate(ws.y, value) || !search.cut(ws.y, ws.g)) return;
  double tau = infinity;
  int idle = 0;
  while (search.iterate()) {
    oracle.hessian(ws.hessian);
    // Where f bends more than the entropy, that acts as a barrier: its temperature is lowered step by step.
    const double bends = bend(term, ws.hessian);
    if (tau == infinity) tau = std::max(term.tau(), std::min(term.longest_fall(ws.g) / 4, bends));
    term.residual(tau, ws.g, ws.mirror, ws.direction);
    if (!mirror_direction(term, tau, ws)) return;
    const double entropy = term.value(ws.y), warmer = tau / term.tau() - 1;  // f + tau phi = value + warmer phi
    double next = 0, model = 0, t = 1;
    bool found = false;
    for (int reduction = 0; reduction < most_reductions && !found; ++reduction) {
      if (bends <= tau) {
        term.step(ws.mirror, t, ws.direction, ws.trial_g);
      } else {
        term.newton_step(ws.mirror, t, ws.direction, ws.trial_g);
      }
      term.to_point(ws.trial_g, ws.trial);
      if (!search.evaluate(ws.trial, next)) return;
      const double change = term.value(ws.trial) - entropy;
      model = ws.g.dot(ws.trial - ws.y) + (1 + warmer) * change;
      const double gained = next - value + warmer * change;
      found =
          gained <= decrease * std::min(model, 0.0) || (!search.is_above_noise(std::abs(model)) && gained <= search.noise());
      if (!found) t = shorter_step(t, std::min(model / t, -1e-300), value, value + gained);
    }
    const bool at_last = tau == term.tau();
    idle = !at_last || search.is_above_noise(-model) ? 0 : idle + 1;
    if (!found || idle > 3) return;
    ws.mirror = ws.trial_g;
    if (!search.cut(ws.trial, ws.trial_g)) return;
    ws.y.swap(ws.trial);
    ws.g.swap(ws.trial_g);
    value = next;
    if (t > 0.3) tau = std::max(term.tau(), 0.1 * tau);
  }
}

}  // namespace detail

/// Newton's method for entropic problems, f - tau H over its box or simplex: in the mirror coordinates nu the conditions of
/// optimality are nu + W g(y(nu)) / tau = 0, W the widths of the box, without constraints and with a residual that is affine
/// where f is. Where f is steep beside tau, the temperature is
/// lowered to tau step by step, as an interior-point method does with its barrier.
///
/// \p gradient_evaluations are spent on mirror_gradient() first. Converges quadratically, typically in three or four
/// evaluations; exact at once where f is affine. Cost of an iteration: value, gradient and Hessian, and n^3 / 3 operations.
/// Begins at result.y, which is in the set. Allocates nothing but what the oracle does.
template <CurvedOracle O>
void mirror_newton(O& oracle, const EntropyTerm& term, const Settings& settings, NewtonWorkspace& ws, Result& result,
                   Index gradient_evaluations = 0) {
  Search search(oracle, term, settings, ws.region, result);
  oracle.expect_hessian(false);
  if (gradient_evaluations > 0) detail::mirror_iterations(search, term, ws, gradient_evaluations);
  if (!search.ended()) detail::mirror_newton_iterations(search, term, ws);
  search.finish();
}

}  // namespace icnn::inline ICNN_ISA
