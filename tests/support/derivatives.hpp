// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <functional>
#include <utility>

#include <icnn/activations/any.hpp>
#include <icnn/functions/convex_function.hpp>
#include <icnn/networks/ficnn_chain.hpp>
#include <icnn/networks/picnn_chain.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/finite_differences.hpp"
#include "tests/support/networks.hpp"

/// The property suite of derivatives: run over every function that claims them.
namespace icnn::test {

/// The function under test once more, in long double and as a function of everything.
struct Reference {
  using V = Vector<Real>;
  std::function<Real(const V& theta, const V& x, const V& y)> value;
  std::function<V(const V& theta, const V& x, const V& y)> gradient;  ///< in y
};

/// Calls member(f, point...) with x where f takes one.
template <class F, class X, class Y, class Call>
decltype(auto) with_point(const F&, const X& x, const Y& y, Call call) {
  if constexpr (F::has_context) {
    return call(x, y);
  } else {
    return call(y);
  }
}

/// |a - b| <= tolerance, relative to the largest entry of b.
void check_close(const Matrix<double>& a, const Matrix<double>& b, double tolerance);

/// What a function can be asked, behind one type, so that what checks it is compiled once: of columns of samples,
class ColumnCalls {
 public:
  using M = Matrix<double>;

  virtual ~ColumnCalls() = default;
  [[nodiscard]] virtual Index inputs() const = 0;
  [[nodiscard]] virtual Index context_size() const = 0;
  [[nodiscard]] virtual Layout layout() const = 0;
  virtual M value(const M& x, const M& y) = 0;
  virtual M gradients(const M& x, const M& y, const Wanted<double>& wanted) = 0;
  virtual void pullback(const Wanted<double>& wanted) = 0;
  virtual void gradient_and_hessian(const M& x, const M& y, M& g, M& h) = 0;
  virtual void hessian(const M& x, const M& y, M& h) = 0;
  virtual void hessian_product(const M& x, const M& y, const M& w, M& product) = 0;
  virtual M mixed_product(const M& x, const M& y, const M& w, const Wanted<double>& wanted) = 0;
  virtual void line(const M& x, const M& y, const M& w) = 0;
  virtual M along(const RowVector<double>& alpha) = 0;
  virtual M along(const RowVector<double>& alpha, RowVector<double>& slopes) = 0;
};

/// and of one sample.
class PointCalls {
 public:
  using V = Vector<double>;

  virtual ~PointCalls() = default;
  virtual double value(const V& x, const V& y) = 0;  ///< this and the next two without a workspace
  virtual V gradient(const V& x, const V& y) = 0;
  virtual Matrix<double> hessian(const V& x, const V& y) = 0;
  virtual double gradients(const V& x, const V& y, const Wanted<double>& wanted) = 0;
  virtual void hessian(const V& x, const V& y, Matrix<double>& h) = 0;
  virtual void mixed_product(const V& x, const V& y, const V& w, const Wanted<double>& wanted) = 0;
  virtual void line(const V& x, const V& y, const V& w) = 0;
  virtual double along(double t) = 0;
  virtual double along(double t, double& slope) = 0;
};

template <class F>
class ColumnCallsOf final : public ColumnCalls {
 public:
  ColumnCallsOf(const F& f, Index columns) : f_(f), ws_(f.workspace({.columns = columns})) {}

  [[nodiscard]] Index inputs() const override { return f_.inputs(); }
  [[nodiscard]] Index context_size() const override { return f_.context_size(); }
  [[nodiscard]] Layout layout() const override { return f_.layout(); }
  M value(const M& x, const M& y) override {
    return with_point(f_, x, y, [&](const auto&... p) { return M(f_.value(p..., ws_)); });
  }
  M gradients(const M& x, const M& y, const Wanted<double>& wanted) override {
    return with_point(f_, x, y, [&](const auto&... p) { return M(f_.gradients(p..., wanted, ws_)); });
  }
  void pullback(const Wanted<double>& wanted) override { f_.pullback(wanted, ws_); }
  void gradient_and_hessian(const M& x, const M& y, M& g, M& h) override {
    with_point(f_, x, y, [&](const auto&... p) { f_.gradient_and_hessian(p..., g, h, ws_); });
  }
  void hessian(const M& x, const M& y, M& h) override {
    with_point(f_, x, y, [&](const auto&... p) { f_.hessian(p..., h, ws_); });
  }
  void hessian_product(const M& x, const M& y, const M& w, M& product) override {
    with_point(f_, x, y, [&](const auto&... p) { f_.hessian_product(p..., w, product, ws_); });
  }
  M mixed_product(const M& x, const M& y, const M& w, const Wanted<double>& wanted) override {
    return with_point(f_, x, y, [&](const auto&... p) { return M(f_.mixed_product(p..., w, wanted, ws_)); });
  }
  void line(const M& x, const M& y, const M& w) override {
    with_point(f_, x, y, [&](const auto&... p) { f_.line(p..., w, ws_); });
  }
  M along(const RowVector<double>& alpha) override { return f_.along(alpha, ws_); }
  M along(const RowVector<double>& alpha, RowVector<double>& slopes) override { return f_.along(alpha, ws_, slopes); }

 private:
  const F& f_;
  decltype(std::declval<const F&>().workspace({.columns = 1})) ws_;
};

template <class F>
class PointCallsOf final : public PointCalls {
 public:
  explicit PointCallsOf(const F& f) : f_(f), ws_(f.workspace()) {}

  double value(const V& x, const V& y) override {
    return with_point(f_, x, y, [&](const auto&... p) { return f_(p...); });
  }
  V gradient(const V& x, const V& y) override {
    return with_point(f_, x, y, [&](const auto&... p) { return f_.gradient(p...); });
  }
  Matrix<double> hessian(const V& x, const V& y) override {
    return with_point(f_, x, y, [&](const auto&... p) { return f_.hessian(p...); });
  }
  double gradients(const V& x, const V& y, const Wanted<double>& wanted) override {
    return with_point(f_, x, y, [&](const auto&... p) { return f_.gradients(p..., wanted, ws_); });
  }
  void hessian(const V& x, const V& y, Matrix<double>& h) override {
    with_point(f_, x, y, [&](const auto&... p) { f_.hessian(p..., h, ws_); });
  }
  void mixed_product(const V& x, const V& y, const V& w, const Wanted<double>& wanted) override {
    with_point(f_, x, y, [&](const auto&... p) { f_.mixed_product(p..., w, wanted, ws_); });
  }
  void line(const V& x, const V& y, const V& w) override {
    with_point(f_, x, y, [&](const auto&... p) { f_.line(p..., w, ws_); });
  }
  double along(double t) override { return f_.along(t, ws_); }
  double along(double t, double& slope) override { return f_.along(t, slope, ws_); }

 private:
  const F& f_;
  decltype(std::declval<const F&>().workspace()) ws_;
};

/// Everything ConvexFunction offers, at B samples (columns of x and y), against differences of the reference. `smooth`:
/// the error must be seen to fall as h^2. `theta` are the parameters of f.
void check_calls(ColumnCalls& f, const Reference& reference, const Vector<double>& theta, const Matrix<double>& x,
                 const Matrix<double>& y, Random& random, bool smooth);
template <class F>
void check_derivatives(const F& f, const Reference& reference, const Vector<double>& theta, const Matrix<double>& x,
                       const Matrix<double>& y, Random& random, bool smooth) {
  ColumnCallsOf<F> calls(f, y.cols());
  check_calls(calls, reference, theta, x, y, random, smooth);
}

/// The single-sample calls of f agree with its batched ones.
void check_calls(PointCalls& f, ColumnCalls& batched, const Matrix<double>& x, const Matrix<double>& y, Random& random);
template <class F>
void check_single_equals_batch(const F& f, const Matrix<double>& x, const Matrix<double>& y, Random& random) {
  PointCallsOf<F> calls(f);
  ColumnCallsOf<F> batched(f, y.cols());
  check_calls(calls, batched, x, y, random);
}

/// The same architectures with activations chosen at run time, whose layouts are those of the networks under test. Compiled
/// once, in reference.cpp. No sign is checked: differences may step below a zero.
using FicnnChoice = Activations<AnyActivation, AnyFirstActivation, AnyActivation>;
using PicnnChoice = PicnnActivations<AnyActivation, AnyContextActivation, AnyFirstActivation, AnyActivation>;
Reference reference(const FicnnOptions& architecture, const FicnnChoice& activations);
Reference reference(const PicnnOptions& architecture, const PicnnChoice& activations);

}  // namespace icnn::test
