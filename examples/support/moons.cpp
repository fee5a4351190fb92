// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/moons.hpp"

#include <cmath>

namespace icnn::example {

LabelledPoints two_moons(Index count, Random& random) {
  LabelledPoints points{Matrix<double>(2, count), Matrix<double>(1, count)};
  for (Index c = 0; c < count; ++c) {
    const bool lower = c % 2 == 1;
    const double angle = random.uniform(0, 3.141592653589793);
    points.x(0, c) = (lower ? 1 - std::cos(angle) : std::cos(angle)) + 0.3 * random.normal();
    points.x(1, c) = (lower ? 0.5 - std::sin(angle) : std::sin(angle)) + 0.3 * random.normal();
    points.y(0, c) = lower ? 1 : 0;
  }
  return points;
}

std::vector<Curve> moon_curves(const LabelledPoints& points) {
  std::vector<Curve> curves{{"label 0", {}, {}, true}, {"label 1", {}, {}, true}};
  for (int label = 0; label < 2; ++label) {
    std::vector<double> x, y;
    for (Index c = 0; c < points.x.cols() && x.size() < 150; ++c) {
      if ((points.y(0, c) > 0.5) != (label == 1)) continue;
      x.push_back(points.x(0, c));
      y.push_back(points.x(1, c));
    }
    auto& curve = curves[static_cast<std::size_t>(label)];
    curve.x = Eigen::Map<Vector<double>>(x.data(), static_cast<Index>(x.size()));
    curve.y = Eigen::Map<Vector<double>>(y.data(), static_cast<Index>(y.size()));
  }
  return curves;
}

}  // namespace icnn::example
