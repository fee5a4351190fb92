// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/core/types.hpp>

namespace icnn::test {

/// A function f(y, gradient, hessian) -> value as an oracle with curvature, without rounding errors of its own. Points of
/// any extent; f sees plain vectors.
template <class F>
class Curved {
 public:
  Curved(F f, Index n) : f_(f), y_(n), g_(n), h_(n, n) {}

  [[nodiscard]] Index inputs() const { return g_.size(); }
  double value(const Eigen::Ref<const Vector<double>>& y) {
    y_ = y;
    return f_(y_, g_, h_);
  }
  void gradient(Eigen::Ref<Vector<double>> g) const { g = g_; }
  void expect_hessian(bool) {}
  void hessian(Eigen::Ref<Matrix<double>> h) const { h = h_; }
  [[nodiscard]] double cut_error() const { return 0; }
  void cover(const Eigen::Ref<const Vector<double>>&) const {}
  [[nodiscard]] double value_error(const Eigen::Ref<const Vector<double>>&) const { return 0; }
  [[nodiscard]] double strong_convexity() const { return 0; }

 private:
  F f_;
  Vector<double> y_, g_;
  Matrix<double> h_;
};

}  // namespace icnn::test
