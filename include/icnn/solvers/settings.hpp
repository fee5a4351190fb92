// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "icnn/core/error.hpp"
#include "icnn/core/observer.hpp"
#include "icnn/core/types.hpp"
#include "icnn/kernels/vectors.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// Of evaluations.
inline constexpr Index no_limit = std::numeric_limits<Index>::max();

}  // namespace detail

/// The methods that can be asked for by name.
enum class Method {
  automatic,           ///< what suits function, set and size: see choose_method()
  projected_gradient,  ///< any set that can be projected onto
  mirror_gradient,     ///< f - tau H on its box or simplex
  folding,             ///< kinked functions of neurons with two linear pieces: networks of ReLU, leaky ReLU, |t|
  bundle,              ///< any convex function, kinked ones above all; with an entropy in its mirror coordinates
  level,               ///< the same by levels: more master programs, fewer settings
  cutting_plane,       ///< the same by cuts alone (Kelley): for comparison, and for very few variables
  newton,              ///< smooth networks: boxes, simplices, products of these, polyhedra; with an entropy likewise
  truncated_newton,    ///< the same without forming Hessians, for many variables; no polyhedra, no entropy
};

/// What a method needs that is asked for by name.
struct MethodNeeds {
  enum class Sets {
    any,        ///< that can be projected onto
    polyhedra,  ///< and simple ones
    simple,     ///< boxes, simplices, the whole space, and products of these
  };
  enum class Entropy { none, any, needed };

  std::string_view name = "unknown";
  Sets sets = Sets::any;
  Entropy entropy = Entropy::none;
  bool curved = false;  ///< functions that are smooth, and not affine
};

/// One row for each method.
[[nodiscard]] constexpr MethodNeeds needs_of(Method method) noexcept {
  using Sets = MethodNeeds::Sets;
  using Entropy = MethodNeeds::Entropy;
  switch (method) {
    case Method::automatic: return {"Method::automatic", Sets::any, Entropy::any};
    case Method::projected_gradient: return {"Method::projected_gradient"};
    case Method::mirror_gradient: return {"Method::mirror_gradient", Sets::any, Entropy::needed};
    case Method::folding: return {"Method::folding", Sets::polyhedra, Entropy::any};
    case Method::bundle: return {"Method::bundle", Sets::polyhedra, Entropy::any};
    case Method::level: return {"Method::level"};
    case Method::cutting_plane: return {"Method::cutting_plane"};
    case Method::newton: return {"Method::newton", Sets::polyhedra, Entropy::any, true};
    case Method::truncated_newton: return {"Method::truncated_newton", Sets::simple, Entropy::none, true};
  }
  return {};
}

[[nodiscard]] constexpr std::string_view to_string(Method method) noexcept { return needs_of(method).name; }

/// What an observer of a minimization sees, once an iteration.
struct ArgminProgress {
  Index iterations;
  Index evaluations;
  double seconds;
  double value;        ///< the best so far
  double lower_bound;  ///< the best so far
};

/// Settings of the line search that both gradient methods use; see projected_gradient().
struct LineSearch {
  static constexpr Index longest_memory = 64;
  Index memory = 10;       ///< 1..64: a step has to improve on the worst of so many latest values (1: on the last one)
  double decrease = 1e-4;  ///< in (0, 1/2): f(y + t d) <= worst + decrease t g'd
  Index restarts = 2;      ///< 0..100: how often to begin anew where no step succeeds
};

/// How argmin works, and when it stops. Aggregate: argmin(f, set, {.relative_gap = 1e-4}).
struct Settings {
  double relative_gap = 1e-6;    ///< optimal when gap <= max(absolute_gap, relative_gap max(1, |value|))
  double absolute_gap = 0;       ///< >= 0, as is relative_gap; not both 0
  Index max_evaluations = 1000;  ///< >= 0
  double time_limit = infinity;  ///< seconds, >= 0; kept to within one evaluation
  Method method = Method::automatic;
  Vector<double> start = {};    ///< where to begin, projected onto the set; empty: the set's center
  bool certificate = false;     ///< networks: leave a Certificate in the result, for verify()
  bool multipliers = false;     ///< leave the multipliers of the constraints in the result: see find_multipliers()
  bool warm_start = false;      ///< begin at the y of the result that is passed in, where it has one
  double oracle_error = 0;      ///< >= 0; black boxes: f(v) >= value + g'(v - y) - oracle_error, |value - f| <= it
  double strong_convexity = 0;  ///< >= 0; black boxes: a modulus m for which f - m |y|^2 / 2 is known to be convex
  LineSearch line_search = {};
  Observer<ArgminProgress> observer = {};  ///< false: stop

  /// The gap of a value that counts as optimal.
  [[nodiscard]] double tolerance(double value) const {
    return std::max(absolute_gap, relative_gap * std::max(1.0, std::abs(value)));
  }

  /// Throws Error where a number is out of its range.
  [[gnu::cold]] void validate() const {
    const auto require = [](bool good, const char* expected, double got) {
      if (!good) fail({"Settings", expected, detail::text(got)});
    };
    require(relative_gap >= 0 && std::isfinite(relative_gap), "a finite relative_gap >= 0", relative_gap);
    require(absolute_gap >= 0 && std::isfinite(absolute_gap), "a finite absolute_gap >= 0", absolute_gap);
    require(relative_gap > 0 || absolute_gap > 0, "relative_gap or absolute_gap above 0 (no gap is ever exactly 0)", 0);
    require(max_evaluations >= 0, "max_evaluations >= 0", static_cast<double>(max_evaluations));
    require(time_limit >= 0, "time_limit >= 0", time_limit);
    require(oracle_error >= 0 && std::isfinite(oracle_error), "a finite oracle_error >= 0", oracle_error);
    require(strong_convexity >= 0 && std::isfinite(strong_convexity), "a finite strong_convexity >= 0", strong_convexity);
    require(line_search.memory >= 1 && line_search.memory <= LineSearch::longest_memory, "line_search.memory in 1..64",
            static_cast<double>(line_search.memory));
    require(line_search.decrease > 0 && line_search.decrease < 0.5, "0 < line_search.decrease < 0.5", line_search.decrease);
    require(line_search.restarts >= 0 && line_search.restarts <= 100, "line_search.restarts in 0..100",
            static_cast<double>(line_search.restarts));
    if (!vec::all_finite(start)) fail({"Settings", "a finite start", "NaN or infinity"});
  }
};

}  // namespace icnn::inline ICNN_ISA
