// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <ostream>
#include <utility>

#include "icnn/core/types.hpp"
#include "icnn/solvers/certificate.hpp"
#include "icnn/solvers/constraint_values.hpp"
#include "icnn/solvers/status.hpp"

namespace icnn::inline ICNN_ISA {

/// The numbers of a Result, whatever its point y is stored in.
struct [[nodiscard]] ArgminOutcome {
  double value = infinity;         ///< f(y), as computed
  double value_error = 0;          ///< |value - f(y)| <= value_error; covers what a polyhedron's y breaks by rounding
  double lower_bound = -infinity;  ///< <= f(v) for every v in the set; rounding is accounted for
  Index evaluations = 0;           ///< of f, with or without its gradient
  Index iterations = 0;
  double seconds = 0;
  Status status = Status::not_run;

  /// How far value can be from the minimum: value + value_error - lower_bound.
  [[nodiscard]] double gap() const noexcept {
    const double open = value + value_error - lower_bound;
    return std::isnan(open) ? infinity : std::max(0.0, open);
  }

  /// The gap as the relative criterion sees it.
  [[nodiscard]] double relative_gap() const noexcept {
    return std::isfinite(value) ? gap() / std::max(1.0, std::abs(value)) : infinity;
  }

  friend std::ostream& operator<<(std::ostream& out, const ArgminOutcome& r) {
    return out << to_string(r.status) << ": value " << r.value << ", lower bound " << r.lower_bound << ", gap " << r.gap()
               << ", " << r.evaluations << " evaluations, " << r.iterations << " iterations, " << r.seconds * 1e6 << " us";
  }
};

/// A point and the proof of how good it is: min f over the set lies in [lower_bound, value + value_error], whatever the
/// status. All in double precision, about the function as its parameters are stored.
struct [[nodiscard]] Result : ArgminOutcome {
  Vector<double> y{};                 ///< the best point found; in the set, up to the rounding of its projection
  Certificate certificate = {};       ///< on request, see Settings::certificate
  ConstraintValues multipliers = {};  ///< on request, see Settings::multipliers
  Minorant minorant = {};             ///< which they are made of
};

namespace detail {

/// As new, but for a place to begin.
inline void forget_all_but_y(Result& result) {
  Result fresh;
  fresh.y.swap(result.y);
  result = std::move(fresh);
}

}  // namespace detail

}  // namespace icnn::inline ICNN_ISA
