// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/layers/dense_map.hpp"
#include "icnn/layers/output_term.hpp"
#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/rounding.hpp"

namespace icnn::inline ICNN_ISA::detail {

/// What the bounds of a network's model need of its output term, with scratch of its rank. \p linear is its linear part, or
/// nullptr.
template <class Term>
class OutputTermBounds {
 public:
  explicit OutputTermBounds(Index rank) : low_(rank), spread_(rank) {}

  [[nodiscard]] Index rank() const noexcept { return low_.size(); }

  /// The output term in absolute values as a bilinear form, h'D d + (|L| h)'|L| d + d'|d|; it changes from y to y + dy by
  /// 2 size(y, dy) + size(dy, dy) at most.
  [[nodiscard]] double size(const Term& term, const double* p, const double* linear, ConstVectorView h, ConstVectorView d) {
    const auto shape = term.shape();
    double sum = 0;
    for (Index j = 0; j < d.size() && shape.diagonal; ++j) sum += h(j) * term.D(p)(j) * d(j);
    for (Index j = 0; j < d.size() && linear; ++j) sum += std::abs(linear[j]) * d(j);
    if (shape.rank == 0) return sum;
    const double* l = term.L(p).data();
    vec::fill(low_, 0);
    vec::fill(spread_, 0);
    detail::add_absolute_product(l, shape.rank, h.size(), h.data(), low_.data());
    detail::add_absolute_product(l, shape.rank, d.size(), d.data(), spread_.data());
    return sum + vec::dot(low_, spread_);
  }

  /// The output term's tangent at c; adds its gradient.
  [[nodiscard]] AffineMinorant minorant(const Term& term, const double* p, const double* linear, ConstVectorView c,
                                        ConstVectorView h, VectorView g) {
    const auto shape = term.shape();
    double value = 0, size = 0;
    const auto column = [&](Index j) { return ConstVectorView(term.L(p).data() + j * low_.size(), low_.size()); };
    vec::fill(low_, 0);
    vec::fill(spread_, 0);
    for (Index j = 0; j < c.size() && shape.rank > 0; ++j) {
      const ConstVectorView l = column(j);
      for (Index k = 0; k < shape.rank; ++k) {
        low_(k) += l(k) * c(j);
        spread_(k) += std::abs(l(k) * c(j));
      }
    }
    for (Index j = 0; j < c.size(); ++j) {
      double slope = 0, magnitude = 0;  // of the quadratic, of whose slope one half counts for its value
      if (shape.rank > 0) slope = vec::dot(column(j), low_), magnitude = vec::absolute_dot(column(j), spread_);
      if (shape.diagonal) slope += term.D(p)(j) * c(j), magnitude += term.D(p)(j) * std::abs(c(j));
      const double straight = linear ? linear[j] : 0;
      g(j) += slope + straight;
      value += (0.5 * slope + straight) * c(j);
      size += detail::reach(magnitude + std::abs(straight), c(j), h(j));
    }
    return {value, 4 * detail::rounding_of_sum(c.size() + low_.size()) * size};
  }

 private:
  Vector<double, Term::Rank> low_, spread_;  ///< L c, |L| |c|
};

}  // namespace icnn::inline ICNN_ISA::detail
