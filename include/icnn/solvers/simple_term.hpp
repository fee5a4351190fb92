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

/// Solvers minimize f + phi, where phi is simple: its minimum beside a linear function is known in closed form, which turns
/// every gradient of f into a lower bound. phi is the indicator of a set, or that of a box or simplex less its entropy.
namespace icnn::inline ICNN_ISA {

namespace detail {

/// A bound for the relative rounding error of a sum of `count` products, with room to spare.
[[nodiscard]] inline double rounding_of_sum(Index count) {
  return 4 * static_cast<double>(count + 8) * std::numeric_limits<double>::epsilon();
}

/// sum |g_j| (h_j + |y_j|), where 0 times infinity counts as 0.
template <class Point>
[[nodiscard]] double absolute_sum(const Point& g, const Point& y, const Point& h) {
  double sum = 0;
  for (Index j = 0; j < g.size(); ++j) sum += g(j) == 0 ? 0 : std::abs(g(j)) * (h(j) + std::abs(y(j)));
  return sum;
}

}  // namespace detail

/// phi = 0 on the set, infinity outside. Points are vectors of any extent.
template <class Set>
class SetTerm {
 public:
  explicit SetTerm(const Set& set) noexcept : set_(set) {}

  [[nodiscard]] const Set& set() const noexcept { return set_; }
  [[nodiscard]] static double value(ConstPointRef) noexcept { return 0; }
  [[nodiscard]] static double value_error(ConstPointRef) noexcept { return 0; }
  /// See Region.
  [[nodiscard]] double violation_cost(ConstPointRef y) const {
    if constexpr (requires { set_.violation_cost(y); }) {
      return set_.violation_cost(y);
    } else {
      return 0;
    }
  }
  void extents(PointRef h) const { detail::extents(set_, h); }

  /// At most min g'(v - y) + m |v - y|^2 / 2 + phi(v) over |v_j| <= h_j, rounding included; m >= 0.
  template <class Point>
  [[nodiscard]] double minimum(const Point& g, const Point& y, double m, const Point& h) const {
    const double rounding = detail::rounding_of_sum(2 * g.size());
    double size = detail::absolute_sum(g, y, h);
    if constexpr (requires { set_.rounding_size(y, h, m); }) size += set_.rounding_size(y, h, m);
    double bound = -infinity;
    if constexpr (requires { set_.linear_minimum(g); }) {
      const double linear = set_.linear_minimum(g) - g.dot(y) - rounding * size;
      if (linear > bound) bound = linear;  // false for NaN
    }
    if (m > 0) {
      const double norm = g.stableNorm(), square = norm * (norm / m) + std::numeric_limits<double>::min();
      double curved = -square / 2;
      if constexpr (requires { set_.curved_minimum(g, y, m); }) {
        if (norm > 1e-140) curved = std::max(curved, set_.curved_minimum(g, y, m));  // below, squares underflow
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
  [[nodiscard]] bool on_simplex() const noexcept { return simplex_ != nullptr; }
  /// What a coordinate is multiplied by beside the mirror: its width in a box, 1 on a simplex.
  [[nodiscard]] double width(Index j) const { return box_ ? box_->upper()(j) - box_->lower()(j) : 1.0; }

  [[nodiscard]] double total() const { return simplex_->total(); }

  /// The largest change of g'y along one coordinate of the box, or from one corner of the simplex to another, by the size of
  /// the set that its entropy sees.
  [[nodiscard]] double longest_fall(const Vector<double>& g) const {
    if (!box_) return g.maxCoeff() - g.minCoeff();
    double longest = 0;
    for (Index j = 0; j < g.size(); ++j) longest = std::max(longest, width(j) * std::abs(g(j)));
    return longest;
  }

  /// root := the square root of S, where W S d is the change of y for a change d of nu: sqrt(p (1 - p)) for a box with p =
  /// (y - l) / W; for a simplex S = diag(y) - y y' / total, and root = sqrt(y) is its first part's.
  void spread(const Vector<double>& y, Vector<double>& root) const {
    for (Index j = 0; j < y.size(); ++j) {
      root(j) = box_ ? std::sqrt((y(j) - box_->lower()(j)) * (box_->upper()(j) - y(j))) / width(j) : std::sqrt(y(j));
    }
  }
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

  /// residual := -W g / tau - nu, the step to the minimizer of g'v + phi(v); W: the widths of the box, or 1. At another
  /// temperature where one is given.
  void residual(const Vector<double>& g, const Vector<double>& nu, Vector<double>& residual) const {
    this->residual(tau_, g, nu, residual);
  }
  void residual(double tau, const Vector<double>& g, const Vector<double>& nu, Vector<double>& residual) const {
    for (Index j = 0; j < g.size(); ++j) residual(j) = -width(j) * g(j) / tau - nu(j);
  }

  /// next := nu + t residual, cut off at +-40 (on the simplex: 80 below the largest): beyond, y is its bound in double
  /// precision, and a way back would be long for nothing.
  void step(const Vector<double>& nu, double t, const Vector<double>& residual, Vector<double>& next) const {
    next = nu + t * residual;
    cut_off(next);
  }

  /// The same for a Newton direction d: a probability that grows from near 0 does so as its own step p (1 - p) d says, not
  /// as exp does, which would overshoot; one that falls towards 0 does so as exp does and never gets there.
  void newton_step(const Vector<double>& nu, double t, const Vector<double>& d, Vector<double>& next) const {
    double mean = 0;
    if (!box_) {
      double sum = 0;
      const double top = nu.maxCoeff();
      for (Index j = 0; j < nu.size(); ++j) {
        const double weight = std::exp(nu(j) - top);
        sum += weight;
        mean += weight * d(j);
      }
      mean /= sum;
    }
    for (Index j = 0; j < nu.size(); ++j) {
      if (box_) {
        const double side = nu(j) > 0 ? -1 : 1, from = side * nu(j), by = t * side * d(j);
        const double p = std::exp(from) / (1 + std::exp(from)), grown = p * (1 + (1 - p) * by);
        double to = from + by;
        if (by > 0 && grown < 1) to = std::min(to, std::log(grown / (1 - grown)));
        next(j) = side * to;
      } else {
        const double by = t * (d(j) - mean);
        next(j) = nu(j) + (by > 0 ? std::log1p(by) : by);
      }
    }
    cut_off(next);
  }

  /// The step from y to z times a step in nu, in the units of the probabilities: sum (z - y) step / (u - l).
  [[nodiscard]] double pairing(const Vector<double>& z, const Vector<double>& y, const Vector<double>& step) const {
    double sum = 0;
    for (Index j = 0; j < y.size(); ++j) sum += (z(j) - y(j)) * step(j) / width(j);
    return sum;
  }

  [[nodiscard]] double value(const Vector<double>& y) const {
    double sum = 0;
    for_each_part(y, [&](double t) { sum += t > 0 ? t * std::log(t) : 0; });
    return tau_ * sum;
  }
  [[nodiscard]] static double violation_cost(const Vector<double>&) noexcept { return 0; }
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
  void cut_off(Vector<double>& nu) const {
    constexpr double far = 40;
    if (!box_) nu.array() += far - nu.maxCoeff();  // softmax does not see a common shift
    nu = nu.cwiseMax(-far).cwiseMin(far);
  }

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
