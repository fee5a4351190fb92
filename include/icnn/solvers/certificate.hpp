// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// A proof that min f over a set lies in [lower_bound, value + rounding], for a network f (or what combinators made of
/// networks), that anyone can check: verify() needs one forward pass, one backward pass and no solver.
///
/// The upper end is the point y. The lower end is a slope for every neuron, a tangent of its activation: because W^z >= 0,
/// tangents in place of activations make an affine function below f, whose minimum over the set is known (Amos, Xu and
/// Kolter, ICML 2017, equation 2 with g(s) >= t s - g*(t)). Quadratics beside the layers are kept at \p center.
struct Certificate {
  Vector<double> y;                ///< n
  double value = infinity;         ///< f(y), as computed
  double lower_bound = -infinity;  ///< no more than the slopes prove, rounding included
  Vector<double> slopes;           ///< t, layer after layer, network after network; empty: there is no proof
  Vector<double> center;           ///< n
  Vector<double> multipliers;      ///< of a polyhedron's rows (>= 0) and equalities; empty for other sets

  [[nodiscard]] bool empty() const noexcept { return slopes.size() == 0; }
};

}  // namespace icnn::inline ICNN_ISA
