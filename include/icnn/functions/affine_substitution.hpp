// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <utility>

#include "icnn/functions/combinator.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of a substitution y = M v + m; N is the number of v, where it is fixed.
template <class S, int N, int Cols, class Inner>
struct AffineSubstitutionWorkspace : CombinatorWorkspace<S, Cols, Inner> {
  template <class F>
  AffineSubstitutionWorkspace(const F& f, const WorkspaceOptions& room, Inner held)
      : CombinatorWorkspace<S, Cols, Inner>(f.shape_key(), room, std::move(held)),
        v(f.inputs(), room.columns),
        y(f.function().inputs(), room.columns),
        w(y),
        gradient(y),
        h(room.hessian ? y.rows() : 0, y.rows()),
        half(room.hessian ? y.rows() : 0, v.rows()) {}

  Matrix<S, N, Cols == 1 ? 1 : Dynamic> v;                     ///< the point or direction, evaluated
  Matrix<S, Dynamic, Cols == 1 ? 1 : Dynamic> y, w, gradient;  ///< of the inner function
  Matrix<S> h, half;                                           ///< the inner Hessian, and room for its product with M
};

/// f of an affine function of new variables v: the passes that restrict_to, precompose and standardized share. Derived says
/// how points, directions, gradients and Hessians go through: lift_point(v, y), lift_direction(v, w), pull_gradient(g, out),
/// pull_hessian(h, half, out).
template <class Derived, class F, int N = Dynamic>
class AffineSubstitution : public Combinator<Derived, F> {
  using Base = Combinator<Derived, F>;

 public:
  using typename Base::Function;
  using typename Base::Scalar;
  static constexpr int Inputs = N;
  template <int Cols>
  using Workspace = AffineSubstitutionWorkspace<Scalar, N, Cols, typename Function::template Workspace<Cols>>;

  using Base::Base;

  template <class V, class Ws>
  void forward(Order order, const V& v, Ws& ws) const {
    ws.columns = v.cols();
    auto y = first_columns(ws.y, ws.columns);
    self().lift_point(evaluated(v, ws), y);
    Base::function().forward(order, y, ws.inner);
    ws.copy_values();
  }

  template <class Ws>
  void backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    through(wanted, ws, [&](const Wanted<Scalar>& inner) { Base::function().backward(inner, ws.inner); });
  }

  template <class W, class Ws>
  void tangent(const W& direction, Ws& ws) const {
    auto w = first_columns(ws.w, ws.columns);
    self().lift_direction(evaluated(direction, ws), w);
    Base::function().tangent(w, ws.inner);
    ws.copy_slopes();
  }

  template <class Ws>
  void second_backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    through(wanted, ws, [&](const Wanted<Scalar>& inner) { Base::function().second_backward(inner, ws.inner); });
  }

  template <class Ws>
  void add_hessian(Index column, const MatrixView<Scalar>& h, Ws& ws) const {
    ws.h.setZero();
    Base::function().add_hessian(column, ws.h, ws.inner);
    self().pull_hessian(ws.h, ws.half, h.map());
  }

  template <class V, class D, class Ws>
  void start_line(const V& v, const D& d, Ws& ws) const {
    ws.columns = v.cols();
    auto y = first_columns(ws.y, ws.columns);
    auto w = first_columns(ws.w, ws.columns);
    self().lift_point(evaluated(v, ws), y);
    self().lift_direction(evaluated(d, ws), w);
    Base::function().start_line(y, w, ws.inner);
  }

  template <class Ws>
  void step_line(Order order, Ws& ws) const {
    first_columns(ws.inner.alpha, ws.columns) = first_columns(ws.alpha, ws.columns);
    Base::function().step_line(order, ws.inner);
    ws.copy_values();
    if (order != Order::value) ws.copy_slopes();
  }

 private:
  [[nodiscard]] const Derived& self() const noexcept { return static_cast<const Derived&>(*this); }

  /// Expressions are evaluated once, before their coefficients are read.
  template <class V, class Ws>
  [[nodiscard]] static auto evaluated(const V& v, Ws& ws) {
    auto buffer = first_columns(ws.v, ws.columns);
    buffer = v;
    return buffer;
  }

  template <class Ws, class Pass>
  void through(const Wanted<Scalar>& wanted, Ws& ws, Pass pass) const {
    Wanted<Scalar> inner = wanted;
    if (!wanted.y) return pass(inner);
    auto gradient = first_columns(ws.gradient, ws.columns);
    gradient.setZero();
    inner.y = MatrixView<Scalar>(gradient);
    pass(inner);
    self().pull_gradient(gradient, wanted.y.map());
  }
};

}  // namespace icnn::inline ICNN_ISA
