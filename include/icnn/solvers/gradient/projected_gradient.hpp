// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "icnn/solvers/gradient/line_search.hpp"
#include "icnn/solvers/search.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of projected_gradient() and mirror_gradient() in n dimensions, and of Newton's method; N is n, or Dynamic.
template <int N>
struct BasicGradientWorkspace {
  explicit BasicGradientWorkspace(Index n) : y(n), g(n), trial(n), trial_g(n), direction(n), mirror(n), region(n) {}

  Vector<double, N> y, g;            ///< the iterate and its gradient
  Vector<double, N> trial, trial_g;  ///< the next one
  Vector<double, N> direction;       ///< of the line search
  Vector<double, N> mirror;          ///< mirror coordinates, or scratch of a projection
  Vector<double, N> region;          ///< |v_j| <= region_j wherever cuts have to hold
  LatestValues latest;
};

using GradientWorkspace = BasicGradientWorkspace<Dynamic>;

namespace detail {

/// Whether the oracle has f along a line at a lower price; if so, along(t) is f(y + t d).
template <class O>
[[nodiscard]] bool prepare_line(O& oracle, const Vector<double>& y, const Vector<double>& d) {
  if constexpr (requires { oracle.line(y, d); }) {
    return oracle.line(y, d);
  } else {
    return false;
  }
}
template <class O>
[[nodiscard]] double along(O& oracle, double t) {
  if constexpr (requires { oracle.along(t); }) {
    return oracle.along(t);
  } else {
    return infinity;
  }
}

/// One line search of projected_gradient(): from the trial point y + direction, which was found wanting, back towards y.
/// On success ws.trial and value hold the accepted point. False when none was found, or the search has ended.
template <class Search>
[[nodiscard]] bool search_line(Search& search, const LineSearch& settings, GradientWorkspace& ws, double at_y, double slope,
                               double& value) {
  auto& oracle = search.oracle();
  const bool cheap = prepare_line(oracle, ws.y, ws.direction);
  double t = 1;
  for (int reduction = 0; reduction < most_reductions; ++reduction) {
    t = shorter_step(t, slope, at_y, value);
    if (cheap) {
      if (!search.may_evaluate()) return false;
      value = along(oracle, t);
    } else {
      ws.trial = ws.y + t * ws.direction;
      if (!search.evaluate(ws.trial, value)) return false;
    }
    if (!(value <= ws.latest.worst() + settings.decrease * t * slope)) continue;
    if (cheap) {  // the gradient has to be pulled back from a full evaluation
      ws.trial = ws.y + t * ws.direction;
      return search.evaluate(ws.trial, value);
    }
    return true;
  }
  return false;
}

}  // namespace detail

namespace detail {

/// The iterations of projected_gradient(), until they are done or so many evaluations have been made.
template <class Search, ProjectableSet Set>
void gradient_iterations(Search& search, const Set& set, GradientWorkspace& ws, Index most_evaluations) {
  const LineSearch& line_search = search.settings().line_search;
  Result& result = search.result();
  const auto step = [&](double alpha) {  // trial := P(y - alpha g), direction := trial - y; its slope
    ws.trial = ws.y - alpha * ws.g;
    project(set, ws.trial, ws.mirror);
    ws.direction = ws.trial - ws.y;
    return ws.g.dot(ws.direction);
  };
  // The first step moves by one unit of the projected gradient, as far as the set lets it.
  const auto longest = [](const Vector<double>& y, const Vector<double>& g) {  // what no step needs to exceed
    return std::min(1e6 * (1 + y.cwiseAbs().maxCoeff()) / std::max(g.cwiseAbs().maxCoeff(), 1e-300), 1e30);
  };
  const auto first_step = [&] {
    const double most = longest(ws.y, ws.g);
    step(std::min(1.0, most));
    const double size = ws.direction.cwiseAbs().maxCoeff();
    return size > 0 ? std::min(std::clamp(1 / size, 1e-10, 1e10), most) : std::min(1.0, most);
  };

  ws.y = result.y;
  double value = 0;
  if (!search.evaluate(ws.y, value) || !search.cut(ws.y, ws.g)) return;
  ws.latest.restart(line_search.memory, value);
  double alpha = first_step();
  Index restarts = 0;
  int idle = 0;
  while (search.iterate() && result.evaluations < most_evaluations) {
    const double slope = step(alpha);
    double next = 0;
    bool found = false;
    if (slope < 0) {
      if (!search.evaluate(ws.trial, next)) return;
      // Below the noise of f a full step is as good as the gradient that it came from.
      const double enough = ws.latest.worst() + line_search.decrease * slope;
      found = next <= enough || (!search.is_above_noise(-slope) && next <= enough + search.noise()) ||
              search_line(search, line_search, ws, value, slope, next);
      if (search.ended()) return;
    }
    idle = search.is_above_noise(-slope) ? 0 : idle + 1;
    if (!found || idle > 30) {
      if (restarts++ >= line_search.restarts) return;
      if (value > result.value) {  // back to the best point
        ws.y = result.y;
        if (!search.evaluate(ws.y, value) || !search.cut(ws.y, ws.g)) return;
      }
      ws.latest.restart(line_search.memory, value);
      alpha = first_step() * std::pow(0.01, static_cast<double>(restarts));
      idle = 0;
      continue;
    }
    if (!search.cut(ws.trial, ws.trial_g)) return;
    // Barzilai and Borwein: s's / s'r with s = y+ - y, r = g+ - g. Where f looks affine, ever longer.
    const double ss = (ws.trial - ws.y).squaredNorm();
    const double sr = (ws.trial - ws.y).dot(ws.trial_g - ws.g);
    alpha = std::min(std::max(sr > 0 ? ss / sr : 100 * alpha, 1e-30), longest(ws.trial, ws.trial_g));
    ws.y.swap(ws.trial);
    ws.g.swap(ws.trial_g);
    value = next;
    ws.latest.add(value);
  }
}

inline constexpr Index no_limit = std::numeric_limits<Index>::max();

}  // namespace detail

/// Spectral projected gradient (Birgin, Martinez and Raydan, SIAM Journal on Optimization 10, 2000) for f over any set that
/// can be projected onto: steps of Barzilai and Borwein's length, a line search between the point and its projected step
/// that need not decrease f every time, and a lower bound from every gradient.
///
/// Linear convergence where f is smooth and strongly convex near its minimizer; at a kink it stops, honestly, as
/// `uncertified`. Cost of an iteration: one value and gradient, one projection, and now and then a few values on a line.
/// Begins at result.y, which is in the set. Allocates nothing but what the oracle does.
template <Oracle O, ProjectableSet Set>
void projected_gradient(O& oracle, const Set& set, const Settings& settings, GradientWorkspace& ws, Result& result) {
  const SetTerm<Set> term(set);
  Search search(oracle, term, settings, ws.region, result);
  detail::gradient_iterations(search, set, ws, detail::no_limit);
  search.finish();
}

}  // namespace icnn::inline ICNN_ISA
