// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "icnn/sets/concepts.hpp"

namespace icnn::inline ICNN_ISA {

/// { y : a'y <= b }, a != 0. Unbounded: a certificate needs a strongly convex function.
class HalfSpace {
 public:
  HalfSpace(Vector<double> normal, double offset) : normal_(std::move(normal)), offset_(offset) {
    detail::checked_dimension("HalfSpace", normal_.size());
    detail::require_finite("HalfSpace", "normal", normal_);
    detail::require_finite("HalfSpace", "offset", ConstVectorView(&offset, 1));
    const double size = vec::norm(normal_);
    if (!(size > 0)) fail({"HalfSpace", "a normal other than 0", "0", "the set would be everything, or empty"});
    for (Index j = 0; j < dimension(); ++j) normal_(j) /= size;
    offset_ /= size;
    if (!std::isfinite(offset_)) {
      fail({"HalfSpace", "an offset that is finite in units of the normal's length", detail::text(offset, " / ", size)});
    }
  }

  [[nodiscard]] Index dimension() const noexcept { return normal_.size(); }
  [[nodiscard]] const Vector<double>& normal() const noexcept { return normal_; }  ///< of length 1
  [[nodiscard]] double offset() const noexcept { return offset_; }                 ///< scaled likewise

  void project(PointRef y) const {
    for (int pass = 0; pass < 2; ++pass) {  // the second one repairs what rounding leaves of far-away points
      const double beyond = vec::dot(normal_, y) - offset_;
      if (beyond > 0) vec::add_scaled(-beyond, normal_, y);
    }
  }

  /// A lower bound of min g'(v - y) + m |v - y|^2 / 2 over the set, m > 0: the dual function at the best multiplier mu >= 0,
  /// and by weak duality a bound at any.
  [[nodiscard]] double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const {
    const double along = vec::dot(normal_, g), beyond = vec::dot(normal_, y) - offset_;
    const double mu = std::max(0.0, m * beyond - along);
    double square = 0;
    for (Index j = 0; j < dimension(); ++j) square += (g(j) + mu * normal_(j)) * (g(j) + mu * normal_(j));
    return -square / (2 * m) + mu * beyond;
  }

  friend bool operator==(const HalfSpace&, const HalfSpace&) = default;

 private:
  Vector<double> normal_;
  double offset_;
};

}  // namespace icnn::inline ICNN_ISA
