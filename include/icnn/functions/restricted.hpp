// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "icnn/functions/affine_substitution.hpp"

namespace icnn::inline ICNN_ISA {

/// f with some coordinates fixed; see restrict_to().
template <class F>
class Restricted : public AffineSubstitution<Restricted<F>, F> {
  using Base = AffineSubstitution<Restricted<F>, F>;

 public:
  using typename Base::Scalar;

  Restricted(RefOrValue<F> function, Matrix<Scalar> known, std::vector<Index> free)
      : Base(std::move(function)), known_(std::move(known)), free_(std::move(free)) {
    const Index n = Base::function().inputs();
    const Index samples = Base::batch();
    if (known_.rows() != n || known_.cols() < 1 || (samples > 0 && known_.cols() > 1 && known_.cols() != samples)) {
      fail({"restrict_to", detail::text("known values of shape ", n, " x 1, or a column per sample"),
            detail::shape_text(known_.rows(), known_.cols())});
    }
    if (free_.empty()) fail({"restrict_to", "at least one free coordinate", "none"});
    std::vector<bool> seen(static_cast<std::size_t>(n), false);
    for (const Index j : free_) {
      if (j < 0 || j >= n || seen[static_cast<std::size_t>(j)]) {
        fail({"restrict_to", detail::text("distinct free coordinates in 0..", n - 1), detail::text(j)});
      }
      seen[static_cast<std::size_t>(j)] = true;
    }
    check_finite(known_);
  }

  /// Other known values, of the same shape; allocates nothing. Throws Error on another shape and on NaN, and changes nothing
  /// then.
  void set_known(const Matrix<Scalar>& known) {
    require_shape("set_known", "known values", known.rows(), known.cols(), known_.rows(), known_.cols());
    check_finite(known);
    known_ = known;
  }

  /// The same in another scalar, with a function of its own.
  template <class T>
  [[nodiscard]] auto cast() const {
    auto inner = Base::function().template cast<T>();
    return Restricted<decltype(inner)>(RefOrValue<decltype(inner)>(std::move(inner)), known_.template cast<T>(), free_);
  }
  /// Takes over a restriction of the same shape, possibly in another scalar; allocates nothing.
  template <class G>
  void assign(const Restricted<G>& other) {
    Base::assign_function(other.function());
    known_ = other.known().template cast<Scalar>();
    free_ = other.free_coordinates();
  }

  [[nodiscard]] const Matrix<Scalar>& known() const noexcept { return known_; }
  [[nodiscard]] const std::vector<Index>& free_coordinates() const noexcept { return free_; }
  [[nodiscard]] Index inputs() const noexcept { return static_cast<Index>(free_.size()); }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return mix(mix(Base::inner_key(), 2), inputs()); }
  [[nodiscard]] Index batch() const noexcept { return known_.cols() > 1 ? known_.cols() : Base::batch(); }

  /// The point of f that belongs to the free coordinates v.
  template <class V, class Y>
  void lift_point(const V& v, Y&& y) const {
    if (known_.cols() == 1) {
      y.colwise() = known_.col(0);
    } else {
      y = known_;
    }
    scatter(v, y);
  }
  template <class V, class Y>
  void lift_direction(const V& v, Y&& y) const {
    y.setZero();
    scatter(v, y);
  }
  template <class G, class Out>
  void pull_gradient(const G& g, Out out) const {
    for (Index c = 0; c < g.cols(); ++c)
      for (Index k = 0; k < inputs(); ++k) out(k, c) += g(row(k), c);
  }
  template <class H, class Out>
  void pull_hessian(const H& h, H&, Out out) const {
    for (Index c = 0; c < inputs(); ++c)
      for (Index k = 0; k < inputs(); ++k) out(k, c) += h(row(k), row(c));
  }

 private:
  /// What stands at free coordinates is not read.
  void check_finite(const Matrix<Scalar>& known) const {
    for (Index j = 0; j < known.rows(); ++j) {
      if (known.row(j).allFinite() || std::find(free_.begin(), free_.end(), j) != free_.end()) continue;
      fail({"restrict_to", "finite known values", detail::text("NaN or infinity at coordinate ", j)});
    }
  }
  [[nodiscard]] Index row(Index k) const { return free_[static_cast<std::size_t>(k)]; }

  template <class V, class Y>
  void scatter(const V& v, Y& y) const {
    for (Index c = 0; c < v.cols(); ++c)
      for (Index k = 0; k < inputs(); ++k) y(row(k), c) = v.coeff(k, c);
  }

  Matrix<Scalar> known_;
  std::vector<Index> free_;
};

/// f as a function of its \p free coordinates alone, the others fixed at \p known: n values, of which those at free
/// coordinates are not read, or a column of them per sample. What imputation and joint energies f(x, y) need. Again convex.
/// Throws Error on wrong sizes, and on free coordinates out of range or named twice.
template <class F>
[[nodiscard]] auto restrict_to(F&& f, Matrix<typename std::remove_cvref_t<F>::Scalar> known, std::vector<Index> free) {
  return Restricted<RefOrValueType<F>>(RefOrValue<RefOrValueType<F>>(std::forward<F>(f)), std::move(known), std::move(free));
}

}  // namespace icnn::inline ICNN_ISA
