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
  /// Throws Error unless the center is finite and the radius finite and >= 0.
  Ball(Vector<double> center, double radius) : center_(std::move(center)), radius_(radius) {
    detail::checked_dimension("Ball", center_.size());
    detail::require_finite("Ball", "center", center_);
    if (!(radius >= 0) || !std::isfinite(radius)) {
      fail({"Ball", "a finite radius >= 0", detail::text(radius), "the set would be empty or unbounded"});
    }
  }

  [[nodiscard]] Index dimension() const noexcept { return center_.size(); }
  [[nodiscard]] const Vector<double>& center() const noexcept { return center_; }
  [[nodiscard]] double radius() const noexcept { return radius_; }

  void project(PointRef y) const {
    const double distance = vec::distance(y, center_);
    if (!(distance > radius_)) return;
    for (Index j = 0; j < dimension(); ++j) y(j) = center_(j) + radius_ / distance * (y(j) - center_(j));
  }

  [[nodiscard]] double linear_minimum(ConstPointRef g) const { return vec::dot(g, center_) - radius_ * vec::norm(g); }
  void minimize_linear(ConstPointRef g, PointRef v) const {
    const double norm = vec::norm(g);
    vec::step_to(center_, norm > 0 ? -radius_ / norm : 0.0, g, v);
  }
  void extents(PointRef h) const {
    for (Index j = 0; j < dimension(); ++j) h(j) = std::abs(center_(j)) + radius_;
  }

  /// min g'(v - y) + m |v - y|^2 / 2 over v in the ball, m > 0: at the projection of y - g / m. \p y in the set.
  [[nodiscard]] double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const {
    double square = 0;
    for (Index j = 0; j < dimension(); ++j) {
      const double away = y(j) - g(j) / m - center_(j);
      square += away * away;
    }
    const double outside = std::max(0.0, std::sqrt(square) - radius_);
    return 0.5 * (m * outside * outside - vec::squared_norm(g) / m);
  }

  friend bool operator==(const Ball&, const Ball&) = default;

 private:
  Vector<double> center_;
  double radius_;
};

}  // namespace icnn::inline ICNN_ISA
