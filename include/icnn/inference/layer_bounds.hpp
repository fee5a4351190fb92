// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/elementwise.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

inline constexpr double smallest = std::numeric_limits<double>::min();

/// The slope of a tangent, moved into the range that the activation has.
[[nodiscard]] inline double admissible_slope(const SlopeRange& range, double slope) {
  return slope < range.least ? range.least : slope > range.most ? range.most : slope;
}

/// What the rounding bounds of one layer are made of: vectors of its width, and factors.
struct LayerBounds {
  [[gnu::cold]] explicit LayerBounds(Index width)
      : outside(width),
        sum(width),
        output(width),
        spread(width),
        turn(width),
        error(width),
        slope(width),
        end(width),
        other(width) {}

  /// slope := the largest |g'| between middle - factor off and middle + factor off: that of a convex function is at an end.
  template <class A>
  void find_slopes(const A& activation, const double* middle, double factor, const Vector<double>& off) {
    const auto at = [&](double side, double* out) {
      for (Index j = 0; j < end.size(); ++j) end(j) = (middle ? middle[j] : 0.0) + side * factor * off(j);
      kernels::apply(activation, kernels::Order::first, end.size(), end.data(), out, static_cast<double*>(nullptr));
    };
    at(1, slope.data());
    if (never_decreases(activation)) return;
    at(-1, other.data());
    for (Index j = 0; j < slope.size(); ++j) slope(j) = std::max(std::abs(slope(j)), std::abs(other(j)));
  }

  /// From D in `end`, by how much pre-activations change: error := L D for the layer above, turn := B + L D.
  void find_turn() {
    for (Index j = 0; j < turn.size(); ++j) {
      error(j) = 1.01 * slope(j) * end(j);
      turn(j) = sum(j) + error(j);
    }
  }

  Vector<double> outside;     ///< |W^y| |y| + |b| at most
  Vector<double> sum;         ///< B, at least |s|
  Vector<double> output;      ///< Z, at least |z|
  Vector<double> spread;      ///< in a narrow region: |W^y| |v - y| at most,
  Vector<double> turn;        ///< and what slopes that are slightly off count for
  Vector<double> error;       ///< E, of a value
  Vector<double> slope;       ///< L
  Vector<double> end, other;  ///< scratch
  double of_sum = 0;          ///< what rounding does to one of its sums, relatively,
  double of_slope = 0;        ///< and to the adjoints and to the slope of a cut
  double of_next = 0;         ///< to the sums of the layer above
};

}  // namespace detail

}  // namespace icnn::inline ICNN_ISA
