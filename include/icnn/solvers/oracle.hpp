// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <concepts>

#include "icnn/core/error.hpp"
#include "icnn/core/types.hpp"
#include "icnn/sets/concepts.hpp"

namespace icnn::inline ICNN_ISA {

/// What a solver knows of a convex function f, in double precision:
///   value(y)         f(y); makes y the point that the next two speak of
///   gradient(g)      writes a subgradient there
///   cut_error()      after gradient(): f(v) >= value + g'(v - y) - cut_error for every |v_j| <= h_j, in exact arithmetic
///   cover(h)         says which h that is; called before the first cut_error()
///   value_error(y)   |value(y) - f(y)| <= value_error
///   strong_convexity()  a modulus m >= 0: f - m |y|^2 / 2 is convex
/// and, optionally, line(y, d) with along(t), f on y + t d at a lower price; line() is false where there is none. Points are
/// vectors in double, of any extent that the solver asks for.
template <class O, class Point = Vector<double>>
concept Oracle = requires(O& oracle, const Point& y, Point& g) {
  { oracle.inputs() } -> std::convertible_to<Index>;
  { oracle.value(y) } -> std::convertible_to<double>;
  oracle.gradient(g);
  { oracle.cut_error() } -> std::convertible_to<double>;
  oracle.cover(y);
  { oracle.value_error(y) } -> std::convertible_to<double>;
  { oracle.strong_convexity() } -> std::convertible_to<double>;
};

/// An oracle whose type the solvers do not see: whoever minimizes many kinds of functions compiles them once. Offers all
/// that an oracle may, Hessians included (see CurvedOracle and ProductOracle), which are not asked for where there are none.
class AnyOracle {
 public:
  AnyOracle(const AnyOracle&) = delete;
  AnyOracle& operator=(const AnyOracle&) = delete;

  [[nodiscard]] virtual Index inputs() const = 0;
  virtual double value(const Vector<double>& y) = 0;
  virtual void gradient(Vector<double>& g) = 0;
  [[nodiscard]] virtual double cut_error() = 0;
  virtual void cover(const Vector<double>& h) = 0;
  [[nodiscard]] virtual double value_error(const Vector<double>& y) = 0;
  [[nodiscard]] virtual double strong_convexity() const = 0;
  virtual bool line(const Vector<double>&, const Vector<double>&) { return false; }
  virtual double along(double) { return infinity; }
  /// A network's adjoints of all neurons' arguments at the latest gradient(): what a certificate of slopes is made of.
  [[nodiscard]] virtual Index adjoint_count() const { return 0; }
  virtual void adjoints(PointRef) const {}
  virtual void expect_hessian(bool) {}
  virtual void hessian(Matrix<double>&) {}
  virtual void hessian_product(const Vector<double>&, Vector<double>&) {}

 protected:
  AnyOracle() = default;
  ~AnyOracle() = default;
};

/// Any oracle as AnyOracle; refers to it.
template <Oracle O>
class OracleView final : public AnyOracle {
 public:
  explicit OracleView(O& oracle) noexcept : oracle_(oracle) {}

  [[nodiscard]] Index inputs() const override { return oracle_.inputs(); }
  double value(const Vector<double>& y) override { return oracle_.value(y); }
  void gradient(Vector<double>& g) override { oracle_.gradient(g); }
  [[nodiscard]] double cut_error() override { return oracle_.cut_error(); }
  void cover(const Vector<double>& h) override { oracle_.cover(h); }
  [[nodiscard]] double value_error(const Vector<double>& y) override { return oracle_.value_error(y); }
  [[nodiscard]] double strong_convexity() const override { return oracle_.strong_convexity(); }
  bool line(const Vector<double>& y, const Vector<double>& d) override {
    if constexpr (requires { oracle_.line(y, d); }) return oracle_.line(y, d);
    return false;
  }
  double along(double t) override {
    if constexpr (requires { oracle_.along(t); }) return oracle_.along(t);
    return infinity;
  }
  [[nodiscard]] Index adjoint_count() const override {
    if constexpr (requires { oracle_.adjoint_count(); }) return oracle_.adjoint_count();
    return 0;
  }
  void adjoints(PointRef v) const override {
    if constexpr (requires { oracle_.adjoints(v); }) oracle_.adjoints(v);
  }
  void expect_hessian(bool expected) override {
    if constexpr (requires { oracle_.expect_hessian(expected); }) oracle_.expect_hessian(expected);
  }
  void hessian(Matrix<double>& h) override {
    if constexpr (requires { oracle_.hessian(h); }) oracle_.hessian(h);
  }
  void hessian_product(const Vector<double>& w, Vector<double>& product) override {
    if constexpr (requires { oracle_.hessian_product(w, product); }) oracle_.hessian_product(w, product);
  }

 private:
  O& oracle_;
};

/// A convex function that a user writes: called as f(y, gradient), it returns the value and writes a subgradient.
template <class F>
concept BlackBox = requires(F& f, const Vector<double>& y, Vector<double>& gradient) {
  { f(y, gradient) } -> std::convertible_to<double>;
};

/// A black box as an oracle. Its certificates hold as far as its values and gradients do: \p error bounds their rounding, \p
/// modulus is a known strong convexity.
template <BlackBox F>
class BlackBoxOracle {
 public:
  BlackBoxOracle(F& f, Vector<double>& gradient, double error, double modulus)
      : f_(f), gradient_(gradient), inputs_(gradient.size()), error_(error), modulus_(modulus) {}

  [[nodiscard]] Index inputs() const { return inputs_; }
  double value(const Vector<double>& y) {
    const double value = static_cast<double>(f_(y, gradient_));
    require_shape("argmin", "a gradient, written by the black box,", gradient_.rows(), gradient_.cols(), inputs_, Index{1});
    return value;
  }
  void gradient(Vector<double>& g) { g = gradient_; }
  [[nodiscard]] double cut_error() const { return error_; }
  static void cover(const Vector<double>&) {}
  [[nodiscard]] double value_error(const Vector<double>&) const { return error_; }
  [[nodiscard]] double strong_convexity() const { return modulus_; }

 private:
  F& f_;
  Vector<double>& gradient_;
  Index inputs_;
  double error_, modulus_;
};

}  // namespace icnn::inline ICNN_ISA
