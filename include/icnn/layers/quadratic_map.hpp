// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>

#include "icnn/core/layout.hpp"
#include "icnn/core/types.hpp"
#include "icnn/core/view.hpp"
#include "icnn/kernels/products.hpp"
#include "icnn/layers/dense_map.hpp"

namespace icnn::inline ICNN_ISA {

/// What the passes of a quadratic leave behind for up to `columns` samples; Forms is the number of linear forms t.
template <class S, int N, int W, int Forms, int Cols>
struct QuadraticTape {
  [[gnu::cold]] QuadraticTape(Index forms, Index inputs, Index width, Index columns, bool hessian)
      : t(forms, columns),
        dt(forms, columns),
        v(forms, columns),
        u(forms, columns),
        curvature(forms > 0 ? width : 0, columns),
        jacobian(hessian || Forms != Dynamic ? forms : 0, inputs),
        scaled(jacobian.rows(), inputs) {}

  Matrix<S, Forms, Cols> t, dt;          ///< A y and A w
  Matrix<S, Forms, Cols> v, u;           ///< their adjoints, in the order of ConvexTape
  Matrix<S, W, Cols> curvature;          ///< sum_r dt_r^2, half of q'' along a line
  Matrix<S, Forms, N> jacobian, scaled;  ///< dt/dy at one sample, and scratch of that size; run-time sizes: only on request
};

/// That of layers whose type has no quadratic.
template <class S, int N, int W, int Cols>
struct QuadraticTape<S, N, W, 0, Cols> {
  QuadraticTape(Index, Index, Index, Index, bool) {}
};

/// The convex quadratic that every unit j of a layer may have in the inputs, beside W^y y:
///
///     q_j(y) = sum_r (a_jr' y)^2,  r = 1..R,
///
/// convex whatever the numbers are. The forms t = A y are computed by one product; row j R + r of the block A is a_jr'.
/// R (the rank), N (of y) and W (units) are compile-time constants or Dynamic; R = 0 is a layer that cannot have one, for
/// which nothing is compiled. Same contract as FicnnLayer. Cost: R times that of W^y y in every pass.
template <class S, int R = Dynamic, int N = Dynamic, int W = Dynamic>
class QuadraticMap {
 public:
  static constexpr int Forms = R == Dynamic || W == Dynamic ? R == 0 ? 0 : Dynamic : R * W;
  using Map = DenseMap<S, Forms, N>;
  template <int Cols, class T = S>
  using Tape = QuadraticTape<T, N, W, Forms, Cols>;

  QuadraticMap() : rank_(0) {}
  /// Declares A[index], of rank >= 1.
  QuadraticMap(Layout& layout, Index index, Index rank, Index width, Index inputs) : rank_(rank) {
    map_ = {layout, Block{.name = block_name("A", index), .layer = index, .rows = rank * width, .cols = inputs}};
  }

  [[nodiscard]] bool exists() const noexcept { return map_.exists(); }
  [[nodiscard]] Index rank() const noexcept { return exists() ? rank_.value() : 0; }
  [[nodiscard]] Index forms() const noexcept { return map_.rows(); }
  /// A, which takes y to the forms.
  [[nodiscard]] const Map& map() const noexcept { return map_; }

  /// s (W x B) += q(y); leaves t.
  template <class Y, class T, class Out>
  void forward(const S* p, const Y& y, T& tape, Out& s) const {
    auto t = first_columns(tape.t, s.cols());
    t.setZero();
    map_.add(p, y, t);
    each(s.cols(), [&](Index unit, Index form) { s.data()[unit] += t.data()[form] * t.data()[form]; });
  }
  /// ds (W x B) += 2 sum_r t_r dt_r along w; leaves dt.
  template <class Y, class T, class Out>
  void tangent(const S* p, const Y& w, T& tape, Out& ds) const {
    auto dt = first_columns(tape.dt, ds.cols());
    dt.setZero();
    map_.add(p, w, dt);
    const auto* t = tape.t.data();
    using Number = typename Out::Scalar;
    each(ds.cols(), [&](Index unit, Index form) { ds.data()[unit] += Number(2) * t[form] * dt.data()[form]; });
  }
  /// curvature := sum_r dt_r^2, after tangent: s along a line has it before the square of the step.
  template <class T>
  void line(T& tape, Index columns) const {
    first_columns(tape.curvature, columns).setZero();
    const auto* dt = tape.dt.data();
    each(columns, [&](Index unit, Index form) { tape.curvature.data()[unit] += dt[form] * dt[form]; });
  }
  /// s += alpha^2 curvature, and ds += 2 alpha curvature, at the steps alpha (one per column).
  template <class Alpha, class T, class Out>
  void along(const Alpha& alpha, const T& tape, Out& s) const {
    for (Index c = 0; c < s.cols(); ++c) {
      for (Index r = 0; r < s.rows(); ++r) s(r, c) += tape.curvature(r, c) * (alpha(c) * alpha(c));
    }
  }
  template <class Alpha, class T, class Out>
  void slope_along(const Alpha& alpha, const T& tape, Out& ds) const {
    using Number = typename Out::Scalar;
    for (Index c = 0; c < ds.cols(); ++c) {
      for (Index r = 0; r < ds.rows(); ++r) ds(r, c) += tape.curvature(r, c) * (Number(2) * alpha(c));
    }
  }

  /// From the adjoint v of s to that of t, 2 t v: A then has derivatives like any W.
  template <class V, class T>
  void backward(const V& v, T& tape) const {
    using Number = typename V::Scalar;
    each(v.cols(), [&](Index unit, Index form) { tape.v.data()[form] = Number(2) * tape.t.data()[form] * v.data()[unit]; });
  }
  /// The same from the adjoints v of ds and u of s to those of dt and t: 2 t v, and 2 (t u + dt v).
  template <class V, class T>
  void second_backward(const V& v, const V& u, T& tape) const {
    backward(v, tape);
    using Number = typename V::Scalar;
    each(v.cols(), [&](Index unit, Index form) {
      tape.u.data()[form] = Number(2) * (tape.t.data()[form] * u.data()[unit] + tape.dt.data()[form] * v.data()[unit]);
    });
  }

  /// j (W x N) += the Jacobian of q at a sample whose forms have the one in the tape.
  template <class T, class J>
  void add_jacobian(const T& tape, Index column, J& j) const {
    using Number = typename J::Scalar;
    const auto* t = tape.t.data() + column * forms();
    for (Index c = 0; c < j.cols(); ++c) {
      const Number* of_forms = tape.jacobian.data() + c * forms();
      Number* out = j.data() + c * j.rows();
      each(1, [&](Index unit, Index form) { out[unit] += Number(2) * t[form] * of_forms[form]; });
    }
  }
  /// h += sum_j v_j times the Hessian of q_j, in its lower triangle; v (W x B) is the adjoint of s.
  template <class V, class T, class H>
  void add_hessian(const V& v, T& tape, Index column, H& h) const {
    using Number = typename V::Scalar;
    Number* weights = tape.u.data() + column * forms();
    const Number* of_units = v.data() + column * v.rows();
    each(1, [&](Index unit, Index form) { weights[form] = Number(2) * of_units[unit]; });
    kernels::add_gram(tape.jacobian, tape.u.col(column), tape.scaled, h);
  }

  friend bool operator==(const QuadraticMap&, const QuadraticMap&) = default;

 private:
  /// visit(unit, form) for every form of every unit; columns lie one behind the other.
  template <class Visit>
  void each(Index columns, Visit visit) const {
    const Index rank = rank_.value(), units = rank > 0 ? forms() / rank * columns : 0;
    for (Index unit = 0; unit < units; ++unit) {
      for (Index r = 0; r < rank; ++r) visit(unit, unit * rank + r);
    }
  }

  Map map_{};
  [[no_unique_address]] Extent<R> rank_;
};

}  // namespace icnn::inline ICNN_ISA
