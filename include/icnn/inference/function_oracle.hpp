// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/inference/minorant.hpp"
#include "icnn/inference/rounding.hpp"
#include "icnn/solvers/oracle.hpp"

namespace icnn::inline ICNN_ISA {

/// A convex function in double precision as an oracle, with rigorous bounds of its rounding. Refers to everything; with a
/// minorant it tells the adjoints of neurons.
template <class F, class Ws>
class FunctionOracle final : public AnyOracle {
 public:
  FunctionOracle(const F& f, Ws& ws, Rounding<F>& rounding, Vector<double>& zero,
                 const Minorant<F>* minorant = nullptr)
      : f_(f), ws_(ws), rounding_(rounding), zero_(zero), minorant_(minorant) {}

  [[nodiscard]] Index inputs() const override { return f_.inputs(); }
  double value(const Vector<double>& y) override {
    if (!curved_) return f_.gradients(y, {}, ws_);
    f_.forward(Order::second, y, ws_);
    ws_.derivable = true;
    ws_.on_line = false;
    return ws_.values(0);
  }
  void gradient(Vector<double>& g) override { f_.pullback({.y = g}, ws_); }
  /// From now on a value prepares a Hessian, or does not; needs a workspace with room for it.
  void expect_hessian(bool expected) override { curved_ = expected; }
  /// After gradient(), which leaves the adjoints that it is made from.
  void hessian(Matrix<double>& h) override {
    h.setZero();
    f_.add_hessian(0, MatrixView<double>(h), ws_);
  }
  /// After gradient(), at a point whose value prepared a Hessian.
  void hessian_product(const Vector<double>& w, Vector<double>& product) override {
    f_.tangent(w, ws_);
    product.setZero();
    f_.second_backward({.y = product}, ws_);
  }
  [[nodiscard]] Index adjoint_count() const override { return minorant_ ? minorant_->neurons() : 0; }
  void adjoints(PointRef v) const override { minorant_->read(f_, ws_, v); }
  void cover(const Vector<double>& h) override { rounding_.cover(f_, h); }
  [[nodiscard]] double cut_error() override { return rounding_.cut_error(f_, ws_); }
  [[nodiscard]] double value_error(const Vector<double>& y) override {
    return rounding_.value_error(f_, y, zero_);
  }
  [[nodiscard]] double strong_convexity() const override {
    return (1 - 16 * detail::epsilon) * f_.strong_convexity();  // computed, hence rounded
  }
  bool line(const Vector<double>& y, const Vector<double>& d) override {
    f_.line(y, d, ws_);
    return true;
  }
  double along(double t) override { return f_.along(t, ws_); }

 private:
  const F& f_;
  Ws& ws_;
  Rounding<F>& rounding_;
  Vector<double>& zero_;
  const Minorant<F>* minorant_;
  bool curved_ = false;
};

}  // namespace icnn::inline ICNN_ISA
