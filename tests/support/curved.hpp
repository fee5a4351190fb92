// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/solvers/convex_model.hpp>

namespace icnn::test {

/// A function f(y, gradient, hessian) -> value as a model with curvature, without rounding errors of its own. Nothing of
/// what f writes is checked.
template <class F>
class Curved : public ConvexModel {
 public:
  Curved(F f, Index n) : f_(f), y_(n), g_(n), h_(n, n) {}

  [[nodiscard]] Index inputs() const override { return y_.size(); }
  [[nodiscard]] double strong_convexity() const override { return 0; }
  double value(kernels::Order, ConstVectorView y) override {
    y_ = y.map();
    return f_(y_, g_, h_);
  }
  void gradient(VectorView g) override { g.map() = g_; }
  void set_region(ConstVectorView, ConstVectorView) override {}
  [[nodiscard]] double cut_error() override { return 0; }
  using ConvexModel::value_error;
  [[nodiscard]] double value_error(ConstVectorView, ConstVectorView) override { return 0; }
  void hessian(SquareView h) override { h.map() = h_; }
  void hessian_product(ConstVectorView w, VectorView product) override { product.map() = h_ * w.map(); }

 private:
  F f_;
  Vector<double> y_, g_;
  Matrix<double> h_;
};

}  // namespace icnn::test
