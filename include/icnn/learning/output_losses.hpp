// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>

#include "icnn/core/error.hpp"
#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// A loss of a whole prediction p beside its target t, both n long: loss(p, t, gradient) returns its value and writes its
/// gradient in p. A lambda will do; with several threads they call it at once.
template <class L>
concept OutputLoss = requires(const L& loss, const Vector<double>& p, const Vector<double>& t, Vector<double>& gradient) {
  { loss(p, t, gradient) } -> std::convertible_to<double>;
};

/// |p - t|^2 / 2
struct SquaredDistance {
  double operator()(const Vector<double>& p, const Vector<double>& t, Vector<double>& gradient) const {
    gradient = p - t;
    return 0.5 * gradient.squaredNorm();
  }
};

/// sum_j  -w t_j log p_j - (1 - t_j) log(1 - p_j), for predictions and targets in [0, 1]. w weighs the positive ones.
/// Predictions count as no nearer to 0 and 1 than 1e-6: a wrong corner costs 13.8 an entry, and its slope is 1e6.
class CrossEntropy {
 public:
  explicit CrossEntropy(double positive_weight = 1) : weight_(positive_weight) {
    if (!(positive_weight > 0) || !std::isfinite(positive_weight)) {
      fail({"CrossEntropy", "a finite positive_weight > 0", detail::text(positive_weight)});
    }
  }

  double operator()(const Vector<double>& p, const Vector<double>& t, Vector<double>& gradient) const {
    gradient.resize(p.size());
    double sum = 0;
    for (Index j = 0; j < p.size(); ++j) {
      const double q = std::clamp(p(j), 1e-6, 1 - 1e-6), yes = weight_ * t(j), no = 1 - t(j);
      sum -= yes * std::log(q) + no * std::log1p(-q);
      gradient(j) = no / (1 - q) - yes / q;
    }
    return sum;
  }

 private:
  double weight_;
};

/// 1 - F1 with F1 = 2 sum p_j t_j / (sum p_j + sum t_j), for predictions and targets in [0, 1]: the example-F1 where both
/// are 0 or 1. 0, with a zero gradient, where there is nothing to find and nothing is found.
struct SoftF1 {
  double operator()(const Vector<double>& p, const Vector<double>& t, Vector<double>& gradient) const {
    const double both = p.dot(t), total = p.sum() + t.sum();
    if (!(total > 0)) return gradient.setZero(p.size()), 0.0;
    gradient = (-2 / total) * t;
    gradient.array() += 2 * both / (total * total);
    return 1 - 2 * both / total;
  }
};

}  // namespace icnn::inline ICNN_ISA
