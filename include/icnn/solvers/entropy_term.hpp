// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/sets/box.hpp"
#include "icnn/sets/simplex.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"
#include "icnn/solvers/simple_term.hpp"

namespace icnn::inline ICNN_ISA {

/// phi = -tau H on a box (every coordinate a bit between l and u) or on a simplex; tau > 0. Its mirror coordinates nu are
/// unconstrained: y = l + (u - l) sigmoid(nu), or total softmax(nu).
class EntropyTerm final : public SimpleTerm {
 public:
  /// The set is referred to.
  EntropyTerm(const Box& box, double tau) noexcept : box_(&box), tau_(tau) {}
  EntropyTerm(const Simplex& simplex, double tau) noexcept : simplex_(&simplex), tau_(tau) {}
  EntropyTerm(const EntropyTerm&) = default;
  EntropyTerm& operator=(const EntropyTerm&) = default;

  [[nodiscard]] double tau() const noexcept { return tau_; }
  [[nodiscard]] bool on_simplex() const noexcept { return simplex_ != nullptr; }
  /// What a coordinate is multiplied by beside the mirror: its width in a box, 1 on a simplex.
  [[nodiscard]] double width(Index j) const { return box_ ? upper(j) - lower(j) : 1.0; }
  [[nodiscard]] double total() const { return simplex_->total(); }
  void describe(Polytope& set) const { box_ ? set.assign(*box_) : set.assign(*simplex_); }

  /// The largest change of g'y along one coordinate of the box, or from one corner of the simplex to another, by the size of
  /// the set that its entropy sees.
  [[nodiscard]] double longest_fall(ConstVectorView g) const {
    double least = infinity, most = -infinity, longest = 0;
    for (Index j = 0; j < g.size(); ++j) {
      least = std::min(least, g(j));
      most = std::max(most, g(j));
      longest = std::max(longest, width(j) * std::abs(g(j)));
    }
    return box_ ? longest : most - least;
  }

  /// root := the square root of S, where W S d is the change of y for a change d of nu: sqrt(p (1 - p)) for a box with p =
  /// (y - l) / W; for a simplex S = diag(y) - y y' / total, and root = sqrt(y) is its first part's.
  void spread(ConstVectorView y, VectorView root) const {
    for (Index j = 0; j < y.size(); ++j) {
      root(j) = box_ ? std::sqrt((y(j) - lower(j)) * (upper(j) - y(j))) / width(j) : std::sqrt(y(j));
    }
  }
  void extents(VectorView h) const override { box_ ? box_->extents(h.map()) : simplex_->extents(h.map()); }

  /// nu := the mirror coordinates of y, moved off the boundary.
  void to_mirror(ConstVectorView y, VectorView nu) const {
    constexpr double least = 1e-9;
    for (Index j = 0; j < y.size(); ++j) {
      if (box_) {
        const double t = std::clamp((y(j) - lower(j)) / width(j), least, 1 - least);
        nu(j) = std::log(t / (1 - t));
      } else {
        nu(j) = std::log(std::max(y(j) / total(), least));
      }
    }
  }

  /// y := the point of the mirror coordinates nu, in the set.
  void to_point(ConstVectorView nu, VectorView y) const {
    if (box_) {
      for (Index j = 0; j < nu.size(); ++j) {
        const double t = std::exp(-std::abs(nu(j)));
        const double near = width(j) * (t / (1 + t));  // the distance to the nearer end
        y(j) = nu(j) < 0 ? lower(j) + near : upper(j) - near;
      }
    } else {
      const double top = vec::largest(nu);
      for (Index j = 0; j < nu.size(); ++j) y(j) = std::exp(nu(j) - top);
      vec::scale_to(total() / vec::sum(y), y, y);
    }
  }

  /// residual := -W g / tau - nu, the step to the minimizer of g'v + phi(v); W: the widths of the box, or 1. At another
  /// temperature where one is given.
  void residual(ConstVectorView g, ConstVectorView nu, VectorView out) const { residual(tau_, g, nu, out); }
  void residual(double tau, ConstVectorView g, ConstVectorView nu, VectorView out) const {
    for (Index j = 0; j < g.size(); ++j) out(j) = -width(j) * g(j) / tau - nu(j);
  }

  /// next := nu + t residual, cut off at +-40 (on the simplex: 80 below the largest): beyond, y is its bound in double
  /// precision, and a way back would be long for nothing.
  void step(ConstVectorView nu, double t, ConstVectorView residual, VectorView next) const {
    vec::step_to(nu, t, residual, next);
    cut_off(next);
  }

  /// The same for a Newton direction d: a probability that grows from near 0 does so as its own step p (1 - p) d says, not
  /// as exp does, which would overshoot; one that falls towards 0 does so as exp does and never gets there.
  void newton_step(ConstVectorView nu, double t, ConstVectorView d, VectorView next) const {
    const double mean = box_ ? 0.0 : softmax_mean(nu, d);
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
  [[nodiscard]] double pairing(ConstVectorView z, ConstVectorView y, ConstVectorView step) const {
    double sum = 0;
    for (Index j = 0; j < y.size(); ++j) sum += (z(j) - y(j)) * step(j) / width(j);
    return sum;
  }

  /// First and second derivative in coordinate j, at these distances from its bounds.
  void derivatives(Index j, double below, double above, double& first, double& second) const {
    const double w = width(j), p = below / w, rest = above / w;
    first = box_ ? tau_ / w * std::log(p / rest) : tau_ * (std::log(below) + 1);
    second = box_ ? tau_ / (w * w * p * rest) : tau_ / below;
  }

  [[nodiscard]] double value(ConstVectorView y) const override {
    double sum = 0;
    for (Index j = 0; j < y.size(); ++j) {
      const Parts parts = probabilities(y, j);
      sum += t_log_t(parts.first) + t_log_t(parts.second);
    }
    return tau_ * sum;
  }
  [[nodiscard]] double value_error(ConstVectorView y) const override {
    double size = 0;
    const auto add = [&](double t) { size += 1 + (t > 0 ? std::abs(t_log_t(t)) + t : 0); };
    for (Index j = 0; j < y.size(); ++j) {
      const Parts parts = probabilities(y, j);
      add(parts.first);
      if (box_) add(parts.second);
    }
    return tau_ * detail::rounding_of_sum(2 * y.size()) * size;
  }

  /// m is not used. Box: g'l - tau sum softplus(-(u - l) g / tau); simplex: -tau total logsumexp(-g / tau) + tau total
  /// log(total).
  [[nodiscard]] double lower_bound_of_linear(ConstVectorView g, ConstVectorView y, double,
                                             ConstVectorView h) const override {
    double bound = 0, size = detail::total_reach(g, y, h);
    if (box_) {
      for (Index j = 0; j < g.size(); ++j) {
        const double s = -width(j) * g(j) / tau_;
        const double soft = std::max(s, 0.0) + std::log1p(std::exp(-std::abs(s)));
        bound += g(j) * (lower(j) - y(j)) - tau_ * soft;
        size += 2 * tau_ * soft;
      }
    } else {
      double least = infinity, sum = 0;
      for (Index j = 0; j < g.size(); ++j) least = std::min(least, g(j));
      for (Index j = 0; j < g.size(); ++j) sum += std::exp((least - g(j)) / tau_);
      bound = total() * (least - tau_ * std::log(sum)) - vec::dot(g, y) + tau_ * total() * std::log(total());
      size += tau_ * total() * (2 + std::abs(std::log(sum)) + std::abs(std::log(total()))) + total() * std::abs(least);
    }
    return bound - detail::rounding_of_sum(4 * g.size()) * size;
  }

 private:
  struct Parts {
    double first, second;
  };

  [[nodiscard]] double lower(Index j) const { return box_->lower()(j); }
  [[nodiscard]] double upper(Index j) const { return box_->upper()(j); }

  /// The probabilities of coordinate j whose t log t make up -H; on a simplex there is one.
  [[nodiscard]] Parts probabilities(ConstVectorView y, Index j) const {
    if (!box_) return {y(j), 0};
    return {(y(j) - lower(j)) / width(j), (upper(j) - y(j)) / width(j)};
  }
  [[nodiscard]] static double t_log_t(double t) { return t > 0 ? t * std::log(t) : 0.0; }

  /// d's mean under softmax(nu).
  [[nodiscard]] static double softmax_mean(ConstVectorView nu, ConstVectorView d) {
    double sum = 0, mean = 0;
    const double top = vec::largest(nu);
    for (Index j = 0; j < nu.size(); ++j) {
      const double weight = std::exp(nu(j) - top);
      sum += weight;
      mean += weight * d(j);
    }
    return mean / sum;
  }

  void cut_off(VectorView nu) const {
    constexpr double far = 40;
    const double shift = box_ ? 0.0 : far - vec::largest(nu);  // softmax does not see a common shift
    for (Index j = 0; j < nu.size(); ++j) nu(j) = std::clamp(nu(j) + shift, -far, far);
  }

  const Box* box_ = nullptr;
  const Simplex* simplex_ = nullptr;
  double tau_;
};

}  // namespace icnn::inline ICNN_ISA
