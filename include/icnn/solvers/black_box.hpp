// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <utility>

#include "icnn/core/error.hpp"
#include "icnn/solvers/convex_model.hpp"

namespace icnn::inline ICNN_ISA {

/// A convex function that a user writes: called as f(y, gradient), it returns the value and writes a subgradient.
template <class F>
concept PlainBlackBox = requires(F& f, const Vector<double>& y, Vector<double>& gradient) {
  { f(y, gradient) } -> std::convertible_to<double>;
};

/// The same with second derivatives: f(y, gradient, hessian) also writes the n x n Hessian, all of it.
template <class F>
concept CurvedBlackBox = requires(F& f, const Vector<double>& y, Vector<double>& gradient, Matrix<double>& hessian) {
  { f(y, gradient, hessian) } -> std::convertible_to<double>;
};

template <class F>
concept BlackBox = PlainBlackBox<F> || CurvedBlackBox<F>;

namespace detail {

/// What stands where a black box has not written yet: a NaN that no computation makes, and that sums pass on.
inline constexpr std::uint64_t unwritten = 0x7ff8'1c22'0bad'0bad;

[[nodiscard]] inline bool is_unwritten(double x) noexcept { return std::bit_cast<std::uint64_t>(x) == unwritten; }

}  // namespace detail

/// What a black box in n variables reads and writes.
struct BlackBoxBuffers {
  explicit BlackBoxBuffers(Index n) : y(n), gradient(n) {}

  Vector<double> y, gradient;
  Matrix<double> hessian{};  ///< empty until a function has one
};

/// What all black boxes have in common as models. Certificates hold as far as values and gradients do; a Hessian only
/// steers the steps, no bound is made from it.
class BlackBoxModel : public ConvexModel {
 public:
  /// \p error bounds the rounding of values and cuts, \p modulus is a known strong convexity. Refers to the buffers;
  /// allocates where these have been thrown out of shape, or have no Hessian yet.
  BlackBoxModel(BlackBoxBuffers& buffers, bool curved, double error, double modulus)
      : buffers_(buffers), error_(error), modulus_(modulus) {
    const Index n = inputs();
    buffers.gradient.resize(n);
    if (curved) buffers.hessian.resize(n, n);
  }

  [[nodiscard]] Index inputs() const override { return buffers_.y.size(); }
  [[nodiscard]] double strong_convexity() const override { return modulus_; }
  void gradient(VectorView g) override { vec::copy(buffers_.gradient, g); }
  void set_region(ConstVectorView, ConstVectorView) override {}
  [[nodiscard]] double cut_error() override { return error_; }
  using ConvexModel::value_error;
  [[nodiscard]] double value_error(ConstVectorView, ConstVectorView) override { return error_; }
  void hessian(SquareView h) override {
    for (Index c = 0; c < h.size; ++c) vec::copy({buffers_.hessian.data() + c * h.size, h.size}, {h.column(c), h.size});
  }
  void hessian_product(ConstVectorView w, VectorView product) override {
    vec::fill(product, 0);
    vec::add_combination(buffers_.hessian, w, product);
  }

 protected:
  /// The buffers with y in place, and NaN where something has to be written.
  BlackBoxBuffers& prepared(ConstVectorView y, bool curved) {
    vec::copy(y, buffers_.y);
    vec::fill(buffers_.gradient, std::bit_cast<double>(detail::unwritten));
    if (curved) buffers_.hessian.setConstant(inputs(), inputs(), std::numeric_limits<double>::quiet_NaN());
    return buffers_;
  }

  /// The value, once it is known that the function has written what it was to write. Throws Error.
  double checked(double value, bool curved) const {
    const Index n = inputs();
    const Vector<double>& g = buffers_.gradient;
    require_shape("argmin", "a gradient, written by the black box,", g.rows(), g.cols(), n, Index{1});
    for (Index j = 0; j < n && std::isfinite(value); ++j) {
      if (!detail::is_unwritten(g(j))) continue;
      fail({"argmin", "a gradient, every entry of it, from the black box", detail::text("none at coordinate ", j),
            "write g(j) = ..., zeros, too; it does not come zeroed"});
    }
    if (curved) check_hessian(std::isfinite(value) && vec::all_finite(g));
    return value;
  }

 private:
  void check_hessian(bool is_finite) const {
    const Index n = inputs();
    const Matrix<double>& h = buffers_.hessian;
    require_shape("argmin", "a Hessian, written by the black box,", h.rows(), h.cols(), n, n);
    if (is_finite && !vec::all_finite({h.data(), n * n})) {
      fail({"argmin", "a Hessian from the black box, every entry of it", "none, NaN or infinity", "write zeros, too"});
    }
    const double size = vec::largest_magnitude({h.data(), n * n});
    for (Index c = 0; c < n; ++c) {
      for (Index r = 0; r < c; ++r) {
        if (!(std::abs(h(r, c) - h(c, r)) > 1e-8 * size)) continue;  // NaN, beside NaN elsewhere, is a status
        fail({"argmin", "a symmetric Hessian from the black box",
              detail::text(h(r, c), " at (", r, ", ", c, ") and ", h(c, r), " at (", c, ", ", r, ")"),
              "write both triangles"});
      }
    }
  }

  BlackBoxBuffers& buffers_;
  double error_, modulus_;
};

/// A black box as a model; refers to it.
template <BlackBox F>
class FunctionModel final : public BlackBoxModel {
 public:
  FunctionModel(F& f, BlackBoxBuffers& buffers, double error = 0, double modulus = 0)
      : BlackBoxModel(buffers, CurvedBlackBox<F>, error, modulus), f_(f) {}

  /// A function that can be called both ways is asked for Hessians where they are used.
  double value(kernels::Order order, ConstVectorView y) override {
    const bool curved = !PlainBlackBox<F> || (CurvedBlackBox<F> && order == kernels::Order::second);
    BlackBoxBuffers& of = prepared(y, curved);
    if constexpr (CurvedBlackBox<F>) {
      if (curved) return checked(static_cast<double>(f_(std::as_const(of.y), of.gradient, of.hessian)), true);
    }
    if constexpr (PlainBlackBox<F>) return checked(static_cast<double>(f_(std::as_const(of.y), of.gradient)), false);
  }

 private:
  F& f_;
};

}  // namespace icnn::inline ICNN_ISA
