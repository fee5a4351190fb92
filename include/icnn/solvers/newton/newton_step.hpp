// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <optional>

#include "icnn/solvers/newton/active_set.hpp"
#include "icnn/solvers/quadratic/interior_point.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of NewtonStep.
struct NewtonStepTuning {
  double least_curvature = 1e-12;  ///< of what counts for the units of coordinates, relative to the largest
};

/// The step of a projected Newton method: d with y + d in the polytope that minimizes g'd + d'H d / 2, by guesses of the
/// active bounds. Where these cycle, and for sets with rows, an interior-point method takes over. Cost: n_free^3 / 3 a
/// guess. Allocates when made, and in begin() for a set with more rows or sums than any before.
template <int N = Dynamic>
class NewtonStep {
 public:
  using Point = Vector<double, N>;
  using Square = Matrix<double, N, N>;

  [[gnu::cold]] explicit NewtonStep(Index inputs)
      : guesses_(inputs), solution_of_interior_(inputs), unit_(inputs), zero_(inputs), start_(inputs) {
    vec::fill(zero_, 0);
  }

  /// To be called before the first step of a problem: forgets the latest guess, and makes room.
  void begin(const Polytope& set) {
    guesses_.forget();
    if (!solver_ || offsets_.size() < set.row_count() || right_hand_side_.size() < set.equality_count()) make_room(set);
  }

  /// False where no step could be found. H: the lower triangle is read; it is changed on the diagonal (by the regularization
  /// that makes it definite).
  [[nodiscard]] bool solve(const Polytope& set, const Point& y, const Point& g, Square& h, Point& d,
                           const Deadline& deadline = {}) {
    guesses_.prepare(set, y, h);
    if (!set.is_simple()) return interior_point(set, y, g, h, d, deadline);
    guesses_.guess(set, g);
    if (guesses_.solve(set, g, h, d, deadline)) return true;
    if (!interior_point(set, y, g, h, d, deadline)) return guesses_.forget(), false;
    // Which bounds are active is known now; the free coordinates can be had more exactly.
    guesses_.take_states(d, [this](Index j) { return solver_->bound_multiplier(j); });
    solution_of_interior_ = d;
    if (!guesses_.solve(set, g, h, d, deadline)) {
      d = solution_of_interior_;
      guesses_.forget();
    }
    return true;
  }

  /// Of the latest step, where the set has rows or equalities other than sums.
  [[nodiscard]] ConstVectorView row_multipliers(const Polytope& set) const {
    return {solver_->multipliers.data(), set.row_count()};
  }
  [[nodiscard]] ConstVectorView equality_multipliers(const Polytope& set) const {
    return {solver_->equality_multipliers.data(), set.equality_count()};
  }

 private:
  static constexpr NewtonStepTuning tuning{};

  [[nodiscard]] Index n() const noexcept { return guesses_.n(); }
  [[gnu::cold]] void make_room(const Polytope& set) {
    solver_.emplace(n(), set.row_count(), set.equality_count(), true);
    offsets_.resize(set.row_count());
    right_hand_side_.resize(set.equality_count());
    rows_.resize(n(), set.row_count());
    equalities_.resize(n(), set.equality_count());
  }

  /// In units u_j in which the diagonal of H is about constant, and rows of length about 1: powers of 2, which round
  /// nothing.
  [[nodiscard, gnu::cold]] bool interior_point(const Polytope& set, ConstVectorView y, ConstVectorView g, SquareView h,
                                               VectorView d, const Deadline& deadline) {
    const Index m = set.row_count(), k = set.equality_count();
    choose_units(h);
    scale(h, 1);
    for (Index j = 0; j < n(); ++j) {
      guesses_.lower(j) /= unit_(j);
      guesses_.upper(j) /= unit_(j);
      start_(j) = g(j) * unit_(j);
    }
    for (Index i = 0; i < m; ++i) {
      offsets_(i) = (set.limits()(i) - vec::dot(set.rows()(i), y)) / scaled_row(set.rows()(i), rows_, i);
    }
    for (Index i = 0; i < k; ++i) {
      const double missing = i < set.groups ? 0.0 : set.right_hand_side()(i) - vec::dot(set.equalities()(i), y);
      right_hand_side_(i) = missing / scaled_row(set.equalities()(i), equalities_, i);
    }
    const QuadraticProgram program{.lower = guesses_.lower,
                                   .upper = guesses_.upper,
                                   .linear = start_,
                                   .dense = ConstColumns(h.data, h.size, h.size, h.stride),
                                   .rows = ConstColumns(rows_).first(m),
                                   .offsets = {offsets_.data(), m},
                                   .equalities = ConstColumns(equalities_).first(k),
                                   .right_hand_side = {right_hand_side_.data(), k}};
    const bool solved = solver_->solve(program, zero_, {.deadline = deadline});
    scale(h, -1);
    for (Index j = 0; j < n(); ++j) {
      d(j) = solver_->y(j) * unit_(j);
      guesses_.lower(j) *= unit_(j);
      guesses_.upper(j) *= unit_(j);
    }
    for (Index i = 0; i < m; ++i) solver_->multipliers(i) /= size_of_scaled(set.rows()(i));
    for (Index i = 0; i < k; ++i) solver_->equality_multipliers(i) /= size_of_scaled(set.equalities()(i));
    return solved && vec::all_finite(d);
  }

  void choose_units(SquareView h) {
    double largest = 0;
    for (Index j = 0; j < n(); ++j) largest = std::max(largest, h(j, j));
    for (Index j = 0; j < n(); ++j) {
      const double ratio = largest / std::max(h(j, j), tuning.least_curvature * largest);
      unit_(j) = ratio >= 1 && std::isfinite(ratio) ? std::exp2(std::round(0.5 * std::log2(ratio))) : 1.0;
    }
  }
  /// H_ij := H_ij (u_i u_j)^power, of the lower triangle.
  void scale(SquareView h, int power) const {
    for (Index c = 0; c < n(); ++c) {
      for (Index r = c; r < n(); ++r) h(r, c) *= power > 0 ? unit_(r) * unit_(c) : 1 / (unit_(r) * unit_(c));
    }
  }
  /// Column i of `to` := a row in these units, over the size that is returned.
  double scaled_row(ConstVectorView row, Matrix<double>& to, Index i) const {
    const double size = size_of_scaled(row);
    for (Index j = 0; j < n(); ++j) to(j, i) = row(j) * unit_(j) / size;
    return size;
  }
  [[nodiscard]] double size_of_scaled(ConstVectorView row) const {
    double size = 0;
    for (Index j = 0; j < n(); ++j) size = std::max(size, std::abs(row(j) * unit_(j)));
    return size > 0 ? std::exp2(std::round(std::log2(size))) : 1.0;
  }

  ActiveSet<N> guesses_;
  Point solution_of_interior_;
  Numbers<double> unit_;
  Vector<double> zero_, start_, offsets_{}, right_hand_side_{};  ///< of the interior-point method
  Matrix<double> rows_{}, equalities_{};
  std::optional<InteriorPoint> solver_{};
};

}  // namespace icnn::inline ICNN_ISA
