// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "icnn/sets/concepts.hpp"

namespace icnn::inline ICNN_ISA {

/// { y : E y = e }. Dependent rows are dropped; contradictory ones are refused, and nearly dependent ones, whose
/// intersection rounding decides. The set is that of the orthonormal basis which is made of the rows. Unbounded (unless a
/// point): a certificate needs a strongly convex function.
class Affine {
 public:
  /// E is m x n, e of length m. An orthonormal basis of the rows is made by Gram and Schmidt's process, every row
  /// orthogonalised twice (which is enough: Giraud and Langou, 2005): a few lines, where the headers of a rank-revealing
  /// factorization would cost every user seconds of compilation.
  Affine(const Matrix<double>& E, const Vector<double>& e) : basis_(E.cols(), 0) {
    detail::checked_dimension("Affine", E.cols());
    require_shape("Affine", "a right-hand side e", e.rows(), e.cols(), E.rows(), Index{1});
    detail::require_finite("Affine", "E", {E.data(), E.size()});
    detail::require_finite("Affine", "e", e);
    const Index n = E.cols();
    Matrix<double> basis(n, E.rows());
    Vector<double> coordinates(E.rows()), row(n);
    const ConstColumns made(basis);
    Index rank = 0;
    for (Index i = 0; i < E.rows(); ++i) {
      for (Index j = 0; j < n; ++j) row(j) = E(i, j);
      const double largest = vec::largest_magnitude(row), unit = largest > 0 ? largest : 1;
      vec::scale_to(1 / unit, row, row);
      const double size = vec::norm(row);
      double rest = e(i) / unit, scale = std::abs(rest);
      for (int pass = 0; pass < 2; ++pass) {
        for (Index k = 0; k < rank; ++k) {
          const double along = vec::dot(made(k), row);
          vec::add_scaled(-along, made(k), row);
          rest -= along * coordinates(k);
          scale = std::max(scale, std::abs(along * coordinates(k)));
        }
      }
      const double length = vec::norm(row);
      if (length > 1e-13 * size && length < 1e-8 * size) {
        fail({"Affine", "rows that are dependent or clearly are not",
              detail::text("row ", i, ", nearly dependent on others"),
              "the set would be known to a few digits only: drop the row, or write the equations otherwise"});
      }
      if (length > 1e-13 * size) {
        for (Index j = 0; j < n; ++j) basis(j, rank) = row(j) / length;
        coordinates(rank++) = rest / length;
        if (!std::isfinite(coordinates(rank - 1))) {
          fail({"Affine", "equations whose solution is finite", detail::text("row ", i)});
        }
      } else if (std::abs(rest) > 1e-9 * scale) {
        fail({"Affine", "equations E y = e that have a solution", detail::text("a contradiction in row ", i),
              "the set would be empty"});
      }
    }
    basis_.resize(n, rank);
    coordinates_.resize(rank);
    std::copy_n(basis.data(), basis_.size(), basis_.data());
    std::copy_n(coordinates.data(), rank, coordinates_.data());
  }

  [[nodiscard]] Index dimension() const noexcept { return basis_.rows(); }
  [[nodiscard]] const Matrix<double>& basis() const noexcept { return basis_; }              ///< n x rank, of the rows of E
  [[nodiscard]] const Vector<double>& coordinates() const noexcept { return coordinates_; }  ///< basis' y of every y

  void project(PointRef y) const {
    const ConstColumns basis(basis_);
    for (int pass = 0; pass < 2; ++pass) {  // the second one repairs what rounding leaves of far-away points
      for (Index k = 0; k < basis.columns(); ++k) {
        vec::add_scaled(coordinates_(k) - vec::dot(basis(k), y), basis(k), y);
      }
    }
  }

  /// A lower bound of min g'(v - y) + m |v - y|^2 / 2 over the set, m > 0: the dual function at the multipliers that
  /// remove from g what the equations forbid. \p y in the set.
  [[nodiscard]] double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const {
    const ConstColumns basis(basis_);
    double free = vec::squared_norm(g), offset = 0;
    for (Index k = 0; k < basis.columns(); ++k) {
      const double fixed = vec::dot(basis(k), g);
      free -= fixed * fixed;
      offset += std::abs(fixed * (vec::dot(basis(k), y) - coordinates_(k)));
    }
    return -std::max(0.0, free) / (2 * m) - offset;
  }

  friend bool operator==(const Affine&, const Affine&) = default;

 private:
  Matrix<double> basis_;          ///< n x rank, orthonormal columns spanning the rows of E
  Vector<double> coordinates_{};  ///< basis' y for every y in the set
};

}  // namespace icnn::inline ICNN_ISA
