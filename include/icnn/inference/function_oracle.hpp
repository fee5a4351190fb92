// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/inference/rounding.hpp"

namespace icnn::inline ICNN_ISA {

/// A convex function in double precision as an oracle, with rigorous bounds of its rounding. Refers to everything.
template <class F, class Ws>
class FunctionOracle {
 public:
  FunctionOracle(const F& f, Ws& ws, Rounding<F>& rounding, Vector<double>& absolute, Vector<double>& zero)
      : f_(f), ws_(ws), rounding_(rounding), absolute_(absolute), zero_(zero) {}

  [[nodiscard]] Index inputs() const noexcept { return f_.inputs(); }
  double value(const Vector<double>& y) {
    if (!curved_) return f_.gradients(y, {}, ws_);
    f_.forward(Order::second, y, ws_);
    ws_.derivable = true;
    ws_.on_line = false;
    return ws_.values(0);
  }
  void gradient(Vector<double>& g) { f_.pullback({.y = g}, ws_); }
  /// From now on a value prepares a Hessian, or does not; needs a workspace with room for it.
  void expect_hessian(bool expected) noexcept { curved_ = expected; }
  /// After gradient(), which leaves the adjoints that it is made from.
  void hessian(Matrix<double>& h) {
    h.setZero();
    f_.add_hessian(0, MatrixView<double>(h), ws_);
  }
  void cover(const Vector<double>& h) { rounding_.cover(f_, h); }
  [[nodiscard]] double cut_error() { return rounding_.cut_error(f_, ws_); }
  [[nodiscard]] double value_error(const Vector<double>& y) {
    absolute_ = y.cwiseAbs();
    return rounding_.value_error(f_, absolute_, zero_);
  }
  [[nodiscard]] double strong_convexity() const {
    return (1 - 16 * detail::epsilon) * f_.strong_convexity();  // computed, hence rounded
  }
  void line(const Vector<double>& y, const Vector<double>& d) { f_.line(y, d, ws_); }
  double along(double t) { return f_.along(t, ws_); }

 private:
  const F& f_;
  Ws& ws_;
  Rounding<F>& rounding_;
  Vector<double>&absolute_, &zero_;
  bool curved_ = false;
};

}  // namespace icnn::inline ICNN_ISA
