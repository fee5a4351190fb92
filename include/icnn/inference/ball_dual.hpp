// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/inference/minimize.hpp"
#include "icnn/sets/ball.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of minimize_by_duality().
struct BallDualTuning {
  int steps = 25;                   ///< multipliers tried at most
  double share_of_gap = 0.01;       ///< of the gap asked for, for each of their problems,
  double share_of_open_gap = 1e-5;  ///< or of the one that is still open
  double finer = 1e-2;              ///< or this times as much where that was not enough,
  double finest = 1e-5;             ///< down to this
  double on_sphere = 0.99;          ///< a point beyond this share of the radius counts as on the sphere at first
  double closest = 0.05;            ///< steps keep this far, relatively, from the ends of where the multiplier is,
  int halve_at = 4;                 ///< every fourth halves that range
  double widest = 10;               ///< and go no farther than this many times
};

namespace detail {

/// Minimizes f over a ball by problems over the box around it. Whatever lambda >= 0,
///
///     min f  over |v - c| <= R   >=   min f(v) + lambda (|v - c|^2 - R^2) / 2  over the box,
///
/// and for the right one, where |v - c| = R (or lambda = 0 and v is inside), both are equal. These problems are strongly
/// convex, and boxes have better methods than balls. |v - c| falls with lambda, its inverse almost as a line: secants on
/// that, between a multiplier known to be too small and one known to be too large.
///
/// Starts from result.y and the multiplier there.
void minimize_by_duality(ConvexModel& model, const Ball& ball, const Stopwatch& clock, Method method,
                         const Settings& settings, MethodWorkspace& ws, Result& result);

/// minimize() over a ball: what is not solved there is by problems over boxes. For functions that are convex outside, too.
void minimize_on_ball(ConvexModel& model, Region& region, const Ball& ball, const Plan& plan, const Settings& settings,
                      MethodWorkspace& ws, Result& result);

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA

#if !defined(ICNN_COMPILED)
#include "icnn/inference/ball_dual_impl.hpp"
#endif
