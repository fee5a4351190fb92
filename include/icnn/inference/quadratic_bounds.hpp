// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/kernels/vectors.hpp"
#include "icnn/solvers/rounding.hpp"

namespace icnn::inline ICNN_ISA::detail {

/// What the model of a network asks of the quadratics q_j(y) = sum_r (a_jr'y)^2 that its layers have (see QuadraticMap). A
/// map is the A of a layer, behind its gate in a PICNN; R its rank.
///
/// Rounding. A cut replaces every square by its tangent at the form t as computed, which is a minorant whatever error t has.
/// What is left is what the tangent at t loses at y, 2 |t| times the error of t, and the sum's own: with |t| <= |a|'h both
/// are a multiple of epsilon times the reach 2 sum_r (|a|'h)^2. From y to v, both at most r from the middle, t^2 changes by
/// |t + t'| |a'(v - y)| at most, and its tangent by as much: twice the reach 2 sum_r (|a|'h)(|a|'r).
///
/// Forms is the most that a layer has, or Dynamic.
template <int Forms>
class QuadraticBounds {
 public:
  /// For layers of up to so many forms.
  [[gnu::cold]] void make_room(Index forms) { first_.resize(forms), second_.resize(forms); }

  /// What a layer's quadratic adds to the number of terms in its sums, and in the gradient's sum over it.
  [[nodiscard]] static Index roundings(Index inputs, Index rank) { return rank > 0 ? 2 * inputs + rank + 6 : 0; }

  /// out_j += 2 sum_r (|a_jr|'h)(|a_jr|'d), a little more than that, for h, d >= 0.
  template <class Map>
  void add_reach(const Map& a, const double* p, Index rank, ConstVectorView h, ConstVectorView d, VectorView out) {
    const Index forms = out.size() * rank;
    apply_absolute(a, p, h, first_, forms);
    const bool same = d.data() == h.data();  // then so are the products
    if (!same) apply_absolute(a, p, d, second_, forms);
    const auto& of_d = same ? first_ : second_;
    for (Index form = 0; form < forms; ++form) out(form / rank) += 2.02 * first_(form) * of_d(form);
  }

  /// s_j += q_j(y)
  template <class Map, class Y>
  void add_value(const Map& a, const double* p, Index rank, const Y& y, VectorView s) {
    find_forms(a, p, y, s.size() * rank);
    for (Index form = 0; form < s.size() * rank; ++form) s(form / rank) += first_(form) * first_(form);
  }

  /// The tangent of sum_j v_j q_j at c, for v >= 0: adds its gradient, and that in absolute values to \p sizes. Returns its
  /// value at 0, which is at most as far from 0 as its size.
  template <class Map, class C>
  double add_tangent(const Map& a, const double* p, Index rank, const double* v, Index width, const C& c, VectorView g,
                     VectorView sizes) {
    const Index forms = width * rank;
    find_forms(a, p, c, forms);
    double at_0 = 0;
    for (Index form = 0; form < forms; ++form) {
      const double weighed = v[form / rank] * first_(form);
      at_0 -= weighed * first_(form);
      first_(form) = 2 * weighed;
    }
    a.add_transposed(p, Eigen::Map<const Vector<double>>(first_.data(), forms), g.map());
    a.add_absolute_transposed(p, first_.data(), sizes.data());
    return at_0;
  }

 private:
  template <class Map, class Y>
  void find_forms(const Map& a, const double* p, const Y& y, Index forms) {
    const VectorView t(first_.data(), forms);
    vec::fill(t, 0);
    a.add(p, y, t.map());
  }
  template <class Map>
  static void apply_absolute(const Map& a, const double* p, ConstVectorView h, VectorView out, Index forms) {
    vec::fill({out.data(), forms}, 0);
    a.add_absolute(p, h.data(), out.data());
  }

  Vector<double, Forms> first_{}, second_{};  ///< forms, or what they reach
};

}  // namespace icnn::inline ICNN_ISA::detail
