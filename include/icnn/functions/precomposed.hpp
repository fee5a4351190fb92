// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <utility>

#include "icnn/functions/affine_substitution.hpp"
#include "icnn/kernels/products.hpp"

namespace icnn::inline ICNN_ISA {

/// f(E v + e); see precompose().
template <class F>
class Precomposed : public AffineSubstitution<Precomposed<F>, F> {
  using Base = AffineSubstitution<Precomposed<F>, F>;

 public:
  using typename Base::Scalar;

  Precomposed(RefOrValue<F> function, Matrix<Scalar> matrix, Vector<Scalar> offset)
      : Base(std::move(function)), matrix_(std::move(matrix)), offset_(std::move(offset)) {
    const Index n = Base::function().inputs();
    if (offset_.size() == 0) offset_ = Vector<Scalar>::Zero(n);
    require_shape("precompose", "e", offset_.rows(), offset_.cols(), n, Index{1});
    if (matrix_.rows() != n || matrix_.cols() < 1) {
      fail({"precompose", detail::text("E with ", n, " rows and at least one column"),
            detail::shape_text(matrix_.rows(), matrix_.cols())});
    }
    if (!matrix_.allFinite() || !offset_.allFinite()) fail({"precompose", "finite E and e", "NaN or infinity"});
  }

  /// The same in another scalar, with a function of its own.
  template <class T>
  [[nodiscard]] auto cast() const {
    auto inner = Base::function().template cast<T>();
    return Precomposed<decltype(inner)>(RefOrValue<decltype(inner)>(std::move(inner)), matrix_.template cast<T>(),
                                        offset_.template cast<T>());
  }
  /// Takes over a substitution of the same shape, possibly in another scalar; allocates nothing.
  template <class G>
  void assign(const Precomposed<G>& other) {
    Base::assign_function(other.function());
    matrix_ = other.matrix().template cast<Scalar>();
    offset_ = other.offset().template cast<Scalar>();
  }

  /// Another e, of the same length; allocates nothing. Throws Error on wrong sizes and NaN, and changes nothing then.
  void set_offset(const Vector<Scalar>& offset) {
    require_shape("set_offset", "e", offset.rows(), offset.cols(), offset_.size(), Index{1});
    if (!offset.allFinite()) fail({"set_offset", "a finite e", "NaN or infinity"});
    offset_ = offset;
  }

  /// 0: E may flatten directions.
  [[nodiscard]] static Scalar strong_convexity() { return Scalar(0); }
  [[nodiscard]] const Matrix<Scalar>& matrix() const noexcept { return matrix_; }
  [[nodiscard]] const Vector<Scalar>& offset() const noexcept { return offset_; }
  [[nodiscard]] Index inputs() const noexcept { return matrix_.cols(); }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return mix(mix(Base::inner_key(), 3), inputs()); }

  template <class V, class Y>
  void lift_point(const V& v, Y&& y) const {
    y.colwise() = offset_;
    add(v, y);
  }
  template <class V, class Y>
  void lift_direction(const V& v, Y&& y) const {
    y.setZero();
    add(v, y);
  }
  template <class G, class Out>
  void pull_gradient(const G& g, Out out) const {
    kernels::add_transposed_product(matrix_, g, out);
  }
  /// out += E' H E, by way of \p half = H E.
  template <class H, class Out>
  void pull_hessian(const H& h, H& half, Out out) const {
    half.setZero();
    kernels::add_product(h, matrix_, half);
    kernels::add_transposed_product(matrix_, half, out);
    kernels::mirror_lower<Scalar>(out);
  }

 private:
  /// y += E v; v may be any expression.
  template <class V, class Y>
  void add(const V& v, Y& y) const {
    for (Index c = 0; c < v.cols(); ++c)
      for (Index j = 0; j < inputs(); ++j) y.col(c) += matrix_.col(j) * v.coeff(j, c);
  }

  Matrix<Scalar> matrix_;
  Vector<Scalar> offset_;
};

/// v -> f(E v + e), E of shape n x m, e of length n (empty: 0): again convex. Throws Error on wrong sizes and on NaN.
template <class F>
[[nodiscard]] auto precompose(F&& f, Matrix<typename std::remove_cvref_t<F>::Scalar> E,
                              Vector<typename std::remove_cvref_t<F>::Scalar> e = {}) {
  return Precomposed<RefOrValueType<F>>(RefOrValue<RefOrValueType<F>>(std::forward<F>(f)), std::move(E), std::move(e));
}

}  // namespace icnn::inline ICNN_ISA
