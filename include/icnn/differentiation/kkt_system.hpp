// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <vector>

#include "icnn/kernels/vectors.hpp"
#include "icnn/solvers/quadratic/cholesky.hpp"

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
    const double size = vec::norm(part);
    if (!(size > dependent * vec::norm(row))) return false;
    for (Index k = 0; k < n; ++k) part(k) /= size;
    Vector<double> rest = part;
    const ConstColumns basis(basis_);
    for (int twice = 0; twice < 2; ++twice) {
      for (Index i = 0; i < count; ++i) vec::add_scaled(-vec::dot(basis(i), rest), basis(i), rest);
    }
    const double left = vec::norm(rest);
    if (!(left > dependent)) return false;
    vec::scale_to(1 / left, rest, basis_.col(count));
    vec::copy(part, rows_.col(count));
    sizes_.push_back(size);
    return true;
  }

  void factorize(const Matrix<double>& h, bool add_identity) {
    const Index n = free_count(), rows = row_count();
    matrix_.setZero(n + rows, n + rows);
    scales_.resize(n);
    for (Index k = 0; k < n; ++k) scales_(k) = sigma(k);
    for (Index c = 0; c < n; ++c) {
      const double* column = h.col(coordinate(c)).data();
      for (Index r = 0; r < n; ++r) matrix_(r, c) = scales_(r) * column[coordinate(r)] * scales_(c);
      if (add_identity) matrix_(c, c) += 1;
    }
    unit_ = vec::largest_magnitude({matrix_.data(), matrix_.size()});
    if (!(unit_ > 0)) unit_ = 1;
    for (Index c = 0; c < n; ++c) {
      for (Index r = 0; r < n; ++r) matrix_(r, c) /= unit_;
    }
    for (Index i = 0; i < rows; ++i) {
      for (Index k = 0; k < n; ++k) matrix_(k, n + i) = matrix_(n + i, k) = rows_(k, i);
    }
    is_definite_ = factorize_definite(n, rows);
    if (n + rows == 0 || is_definite_) return;
    lu_.setThreshold(singular);
    lu_.compute(matrix_);
  }
  /// Whether there is a direction in which nothing bends: where there is one solution there are many.
  [[nodiscard]] bool is_singular() const { return matrix_.rows() > 0 && !is_definite_ && !lu_.isInvertible(); }

  /// d of n coordinates, 0 in those that are not free, and c; \p bottom has an entry for each row. False where there is no
  /// solution; \p size is what rounding of `top` and points grows with.
  bool solve(const Vector<double>& top, const Vector<double>& bottom, double size, Vector<double>& d) {
    const Index n = free_count();
    d.setZero(top.size());
    right_.resize(matrix_.rows());
    for (Index k = 0; k < n; ++k) right_(k) = sigma(k) * top(coordinate(k)) / unit_;
    for (Index i = 0; i < row_count(); ++i) right_(n + i) = bottom(i) / sizes_[at(i)];
    if (right_.size() == 0) return true;
    if (is_definite_) {
      solution_.setZero(right_.size());
      for (int twice = 0; twice < 2; ++twice) solve_definite(residual());  // the second time for rounding
    } else {
      solution_ = lu_.solve(right_);
    }
    if (!vec::all_finite(solution_)) return false;
    for (Index k = 0; k < n; ++k) d(coordinate(k)) = sigma(k) * solution_(k);
    if (!is_singular()) return true;
    const double contradiction = vec::largest_magnitude(residual());
    return contradiction <= 1e-10 * size * (1 + 1 / unit_) + 1e-7 * vec::largest_magnitude(right_);
  }
  [[nodiscard]] double multiplier(Index row) const { return unit_ * solution_(free_count() + row) / sizes_[at(row)]; }

 private:
  static constexpr double dependent = 1e-9, singular = 1e-11, definite = 1e-6;

  /// What the solution leaves of the right-hand side.
  [[nodiscard]] Vector<double> residual() const {
    Vector<double> rest(right_.size());
    vec::scale_to(-1, right_, rest);
    vec::add_combination(matrix_, solution_, rest);
    vec::scale_to(-1, rest, rest);
    return rest;
  }
  /// Factors of the first block K = L L' and of R S K^-1 S R', where pivots are far from 0: a tenth of the time, and less,
  /// of a factorization that tells how singular a matrix is.
  bool factorize_definite(Index n, Index rows) {
    factor_.resize(n, n);
    for (Index c = 0; c < n; ++c) std::copy_n(&matrix_(0, c), n, &factor_(0, c));
    if (!has_large_pivots(factor_, 1)) return false;
    if (rows == 0) return true;
    turned_.resize(n, rows);
    for (Index i = 0; i < rows; ++i) {
      std::copy_n(&matrix_(0, n + i), n, &turned_(0, i));
      solve_lower(factor_, &turned_(0, i));
    }
    schur_.setZero(rows, rows);
    const ConstColumns turned(turned_);
    kernels::detail::add_transposed_product<double>(turned.map(), turned.map(), SquareView(schur_).map());
    double largest = 0;
    for (Index i = 0; i < rows; ++i) largest = std::max(largest, schur_(i, i));
    return has_large_pivots(schur_, largest);
  }
  /// Replaces a matrix by its factor.
  [[nodiscard]] static bool has_large_pivots(Matrix<double>& m, double unit) {
    if (!factor_in_place(m)) return false;
    const double least = std::sqrt(definite * unit);
    for (Index k = 0; k < m.rows(); ++k) {
      if (!(m(k, k) * least <= 1)) return false;  // inverses stand on the diagonal
    }
    return true;
  }
  /// Adds what solves the system for this right-hand side.
  void solve_definite(Vector<double> right) {
    const Index n = free_count(), rows = row_count();
    const VectorView top(right.data(), n), bottom(right.data() + n, rows);
    solve_lower(factor_, top.data());
    if (rows > 0) {
      Vector<double> c(rows);
      vec::dots(turned_, top, c);
      vec::subtract(c, bottom, bottom);
      solve_lower(schur_, bottom.data());
      solve_upper(schur_, bottom.data());
      vec::scale_to(-1, bottom, c);
      vec::add_combination(turned_, c, top);
    }
    solve_upper(factor_, top.data());
    vec::add_scaled(1, right, solution_);
  }

  [[nodiscard]] static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] Index coordinate(Index k) const { return free_[at(k)]; }
  [[nodiscard]] double sigma(Index k) const { return sigma_(coordinate(k)); }

  std::vector<Index> free_{};
  std::vector<double> sizes_{};                               ///< norms, by which rows are divided
  Vector<double> sigma_{}, scales_{}, right_{}, solution_{};  ///< sigma of all coordinates, and of those that are free
  Matrix<double> matrix_{}, basis_{}, rows_{};
  Matrix<double> factor_{}, turned_{}, schur_{};  ///< of a definite system: L, L^-1 S R', and the factor of its square
  bool is_definite_ = false;
  double unit_ = 1;
  Eigen::FullPivLU<Matrix<double>> lu_{};
};

}  // namespace icnn::inline ICNN_ISA
