// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/inference/minorant.hpp"
#include "icnn/inference/rounding.hpp"
#include "icnn/solvers/oracle.hpp"

namespace icnn::inline ICNN_ISA {

/// A convex function in double precision as an oracle, with rigorous bounds of its rounding. Refers to everything; with a
/// minorant it tells the adjoints of neurons. Points of compile-time extents stay what they are in all passes.
template <class F, class Ws>
class FunctionOracle {
 public:
  FunctionOracle(const F& f, Ws& ws, Rounding<F>& rounding, Vector<double>& zero,
                 const Minorant<F>* minorant = nullptr)
      : f_(f), ws_(ws), rounding_(rounding), zero_(zero), minorant_(minorant) {}

  [[nodiscard]] Index inputs() const { return f_.inputs(); }
  template <class Point>
  double value(const Point& y) {
    if (!curved_) return f_.gradients(y, {}, ws_);
    f_.forward(Order::second, y, ws_);
    ws_.derivable = true;
    ws_.on_line = false;
    return ws_.values(0);
  }
  template <class Point>
  void gradient(Point& g) {
    f_.pullback({.y = g}, ws_);
  }
  /// From now on a value prepares a Hessian, or does not; needs a workspace with room for it.
  void expect_hessian(bool expected) { curved_ = expected; }
  /// After gradient(), which leaves the adjoints that it is made from.
  template <class Square>
  void hessian(Square& h) {
    h.setZero();
    f_.add_hessian(0, MatrixView<double>(h), ws_);
  }
  /// After gradient(), at a point whose value prepared a Hessian.
  void hessian_product(const Vector<double>& w, Vector<double>& product) {
    f_.tangent(w, ws_);
    product.setZero();
    f_.second_backward({.y = product}, ws_);
  }
  [[nodiscard]] Index adjoint_count() const { return minorant_ ? minorant_->neurons() : 0; }
  void adjoints(PointRef v) const { minorant_->read(f_, ws_, v); }
  template <class Point>
  void cover(const Point& h) {
    rounding_.cover(f_, h);
  }
  [[nodiscard]] double cut_error() const { return rounding_.cut_error(f_, ws_); }
  template <class Point>
  [[nodiscard]] double value_error(const Point& y) {
    return rounding_.value_error(f_, y, zero_);
  }
  [[nodiscard]] double strong_convexity() const {
    return (1 - 16 * detail::epsilon) * f_.strong_convexity();  // computed, hence rounded
  }
  bool line(const Vector<double>& y, const Vector<double>& d) {
    f_.line(y, d, ws_);
    return true;
  }
  double along(double t) { return f_.along(t, ws_); }

 private:
  const F& f_;
  Ws& ws_;
  Rounding<F>& rounding_;
  Vector<double>& zero_;
  const Minorant<F>* minorant_;
  bool curved_ = false;
};

}  // namespace icnn::inline ICNN_ISA
