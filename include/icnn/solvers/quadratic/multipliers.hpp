// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/sets/polyhedron.hpp"

namespace icnn::inline ICNN_ISA {

/// Minima of linear functions over a polyhedron, bounded by duality. For any mu >= 0 and nu,
///
///     g'v >= (g + A'mu + E'nu)'v - b'mu - e'nu   for every v of the set,
///
/// whose minimum over the box is known. The bound is sharp where mu and nu are the multipliers of a solution. Refers to the
/// set; begins with zeros. S is double; a template, so that only who solves pays for compiling it.
template <class S = double>
class Multipliers {
 public:
  explicit Multipliers(const Polyhedron& set)
      : set_(set),
        combined_(set.dimension()),
        size_(set.dimension()),
        values_(Vector<S>::Zero(set.b().size() + set.e().size())) {
    combine();
  }

  /// mu and then nu.
  [[nodiscard]] const Vector<S>& values() const noexcept { return values_; }
  /// Takes them over where they are finite, else zeros; negative mu count as 0, and so do those of rows without a limit.
  void assign(ConstPointRef values) {
    values_ = values;
    if (!values_.allFinite()) values_.setZero();
    for (Index i = 0; i < set_.b().size(); ++i) {
      if (!(values_(i) > 0) || !std::isfinite(set_.b()(i))) values_(i) = 0;
    }
    combine();
  }

  void extents(PointRef h) const { set_.box().extents(h); }
  [[nodiscard]] double linear_minimum(ConstPointRef g) const { return set_.box().linear_minimum(g + combined_) - constant_; }
  [[nodiscard]] double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const {
    return set_.box().curved_minimum(g + combined_, y, m) + combined_.dot(y) - constant_;
  }
  /// See Region.
  [[nodiscard]] double rounding_size(ConstPointRef y, ConstPointRef h, double m) const {
    double size = constant_size_;
    for (Index j = 0; j < h.size(); ++j) size += size_(j) == 0 ? 0 : size_(j) * (h(j) + std::abs(y(j)));
    if (m > 0) size += 2 * size_.squaredNorm() / m;
    return size * (1 + static_cast<double>(values_.size()) / static_cast<double>(h.size() + 8));
  }
  /// See Region.
  [[nodiscard]] double violation_cost(ConstPointRef y) const {
    const Index m = set_.b().size();
    double cost = 0;
    for (Index i = 0; i < values_.size(); ++i) {
      if (values_(i) == 0) continue;
      const double excess =
          i < m ? std::max(0.0, set_.A().row(i).dot(y) - set_.b()(i)) : set_.E().row(i - m).dot(y) - set_.e()(i - m);
      cost += std::abs(values_(i) * excess);
    }
    return cost;
  }

 private:
  /// What they add to every linear function.
  void combine() {
    const Index m = set_.b().size();
    combined_.setZero();
    size_.setZero();
    constant_ = constant_size_ = 0;
    const auto add = [&](const auto& row, double limit, double weight) {
      if (weight == 0) return;
      combined_ += weight * row.transpose();
      size_ += std::abs(weight) * row.transpose().cwiseAbs();
      constant_ += weight * limit;
      constant_size_ += std::abs(weight * limit);
    };
    for (Index i = 0; i < m; ++i) add(set_.A().row(i), set_.b()(i), values_(i));
    for (Index i = m; i < values_.size(); ++i) add(set_.E().row(i - m), set_.e()(i - m), values_(i));
  }

  const Polyhedron& set_;
  Vector<S> combined_, size_;  ///< A'mu + E'nu, and |A|'mu + |E|'|nu|
  Vector<S> values_;
  double constant_ = 0, constant_size_ = 0;  ///< b'mu + e'nu, and its sum of magnitudes
};

}  // namespace icnn::inline ICNN_ISA
