// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "icnn/sets/box.hpp"
#include "icnn/sets/concepts.hpp"
#include "icnn/sets/simplex.hpp"

/// Solvers minimise f + phi, where phi is simple: its minimum beside a linear function is known in closed form, which turns
/// every gradient of f into a lower bound. phi is the indicator of a set, or that of a box or simplex less its entropy.
namespace icnn::inline ICNN_ISA {

namespace detail {

/// A bound for the relative rounding error of a sum of `count` products, with room to spare.
[[nodiscard]] inline double rounding_of_sum(Index count) {
  return 4 * static_cast<double>(count + 8) * std::numeric_limits<double>::epsilon();
}

/// sum |g_j| (h_j + |y_j|), where 0 times infinity counts as 0.
[[nodiscard]] inline double absolute_sum(const Vector<double>& g, const Vector<double>& y, const Vector<double>& h) {
  double sum = 0;
  for (Index j = 0; j < g.size(); ++j) sum += g(j) == 0 ? 0 : std::abs(g(j)) * (h(j) + std::abs(y(j)));
  return sum;
}

}  // namespace detail

/// phi = 0 on the set, infinity outside.
template <class Set>
class SetTerm {
 public:
  explicit SetTerm(const Set& set) noexcept : set_(set) {}

  [[nodiscard]] const Set& set() const noexcept { return set_; }
  [[nodiscard]] static double value(const Vector<double>&) noexcept { return 0; }
  [[nodiscard]] static double value_error(const Vector<double>&) noexcept { return 0; }
  void extents(Vector<double>& h) const { detail::extents(set_, h); }

  /// At most min g'(v - y) + m |v - y|^2 / 2 + phi(v) over |v_j| <= h_j, rounding included; m >= 0.
  [[nodiscard]] double minimum(const Vector<double>& g, const Vector<double>& y, double m, const Vector<double>& h) const {
    const double rounding = detail::rounding_of_sum(2 * g.size());
    const double size = detail::absolute_sum(g, y, h);
    double bound = -infinity;
    if constexpr (LinearlyMinimisableSet<Set>) {
      const double linear = set_.linear_minimum(g) - g.dot(y) - rounding * size;
      if (linear > bound) bound = linear;  // false for NaN
    }
    if (m > 0) {
      const double norm = g.stableNorm(), square = norm * (norm / m) + std::numeric_limits<double>::min();
      double curved = -square / 2;
      if constexpr (requires { set_.curved_minimum(g, y, m); }) {
        if (norm > 1e-140) curved = set_.curved_minimum(g, y, m);  // below, squares underflow
      }
      curved -= rounding * (square + size);
      if (curved > bound) bound = curved;
    }
    return bound;
  }

 private:
  const Set& set_;
};

/// phi = -tau H on a box (every coordinate a bit between l and u) or on a simplex; tau > 0. Its mirror coordinates nu are
/// unconstrained: y = l + (u - l) sigmoid(nu), or total softmax(nu).
class EntropyTerm {
 public:
  /// The set is referred to.
  EntropyTerm(const Box& box, double tau) noexcept : box_(&box), tau_(tau) {}
  EntropyTerm(const Simplex& simplex, double tau) noexcept : simplex_(&simplex), tau_(tau) {}

  [[nodiscard]] double tau() const noexcept { return tau_; }
  void extents(Vector<double>& h) const { box_ ? box_->extents(h) : simplex_->extents(h); }

  /// nu := the mirror coordinates of y, moved off the boundary.
  void to_mirror(const Vector<double>& y, Vector<double>& nu) const {
    constexpr double least = 1e-9;
    for (Index j = 0; j < y.size(); ++j) {
      if (box_) {
        const double t = std::clamp((y(j) - box_->lower()(j)) / width(j), least, 1 - least);
        nu(j) = std::log(t / (1 - t));
      } else {
        nu(j) = std::log(std::max(y(j) / simplex_->total(), least));
      }
    }
  }

  /// y := the point of the mirror coordinates nu, in the set.
  void to_point(const Vector<double>& nu, Vector<double>& y) const {
    if (box_) {
      for (Index j = 0; j < nu.size(); ++j) {
        const double t = std::exp(-std::abs(nu(j)));
        const double near = width(j) * (t / (1 + t));  // the distance to the nearer end
        y(j) = nu(j) < 0 ? box_->lower()(j) + near : box_->upper()(j) - near;
      }
    } else {
      const double top = nu.maxCoeff();
      for (Index j = 0; j < nu.size(); ++j) y(j) = std::exp(nu(j) - top);
      y *= simplex_->total() / y.sum();
    }
  }

  /// residual := -W g / tau - nu, the step to the minimiser of g'v + phi(v); W: the widths of the box, or 1.
  void residual(const Vector<double>& g, const Vector<double>& nu, Vector<double>& residual) const {
    for (Index j = 0; j < g.size(); ++j) residual(j) = -(box_ ? width(j) : 1.0) * g(j) / tau_ - nu(j);
  }

  /// next := nu + t residual, cut off at +-40 (on the simplex: 80 below the largest): beyond, y is its bound in double
  /// precision, and a way back would be long for nothing.
  void step(const Vector<double>& nu, double t, const Vector<double>& residual, Vector<double>& next) const {
    constexpr double far = 40;
    next = nu + t * residual;
    if (!box_) next.array() += far - next.maxCoeff();  // softmax does not see a common shift
    next = next.cwiseMax(-far).cwiseMin(far);
  }

  /// The step from y to z times a step in nu, in the units of the probabilities: sum (z - y) step / (u - l).
  [[nodiscard]] double pairing(const Vector<double>& z, const Vector<double>& y, const Vector<double>& step) const {
    double sum = 0;
    for (Index j = 0; j < y.size(); ++j) sum += (z(j) - y(j)) * step(j) / (box_ ? width(j) : 1.0);
    return sum;
  }

  [[nodiscard]] double value(const Vector<double>& y) const {
    double sum = 0;
    for_each_part(y, [&](double t) { sum += t > 0 ? t * std::log(t) : 0; });
    return tau_ * sum;
  }
  [[nodiscard]] double value_error(const Vector<double>& y) const {
    double size = 0;
    for_each_part(y, [&](double t) { size += 1 + (t > 0 ? std::abs(t * std::log(t)) + t : 0); });
    return tau_ * detail::rounding_of_sum(2 * y.size()) * size;
  }

  /// As SetTerm::minimum; m is not used. Box: g'l - tau sum softplus(-(u - l) g / tau); simplex: -tau total logsumexp(-g /
  /// tau)
  /// + tau total log(total).
  [[nodiscard]] double minimum(const Vector<double>& g, const Vector<double>& y, double, const Vector<double>& h) const {
    double bound = 0, size = detail::absolute_sum(g, y, h);
    if (box_) {
      for (Index j = 0; j < g.size(); ++j) {
        const double s = -width(j) * g(j) / tau_;
        const double soft = std::max(s, 0.0) + std::log1p(std::exp(-std::abs(s)));
        bound += g(j) * (box_->lower()(j) - y(j)) - tau_ * soft;
        size += 2 * tau_ * soft;
      }
    } else {
      const double total = simplex_->total(), least = g.minCoeff();
      double sum = 0;
      for (Index j = 0; j < g.size(); ++j) sum += std::exp((least - g(j)) / tau_);
      bound = total * (least - tau_ * std::log(sum)) - g.dot(y) + tau_ * total * std::log(total);
      size += tau_ * total * (2 + std::abs(std::log(sum)) + std::abs(std::log(total))) + total * std::abs(least);
    }
    return bound - detail::rounding_of_sum(4 * g.size()) * size;
  }

 private:
  [[nodiscard]] double width(Index j) const { return box_->upper()(j) - box_->lower()(j); }

  /// The probabilities whose t log t make up -H.
  template <class Visit>
  void for_each_part(const Vector<double>& y, Visit visit) const {
    for (Index j = 0; j < y.size(); ++j) {
      if (box_) {
        visit((y(j) - box_->lower()(j)) / width(j));
        visit((box_->upper()(j) - y(j)) / width(j));
      } else {
        visit(y(j));
      }
    }
  }

  const Box* box_ = nullptr;
  const Simplex* simplex_ = nullptr;
  double tau_;
};

}  // namespace icnn::inline ICNN_ISA
