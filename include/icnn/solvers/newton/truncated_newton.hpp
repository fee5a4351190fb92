// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/quadratic/polytope.hpp"
#include "icnn/solvers/gradient/projected_gradient.hpp"

namespace icnn::inline ICNN_ISA {

/// An oracle that also multiplies with its Hessian: hessian_product(w, out) after gradient(), at the same point.
template <class O>
concept ProductOracle = Oracle<O> && requires(O& oracle, const Vector<double>& w, Vector<double>& out) {
  oracle.hessian_product(w, out);
};

/// Scratch of truncated_newton() in n dimensions: some 20 n numbers.
struct TruncatedWorkspace : GradientWorkspace {
  explicit TruncatedWorkspace(Index n)
      : GradientWorkspace(n), residual(n), conjugate(n), product(n), multipliers(n), free(n), set(n) {}

  Vector<double> residual, conjugate, product;  ///< of conjugate gradients
  Vector<double> multipliers;                   ///< of the sums
  Vector<int> free;                             ///< 1, or 0 where a bound is active
  Polytope set;
};

namespace detail {

/// Which coordinates are free: all but those at a bound against which the gradient pushes, less its mean where it is
/// positive on a simplex.
template <class Ws>
void find_face(Ws& ws) {
  const Polytope& set = ws.set;
  const auto near = [&](Index j, double bound) { return std::abs(ws.y(j) - bound) <= 1e-14 * (1 + std::abs(bound)); };
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
template <class Ws>
void onto_face(const Ws& ws, Vector<double>& d) {
  d.array() *= ws.free.template cast<double>().array();
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
/// solution. False where the face leaves nothing to do.
template <class O>
[[nodiscard]] bool conjugate_gradients(O& oracle, TruncatedWorkspace& ws) {
  ws.residual = -ws.g;
  onto_face(ws, ws.residual);
  ws.direction.setZero();
  ws.conjugate = ws.residual;
  double square = ws.residual.squaredNorm();
  const double first = std::sqrt(square), wanted = first * std::min(0.1, std::sqrt(first / (1 + ws.g.norm())));
  if (!(first > 0)) return false;
  const Index most = std::min<Index>(3 * ws.y.size() + 10, 200);  // rounding may take more than n
  for (Index k = 0; k < most && std::sqrt(square) > wanted; ++k) {
    oracle.hessian_product(ws.conjugate, ws.product);
    onto_face(ws, ws.product);
    const double curvature = ws.conjugate.dot(ws.product);
    if (!(curvature > 1e-14 * ws.conjugate.squaredNorm() * ws.product.norm() / ws.conjugate.norm())) break;  // flat
    const double step = square / curvature, before = square;
    ws.direction += step * ws.conjugate;
    ws.residual -= step * ws.product;
    square = ws.residual.squaredNorm();
    ws.conjugate = ws.residual + (square / before) * ws.conjugate;
  }
  return ws.direction.allFinite() && ws.direction.squaredNorm() > 0;
}

/// The iterations of truncated_newton(), from the best point so far.
template <class Search, ProjectableSet Set>
void truncated_iterations(Search& search, const Set& set, TruncatedWorkspace& ws) {
  constexpr int few = 6;           // halvings and steps within rounding, before the face is left to gradient steps
  constexpr Index gradients = 10;  // evaluations of these; twice as many whenever they did not help
  const double decrease = search.settings().line_search.decrease;
  const Result& result = search.result();
  auto& oracle = search.oracle();
  oracle.expect_hessian(true);
  ws.set.assign(set);
  double value = 0;
  const auto begin = [&] {
    ws.y = result.y;
    return search.evaluate(ws.y, value) && search.cut(ws.y, ws.g);
  };
  if (!begin()) return;
  int idle = 0;
  Index patience = gradients;
  while (search.iterate()) {
    find_face(ws);
    bool found = false;
    double next = 0, slope = 0, t = 1;
    if (conjugate_gradients(oracle, ws)) {
      for (int reduction = 0; reduction < few && !found; ++reduction, t /= 2) {
        ws.trial = ws.y + t * ws.direction;
        project(set, ws.trial, ws.mirror);
        slope = ws.g.dot(ws.trial - ws.y);
        // Near the minimum the slope is rounding, of either sign, where the step still halves the gap: a few of these.
        const bool lost = idle < few && slope <= search.noise() && (ws.trial - ws.y).squaredNorm() > 0;
        if (!(slope < 0) && !lost) continue;
        if (!search.evaluate(ws.trial, next)) return;
        const double enough = value + decrease * slope;
        found = next <= enough || (!search.is_above_noise(-slope) && next <= enough + search.noise());
      }
    }
    if (!found) {  // the face has to change first
      const double before = result.value;
      gradient_iterations(search, set, ws, result.evaluations + patience);
      if (search.ended() || !begin()) return;
      slope = result.value - before;
      patience *= 2;
    }
    idle = search.is_above_noise(-slope) ? 0 : idle + 1;
    if (idle > 10) return;  // nothing but rounding is left
    if (!found) continue;
    patience = gradients;
    if (!search.cut(ws.trial, ws.trial_g)) return;
    ws.y.swap(ws.trial);
    ws.g.swap(ws.trial_g);
    value = next;
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
/// oracle does and, for a set with more sums than any before, room for these.
template <ProductOracle O, ProjectableSet Set>
void truncated_newton(O& oracle, const Set& set, const Settings& settings, TruncatedWorkspace& ws, Result& result,
                      Index gradient_evaluations = 0) {
  const SetTerm<Set> term(set);
  Search search(oracle, term, settings, ws.region, result);
  oracle.expect_hessian(false);
  if (gradient_evaluations > 0) detail::gradient_iterations(search, set, ws, gradient_evaluations);
  if (!search.ended()) detail::truncated_iterations(search, set, ws);
  search.finish();
}

}  // namespace icnn::inline ICNN_ISA
