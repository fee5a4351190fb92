// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/kernels/vectors.hpp"
#include "icnn/sets/polyhedron.hpp"
#include "icnn/solvers/rounding.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// The length of row i of a matrix, or 1 where it is 0.
[[nodiscard]] inline double row_length(const Matrix<double>& m, Index i) {
  double unit = 0, sum = 0;
  for (Index j = 0; j < m.cols(); ++j) unit = std::max(unit, std::abs(m(i, j)));
  if (unit == 0) return 1;
  for (Index j = 0; j < m.cols(); ++j) sum += (m(i, j) / unit) * (m(i, j) / unit);
  return unit * std::sqrt(sum);
}

}  // namespace detail

/// Minima of linear functions over a polyhedron, bounded by duality. For any mu >= 0 and nu,
///
///     g'v >= (g + A'mu + E'nu)'v - b'mu - e'nu   for every v of the set,
///
/// whose minimum over the box is known. The bound is sharp where mu and nu are the multipliers of a solution. Refers to the
/// set; begins with zeros.
class Multipliers {
 public:
  explicit Multipliers(const Polyhedron& set)
      : set_(set), combined_(set.dimension()), size_(set.dimension()), values_(set.b().size() + set.e().size()) {
    vec::fill(values_, 0);
    combine();
  }

  /// mu and then nu.
  [[nodiscard]] const Vector<double>& values() const noexcept { return values_; }
  /// Takes them over where they are finite, else zeros; negative mu count as 0, and so do those of rows that
  /// are left out: next to a huge limit no multiplier is small.
  void assign(ConstVectorView values) {
    const bool finite = vec::all_finite(values);
    for (Index i = 0; i < values_.size(); ++i) {
      const bool counts = finite && (i >= set_.b().size() || (values(i) > 0 && !set_.may_be_left_out(i)));
      values_(i) = counts ? values(i) : 0;
    }
    combine();
  }

  /// A'mu + E'nu
  [[nodiscard]] const Vector<double>& combined() const noexcept { return combined_; }

  void extents(VectorView h) const { set_.box().extents(h.map()); }
  /// Of the box, as Box::linear_minimum, for g + A'mu + E'nu.
  [[nodiscard]] double linear_minimum(ConstVectorView g) const {
    const Vector<double>&l = set_.box().lower(), &u = set_.box().upper();
    double sum = -constant_;
    for (Index j = 0; j < g.size(); ++j) {
      const double slope = g(j) + combined_(j);
      sum += slope == 0 ? 0 : slope * (slope > 0 ? l(j) : u(j));
    }
    return sum;
  }
  /// At most 0 wherever the set has a point with |v_j| <= far, rounding included: above, it has none.
  [[nodiscard]] double lower_bound_of_zero(double far) const {
    const Vector<double>&l = set_.box().lower(), &u = set_.box().upper();
    double sum = -constant_, size = constant_size_;
    for (Index j = 0; j < combined_.size(); ++j) {
      const double slope = combined_(j), low = std::max(l(j), -far), high = std::min(u(j), far);
      const double end = slope > 0 ? low : high;
      sum += slope * end;
      size += size_(j) * std::max(std::abs(low), std::abs(high));
    }
    return sum - detail::rounding_of_sum(combined_.size() + values_.size()) * size;
  }
  /// At most min g'(v - y) + m |v - y|^2 / 2 over the set, rounding included.
  [[nodiscard]] double curved_bound(ConstVectorView g, ConstVectorView y, double m) const {
    const Box& box = set_.box();
    double size = constant_size_;
    for (Index j = 0; j < g.size(); ++j) size += size_(j) * std::abs(y(j));
    return vec::dot(combined_, y) - constant_ - detail::rounding_of_sum(g.size() + values_.size()) * size +
           detail::curved_minimum_in_box(box.lower(), box.upper(), g, combined_, size_, values_.size(), y, m);
  }
  /// See Region.
  [[nodiscard]] double rounding_size(ConstVectorView y, ConstVectorView h) const {
    double size = constant_size_;
    for (Index j = 0; j < h.size(); ++j) size += size_(j) == 0 ? 0 : size_(j) * (h(j) + std::abs(y(j)));
    return size * (1 + static_cast<double>(values_.size()) / static_cast<double>(h.size() + 8));
  }
  /// See Region.
  [[nodiscard]] double violation_cost(ConstVectorView y) const {
    const Index m = set_.b().size();
    double cost = 0;
    for (Index i = 0; i < values_.size(); ++i) {
      if (values_(i) == 0) continue;
      const Matrix<double>& rows = i < m ? set_.A() : set_.E();
      const Index row = i < m ? i : i - m;
      double excess = i < m ? -set_.b()(row) : -set_.e()(row);
      for (Index j = 0; j < y.size(); ++j) excess += rows(row, j) * y(j);
      cost += std::abs(values_(i) * (i < m ? std::max(0.0, excess) : excess));
    }
    return cost;
  }

 private:
  /// What they add to every linear function.
  void combine() {
    vec::fill(combined_, 0);
    vec::fill(size_, 0);
    constant_ = constant_size_ = 0;
    add(set_.A(), set_.b(), 0);
    add(set_.E(), set_.e(), set_.b().size());
  }
  void add(const Matrix<double>& rows, const Vector<double>& limits, Index first) {
    for (Index i = 0; i < limits.size(); ++i) {
      const double weight = values_(first + i);
      if (weight == 0) continue;
      for (Index j = 0; j < rows.cols(); ++j) {
        combined_(j) += weight * rows(i, j);
        size_(j) += std::abs(weight * rows(i, j));
      }
      constant_ += weight * limits(i);
      constant_size_ += std::abs(weight * limits(i));
    }
  }

  const Polyhedron& set_;
  Vector<double> combined_, size_;  ///< A'mu + E'nu, and |A|'mu + |E|'|nu|
  Vector<double> values_;
  double constant_ = 0, constant_size_ = 0;  ///< b'mu + e'nu, and its sum of magnitudes
};

}  // namespace icnn::inline ICNN_ISA
