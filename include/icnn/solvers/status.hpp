// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string_view>

#include "icnn/core/isa.hpp"

namespace icnn::inline ICNN_ISA {

/// How a minimization ended. Whatever it says, the best point so far and its certificate are in the result.
enum class Status {
  not_run,           ///< nothing has been done yet
  optimal,           ///< gap <= max(absolute_gap, relative_gap max(1, |value|))
  budget_reached,    ///< evaluations = max_evaluations
  deadline_reached,  ///< seconds >= time_limit
  stopped,           ///< the observer said so
  numerical_limit,   ///< the gap would meet the criterion but for its rounding terms, and no step improves on it
  uncertified,       ///< no step improves value or bound: a kink where the method is one for smooth functions, or an
                     ///< unbounded set beside a function that is not known to be strongly convex
  unbounded,         ///< the function fell below every bound that its start suggests, on an unbounded set
  infeasible,        ///< the set is empty
  not_convex,        ///< a lower bound came out above a value: what was given is not convex, or its gradient is wrong
  non_finite,        ///< the function returned NaN or an infinity
};

/// The same where Status is a macro, as in X11.
using ArgminStatus = Status;

[[nodiscard]] constexpr std::string_view to_string(Status status) noexcept {
  switch (status) {
    case Status::not_run: return "not run";
    case Status::optimal: return "optimal";
    case Status::budget_reached: return "budget reached";
    case Status::deadline_reached: return "deadline reached";
    case Status::stopped: return "stopped";
    case Status::numerical_limit: return "numerical limit";
    case Status::uncertified: return "uncertified";
    case Status::unbounded: return "unbounded";
    case Status::infeasible: return "infeasible";
    case Status::not_convex: return "not convex";
    case Status::non_finite: return "non-finite";
  }
  return "unknown";
}

}  // namespace icnn::inline ICNN_ISA
