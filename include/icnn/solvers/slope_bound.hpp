// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

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

}  // namespace icnn::inline ICNN_ISA::detail
