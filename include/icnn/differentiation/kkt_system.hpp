// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <vector>

#include "icnn/kernels/vectors.hpp"

namespace icnn::inline ICNN_ISA {

/// The linear system of a quadratic program's optimality on its active constraints, in the coordinates that are free and in
/// units sigma of each of them,
///
///     [ S H S + I  S R' ] [ d / sigma ]   [ S top  ]
///     [ R S         0   ] [     c     ] = [ bottom ],   S = diag(sigma),
///
/// with the identity where asked for. Rows of R that depend on others are left out. Allocates.
class KktSystem {
 public:
  /// Of n coordinates, of which these are free.
  void begin(std::vector<Index> free, const Vector<double>& sigma) {
    free_ = std::move(free);
    sigma_ = sigma;
    const Index n = free_count();
    basis_.resize(n, n);
    rows_.resize(n, n);
    sizes_.clear();
  }

  [[nodiscard]] Index free_count() const noexcept { return static_cast<Index>(free_.size()); }
  [[nodiscard]] Index row_count() const noexcept { return static_cast<Index>(sizes_.size()); }

  /// Adds a row, unless it depends on those that are there (by Gram and Schmidt, twice).
  [[nodiscard]] bool add(const Vector<double>& row) {
    const Index n = free_count(), count = row_count();
    if (count == n) return false;
    Vector<double> part(n);
    for (Index k = 0; k < n; ++k) part(k) = sigma(k) * row(coordinate(k));
    const double size = part.norm();
    if (!(size > dependent * row.norm())) return false;
    part /= size;
    Vector<double> rest = part;
    for (int twice = 0; twice < 2; ++twice) {
      for (Index i = 0; i < count; ++i) rest -= basis_.col(i).dot(rest) * basis_.col(i);
    }
    const double left = rest.norm();
    if (!(left > dependent)) return false;
    basis_.col(count) = rest / left;
    rows_.col(count) = part;
    sizes_.push_back(size);
    return true;
  }

  void factorize(const Matrix<double>& h, bool add_identity) {
    const Index n = free_count(), rows = row_count();
    matrix_.setZero(n + rows, n + rows);
    for (Index c = 0; c < n; ++c) {
      for (Index r = 0; r < n; ++r) matrix_(r, c) = sigma(r) * h(coordinate(r), coordinate(c)) * sigma(c);
      if (add_identity) matrix_(c, c) += 1;
    }
    unit_ = n > 0 ? matrix_.cwiseAbs().maxCoeff() : 0.0;
    if (!(unit_ > 0)) unit_ = 1;
    matrix_ /= unit_;
    for (Index i = 0; i < rows; ++i) {
      matrix_.col(n + i).head(n) = rows_.col(i);
      matrix_.row(n + i).head(n) = rows_.col(i).transpose();
    }
    if (n + rows == 0) return;
    lu_.setThreshold(singular);
    lu_.compute(matrix_);
  }
  /// Whether there is a direction in which nothing bends: where there is one solution there are many.
  [[nodiscard]] bool is_singular() const { return matrix_.rows() > 0 && !lu_.isInvertible(); }

  /// d of n coordinates, 0 in those that are not free, and c; \p bottom has an entry for each row. False where there is no
  /// solution; \p size is what rounding of `top` and points grows with.
  bool solve(const Vector<double>& top, const Vector<double>& bottom, double size, Vector<double>& d) {
    const Index n = free_count();
    d.setZero(top.size());
    right_.resize(matrix_.rows());
    for (Index k = 0; k < n; ++k) right_(k) = sigma(k) * top(coordinate(k)) / unit_;
    for (Index i = 0; i < row_count(); ++i) right_(n + i) = bottom(i) / sizes_[at(i)];
    if (right_.size() == 0) return true;
    solution_ = lu_.solve(right_);
    if (!solution_.allFinite()) return false;
    for (Index k = 0; k < n; ++k) d(coordinate(k)) = sigma(k) * solution_(k);
    if (!is_singular()) return true;
    const double contradiction = (matrix_ * solution_ - right_).cwiseAbs().maxCoeff();
    return contradiction <= 1e-10 * size * (1 + 1 / unit_) + 1e-7 * right_.cwiseAbs().maxCoeff();
  }
  [[nodiscard]] double multiplier(Index row) const { return unit_ * solution_(free_count() + row) / sizes_[at(row)]; }

 private:
  static constexpr double dependent = 1e-9, singular = 1e-11;

  [[nodiscard]] static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] Index coordinate(Index k) const { return free_[at(k)]; }
  [[nodiscard]] double sigma(Index k) const { return sigma_(coordinate(k)); }

  std::vector<Index> free_{};
  std::vector<double> sizes_{};  ///< norms, by which rows are divided
  Vector<double> sigma_{}, right_{}, solution_{};
  Matrix<double> matrix_{}, basis_{}, rows_{};
  double unit_ = 1;
  Eigen::FullPivLU<Matrix<double>> lu_{};
};

}  // namespace icnn::inline ICNN_ISA
