// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/activations/properties.hpp"

namespace icnn::inline ICNN_ISA {

/// An activation whose kink is rounded off, over a width h that lies elsewhere and may change from call to call: for
///
///     g(t) = a t + (b - a) max(u, 0) + c,  u = t - k,   it is   a t + (b - a) (u + sqrt(u^2 + 4 h^2)) / 2 + c,
///
/// with slopes between a and b, and above g by (b - a) h at most (the smoothing of Chen, Harker, Kanzow and Smale). Its
/// curvature falls with the third power of the distance from the kink, not like that of a softplus, so that Newton's method
/// sees a kink from afar. An activation without one stays what it is.
template <Activation A>
class Softened {
 public:
  static constexpr bool convex = is_convex<A>();
  static constexpr bool non_decreasing = is_non_decreasing<A>();

  Softened() = default;
  Softened(const A& activation, const double* width) : activation_(activation), width_(width) {}

  [[nodiscard]] Regularity regularity() const {
    const Regularity own = regularity_of(activation_);
    return own.derivatives > 0 ? own : Regularity{false, 2};
  }

  [[nodiscard]] SlopeRange slope_range() const { return slope_range_of(activation_); }

  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    if constexpr (HasPieces<A>) {
      const LinearPieces pieces = activation_.pieces();
      if (pieces.count == 2) {
        using std::sqrt;
        const S h = static_cast<S>(*width_), low = static_cast<S>(pieces.piece[0].slope),
                rise = static_cast<S>(pieces.piece[1].slope) - low, u = t - static_cast<S>(pieces.piece[0].end);
        const S root = sqrt(u * u + S(4) * h * h);
        const S ramp = u < S(0) ? S(2) * h * h / (root - u) : (root + u) / S(2);
        const S slope = ramp / root;
        return {low * t + rise * ramp + static_cast<S>(pieces.piece[0].offset), low + rise * slope,
                rise * S(2) * (h / root) * (h / root) / root};
      }
    }
    return activation_.jet(t);
  }

  friend bool operator==(const Softened&, const Softened&) = default;

 private:
  A activation_{};
  const double* width_ = nullptr;
};

}  // namespace icnn::inline ICNN_ISA
