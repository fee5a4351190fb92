// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "icnn/kernels/vectors.hpp"
#include "icnn/solvers/region.hpp"
#include "icnn/solvers/rounding.hpp"

namespace icnn::inline ICNN_ISA {

/// Solvers minimize f + phi, where phi is simple: its minimum beside a linear function is known in closed form, which turns
/// every gradient of f into a lower bound. phi is the indicator of a set, or that of a box or simplex less its entropy (see
/// EntropyTerm).
class SimpleTerm {
 public:
  explicit SimpleTerm(Stopwatch clock = {}) noexcept : clock_(clock) {}
  virtual ~SimpleTerm() = default;
  /// Since when the problem is being worked on.
  [[nodiscard]] const Stopwatch& clock() const noexcept { return clock_; }
  /// Whether phi is 0 wherever it is finite.
  [[nodiscard]] virtual bool is_indicator() const { return false; }
  [[nodiscard]] virtual double value(ConstVectorView) const { return 0; }
  /// How far rounding may move the value.
  [[nodiscard]] virtual double value_error(ConstVectorView) const { return 0; }
  /// See Region.
  [[nodiscard]] virtual double violation_cost(ConstVectorView) const { return 0; }
  /// Whether a point breaks constraints, within rounding.
  [[nodiscard]] virtual bool is_broken(ConstVectorView) const { return false; }
  virtual void extents(VectorView h) const = 0;
  /// A narrow region that phi is infinite outside of: see Region.
  [[nodiscard]] virtual ConstVectorView middle() const { return {nullptr, 0}; }
  [[nodiscard]] virtual ConstVectorView reach() const { return {nullptr, 0}; }
  /// At most min g'(v - y) + m |v - y|^2 / 2 + phi(v) over |v_j| <= h_j, rounding included; m >= 0.
  [[nodiscard]] virtual double lower_bound_of_linear(ConstVectorView g, ConstVectorView y, double m,
                                                     ConstVectorView h) const = 0;
  /// See Region.
  [[nodiscard]] virtual const Vector<double>* multipliers() const { return nullptr; }

 private:
  Stopwatch clock_;
};

namespace detail {

/// Sets that reach farther than this are worth a smaller region for rounding errors, where f is strongly convex.
inline constexpr double max_usual_extent = 30;
[[nodiscard]] inline bool is_wide(ConstVectorView extents) { return !(vec::largest_magnitude(extents) <= max_usual_extent); }

/// About the least radius r, from a first guess on, for which needed(r) <= r; infinity where there is none. What needed()
/// prepares is that of the radius which is returned.
template <class Needed>
[[nodiscard]] double certain_radius(double radius, Needed needed) {
  constexpr int attempts = 20;
  constexpr double worth_it = 8, factor = 4;
  double good = infinity;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const double least = needed(radius);
    if (least <= radius) {
      good = radius;
      if (least > radius / worth_it) return radius;
      radius = 2 * least;
    } else if (good < infinity) {
      break;
    } else {
      radius *= factor;
    }
  }
  if (good < infinity) static_cast<void>(needed(good));
  return good;
}

}  // namespace detail

/// phi = 0 on the set, infinity outside.
class SetTerm final : public SimpleTerm {
 public:
  explicit SetTerm(const Region& set) noexcept : SimpleTerm(set.clock()), set_(set) {}

  [[nodiscard]] bool is_indicator() const override { return true; }
  [[nodiscard]] double violation_cost(ConstVectorView y) const override { return set_.violation_cost(y); }
  [[nodiscard]] bool is_broken(ConstVectorView y) const override { return set_.is_broken(y); }
  [[nodiscard]] const Vector<double>* multipliers() const override { return set_.multipliers(); }
  void extents(VectorView h) const override { set_.extents(h); }
  [[nodiscard]] ConstVectorView middle() const override { return set_.middle(); }
  [[nodiscard]] ConstVectorView reach() const override { return set_.reach(); }

  [[nodiscard, gnu::noinline]] double lower_bound_of_linear(ConstVectorView g, ConstVectorView y, double m,
                                                            ConstVectorView h) const override {
    const double rounding = detail::rounding_of_sum(2 * g.size());
    const double size = detail::total_reach(g, y, h) + set_.rounding_size(y, h);
    double bound = -infinity;
    const double linear = set_.linear_minimum(g) - vec::dot(g, y) - rounding * size;
    if (linear > bound) bound = linear;  // false for NaN
    if (m > 0) {
      constexpr double least = 1e-140;  // below, squares underflow
      const double norm = vec::norm(g), square = norm * (norm / m) + std::numeric_limits<double>::min();
      bound = std::max(bound, -square / 2 - rounding * square);
      if (norm > least) bound = std::max(bound, set_.curved_bound(g, y, h, m));
    }
    return bound;
  }

 private:
  const Region& set_;
};

}  // namespace icnn::inline ICNN_ISA
