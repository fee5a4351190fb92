// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <vector>

#include <icnn/core/random.hpp>

#include "examples/support/plot.hpp"

namespace icnn::example {

/// Points in the plane, 2 x B, with labels 0 or 1, 1 x B.
struct LabelledPoints {
  Matrix<double> x, y;
};

/// Two interleaved half circles with normal noise of deviation 0.3.
LabelledPoints two_moons(Index count, Random& random);

/// Both classes as points for a plot.
std::vector<Curve> moon_curves(const LabelledPoints& points);

}  // namespace icnn::example
