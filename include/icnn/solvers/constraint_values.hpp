// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// A number for each constraint: their multipliers, or a derivative in their right-hand sides. With multipliers,
///
///     grad f - lower + upper + A'rows + E'equalities + sum_i balls_i (y - c_i) / |y - c_i| = 0,
///
/// all but those of equalities >= 0, and > 0 only where y attains the constraint. They are what the minimum gains for each
/// unit by which a constraint gives way. At a kink grad f is one of its subgradients.
struct ConstraintValues {
  Vector<double> lower{}, upper{}, rows{}, equalities{}, balls{};
};

/// What proves a lower bound of f: f(v) >= slope'v + curvature |v|^2 / 2 + a constant, with the multipliers of a
/// polyhedron's rows and equalities.
struct Minorant {
  Vector<double> slope{};
  double curvature = 0;
  Vector<double> multipliers{};
};

}  // namespace icnn::inline ICNN_ISA
