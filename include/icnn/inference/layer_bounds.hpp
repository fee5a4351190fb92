// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/elementwise.hpp"
#include "icnn/kernels/vectors.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

inline constexpr double smallest = std::numeric_limits<double>::min();

/// The slope of a tangent, moved into the range that the activation has.
[[nodiscard]] inline double admissible_slope(const SlopeRange& range, double slope) {
  return slope < range.least ? range.least : slope > range.most ? range.most : slope;
}

/// What the rounding bounds of one layer are made of: vectors of its width, and factors. No template, for all that is
/// computed with it.
class LayerBounds {
  double* numbers_;
  Index width_;
  [[nodiscard]] VectorView vector(Index k) noexcept { return {numbers_ + k * width_, width_}; }

 public:
  static constexpr int vectors = 9;

  /// On numbers that lie elsewhere, width x vectors.
  [[gnu::cold, gnu::noinline]] LayerBounds(double* numbers, Index width) : numbers_(numbers), width_(width) {}
  LayerBounds(const LayerBounds&) = delete;
  LayerBounds& operator=(const LayerBounds&) = delete;

  /// slope := the largest |g'| between middle - factor off and middle + factor off: that of a convex function is at an end.
  template <class A>
  void find_slopes(const A& activation, const double* middle, double factor, ConstVectorView off) {
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

  /// From W^z E of the layer below in \p all, its own E for all points of the region, where |s| + 2 e <= B and |z| <= Z + E:
  /// all := L e + ulps. False where e exceeds what B has for rounding, its last hundredth.
  [[nodiscard]] bool find_largest_error(double of_activation, VectorView all) const {
    bool within = true;
    for (Index j = 0; j < all.size(); ++j) {
      const double e = all(j) + of_sum * (sum(j) + 3 * all(j));
      within &= e <= 0.003 * sum(j);
      all(j) = slope(j) * e + 2.1 * of_activation * output(j);
    }
    return within;
  }

  VectorView outside = vector(0);                 ///< |W^y| |y| + |b| at most
  VectorView sum = vector(1);                     ///< B, at least |s|
  VectorView output = vector(2);                  ///< Z, at least |z|
  VectorView spread = vector(3);                  ///< in a narrow region: |W^y| |v - y| at most,
  VectorView turn = vector(4);                    ///< and what slopes that are slightly off count for
  VectorView error = vector(5);                   ///< E, of a value
  VectorView slope = vector(6);                   ///< L
  VectorView end = vector(7), other = vector(8);  ///< scratch
  Index first = 0;                                ///< the number of its first neuron
  double of_sum = 0;                              ///< what rounding does to one of its sums, relatively,
  double of_slope = 0;                            ///< and to the adjoints and to the slope of a cut
  double of_next = 0;                             ///< to the sums of the layer above
};

/// With the numbers, of a width that the layer's type may know.
template <int W>
struct LayerBoundsRoom {
  Matrix<double, W, LayerBounds::vectors> numbers;
};
template <class Layer>
struct LayerBoundsOf : private LayerBoundsRoom<Layer::Width>, LayerBounds {
  explicit LayerBoundsOf(const ScratchSize<Layer>& room)
      : LayerBoundsRoom<Layer::Width>{Matrix<double, Layer::Width, LayerBounds::vectors>(room.layer.width(),
                                                                                         Index{LayerBounds::vectors})},
        LayerBounds(this->numbers.data(), room.layer.width()) {}
};

}  // namespace detail

}  // namespace icnn::inline ICNN_ISA
