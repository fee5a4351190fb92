// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/certificate.hpp"
#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/simple_term.hpp"

namespace icnn::inline ICNN_ISA::detail {

/// The lower bound of f + phi that slopes prove, from their minorant \p below around c with gradient g, rounding included;
/// m is f's modulus of strong convexity, h where the minimizer is known to be.
[[nodiscard]] inline double bound_of_minorant(const AffineMinorant& below, const SimpleTerm& term, ConstVectorView g,
                                              ConstVectorView c, double m, ConstVectorView h) {
  const double rest = term.lower_bound_of_linear(g, c, m, h);
  const double bound = below.value + rest - below.error - 8 * epsilon * (std::abs(below.value) + std::abs(rest));
  return bound > -infinity ? bound : -infinity;
}

/// The same from the slopes; writes g.
[[nodiscard]] inline double slope_bound(ConvexModel& model, const SimpleTerm& term, ConstVectorView slopes,
                                        ConstVectorView c, double m, ConstVectorView h, VectorView g) {
  return bound_of_minorant(model.minorant(slopes, c, h, g), term, g, c, m, h);
}

/// What slopes prove.
struct Proof {
  double lower_bound = -infinity;
  double error = 0;         ///< of rounding, which has been subtracted
  bool admissible = false;  ///< every slope is one that its activation has
};

/// The lower bound of f + phi over the set of \p term that slopes around the center \p c prove, rounding included. Where the
/// set is wide or unbounded f's strong convexity confines the minimizer: to a ball around the center on whose surface f
/// exceeds \p upper, an upper bound of f(y). Each attempt at that ball, one as a rule, costs another backward pass. Leaves
/// that region in \p h and the minorant's gradient in \p g.
[[nodiscard, gnu::cold]] inline Proof prove(ConvexModel& model, const SimpleTerm& term, ConstVectorView slopes,
                                            ConstVectorView c, ConstVectorView y, double upper, VectorView h, VectorView g) {
  const double m = model.strong_convexity();
  const auto take_extents = [&] {
    term.extents(h);
    vec::scale_to(1 + 8 * epsilon, h, h);
  };
  take_extents();
  AffineMinorant below = model.minorant(slopes, c, h, g);
  if (!(below.value > -infinity)) return {};
  if (m > 0 && is_wide(h) && term.is_indicator()) {
    const double lacking = std::max(0.0, upper - below.value), inside = 1.01 * vec::distance(c, y);
    const double first = 2 * (vec::norm(g) / m + std::sqrt(lacking / m) + inside) + 1e-6 * (1 + vec::norm(c));
    // On the surface m |v - c|^2 / 4 > upper - m(c) + error - (g'(v - c) + m |v - c|^2 / 4), and y is inside.
    const auto needed = [&](double radius) {
      take_extents();
      for (Index j = 0; j < h.size(); ++j) h(j) = std::min(h(j), std::abs(c(j)) + radius);
      below = model.minorant(slopes, c, h, g);
      const double fall = -term.lower_bound_of_linear(g, c, 0.5 * m, h);
      const double rest = 1.001 * (std::max(0.0, upper - below.value) + below.error) + fall;
      return std::max(inside, 2.01 * std::sqrt(std::max(0.0, rest) / m));
    };
    if (!(certain_radius(first, needed) < infinity)) {
      take_extents();
      below = model.minorant(slopes, c, h, g);
    }
  }
  return {bound_of_minorant(below, term, g, c, m, h), below.error, true};
}
/// The same for a certificate of the right sizes.
[[nodiscard, gnu::cold]] inline Proof prove(ConvexModel& model, const SimpleTerm& term, const Certificate& certificate,
                                            double upper, VectorView h, VectorView g) {
  return prove(model, term, certificate.slopes, certificate.center, certificate.y, upper, h, g);
}

}  // namespace icnn::inline ICNN_ISA::detail
