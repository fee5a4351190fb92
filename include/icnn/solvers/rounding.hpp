// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "icnn/kernels/vectors.hpp"

/// What rounding may do to sums, and bounds that account for it.
namespace icnn::inline ICNN_ISA::detail {

inline constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// A bound for the relative rounding error of a sum of `count` products, with room to spare.
[[nodiscard]] inline double rounding_of_sum(Index count) { return 4 * static_cast<double>(count + 8) * epsilon; }

/// |weight| (h + |y|), where 0 times infinity counts as 0.
[[nodiscard]] inline double reach(double weight, double y, double h) {
  return weight == 0 ? 0.0 : std::abs(weight) * (h + std::abs(y));
}

/// The sum of these over coordinates.
[[nodiscard]] inline double total_reach(ConstVectorView weights, ConstVectorView y, ConstVectorView h) {
  double sum = 0;
  for (Index j = 0; j < weights.size(); ++j) sum += reach(weights(j), y(j), h(j));
  return sum;
}

/// out := |c| + r, the largest |v_j| where |v_j - c_j| <= r_j; an empty c stands for 0.
inline void farthest_points(ConstVectorView r, ConstVectorView c, VectorView out) {
  for (Index j = 0; j < r.size(); ++j) out(j) = c.size() > 0 ? (std::abs(c(j)) + r(j)) * (1 + epsilon) : r(j);
}

/// At most min (g + c)'d + m |d|^2 / 2, d = v - y, over l <= v <= u, m > 0, where c is the sum of at most `terms` numbers of
/// the total magnitude `sizes`; both may be empty, for 0. Coordinates are free of each other, and near the minimum of f both
/// the steps d and their rounding are small, however wide the bounds and large the parts of c are.
[[nodiscard]] inline double curved_minimum_in_box(ConstVectorView l, ConstVectorView u, ConstVectorView g, ConstVectorView c,
                                                  ConstVectorView sizes, Index terms, ConstVectorView y, double m) {
  const double rounding = rounding_of_sum(2 * g.size() + terms);
  double sum = 0, size = 0, square = 0;
  for (Index j = 0; j < g.size(); ++j) {
    const double slope = g(j) + (c.size() > 0 ? c(j) : 0.0), parts = std::abs(g(j)) + (c.size() > 0 ? sizes(j) : 0.0);
    const double d = std::clamp(-slope / m, l(j) - y(j), u(j) - y(j)), part = d * (slope + 0.5 * m * d);
    sum += part;
    size += std::abs(d) * (parts + m * std::abs(d));
    square += (rounding * parts) * (rounding * parts);
  }
  return sum - rounding * size - square / m - std::numeric_limits<double>::min() * static_cast<double>(g.size());
}

}  // namespace icnn::inline ICNN_ISA::detail
