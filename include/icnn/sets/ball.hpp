// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <utility>

#include "icnn/sets/concepts.hpp"

namespace icnn::inline ICNN_ISA {

/// { y : |y - c| <= R } in the Euclidean norm, R >= 0.
class Ball {
 public:
  /// Throws Error unless the centre is finite and the radius finite and >= 0.
  Ball(Vector<double> centre, double radius) : centre_(std::move(centre)), radius_(radius) {
    detail::checked_dimension("Ball", centre_.size());
    detail::require_finite("Ball", "centre", centre_);
    if (!(radius >= 0) || !std::isfinite(radius)) {
      fail({"Ball", "a finite radius >= 0", detail::text(radius), "the set would be empty or unbounded"});
    }
  }

  [[nodiscard]] Index dimension() const noexcept { return centre_.size(); }
  [[nodiscard]] const Vector<double>& centre() const noexcept { return centre_; }
  [[nodiscard]] double radius() const noexcept { return radius_; }

  void project(PointRef y) const {
    const double distance = (y - centre_).stableNorm();
    if (distance > radius_) y = centre_ + (radius_ / distance) * (y - centre_);
  }

  [[nodiscard]] double linear_minimum(ConstPointRef g) const { return g.dot(centre_) - radius_ * g.stableNorm(); }
  void minimise_linear(ConstPointRef g, PointRef v) const {
    const double norm = g.stableNorm();
    v = centre_;
    if (norm > 0) v -= (radius_ / norm) * g;
  }
  void extents(PointRef h) const { h = centre_.cwiseAbs().array() + radius_; }

  friend bool operator==(const Ball&, const Ball&) = default;

 private:
  Vector<double> centre_;
  double radius_;
};

}  // namespace icnn::inline ICNN_ISA
