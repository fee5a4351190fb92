// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/region.hpp"
#include "icnn/solvers/quadratic/interior_point.hpp"
#include "icnn/solvers/quadratic/multipliers.hpp"
#include "icnn/solvers/simple_term.hpp"

namespace icnn::inline ICNN_ISA {

/// A polyhedron as Region: projections and a point to begin at are quadratic programs, and minima of linear functions are
/// bounded by the multipliers that methods pass on from their master programs. S is double; a template, so that only who
/// solves pays for compiling it. Refers to the set; allocates when made, which finds out whether the set is empty.
template <class S>
class PolyhedronRegion final : public Region {
 public:
  explicit PolyhedronRegion(const Polyhedron& set)
      : set_(set),
        polytope_(set.dimension()),
        center_(set.dimension()),
        dual_(set),
        values_(set.b().size() + set.e().size()),
        linear_(set.dimension()),
        ones_(Vector<S>::Ones(set.dimension())),
        solver_(set.dimension(), set.b().size() + 1, set.e().size(), false) {
    polytope_.assign(set);
    for (Index i = 0; i < set.b().size(); ++i) size_of_rows_ = std::max(size_of_rows_, length(set.A().row(i)));
    for (Index i = 0; i < set.e().size(); ++i) size_of_rows_ = std::max(size_of_rows_, length(set.E().row(i)));
    find_center();
  }

  /// Proven: no point satisfies all constraints.
  [[nodiscard]] bool is_empty() const noexcept { return empty_; }
  /// A point was found that satisfies all constraints.
  [[nodiscard]] bool has_point() const noexcept { return found_; }

  [[nodiscard]] Index dimension() const override { return set_.dimension(); }
  void describe(Polytope& polytope) const override { polytope.assign(set_); }
  void center(PointRef y, PointRef) const override { y = center_; }
  void extents(PointRef h) const override { set_.box().extents(h); }

  /// Leaves what is in the set, up to rounding, as it is. Otherwise an interior-point method projects, to a point inside.
  void project(PointRef y, PointRef) const override {
    if (set_.violation(y) <= 1e-12 * size_of_rows_ * (1 + y.cwiseAbs().maxCoeff())) return;
    linear_ = -y;
    const QuadraticProgram<S> program{.lower = polytope_.lower,
                                      .upper = polytope_.upper,
                                      .linear = linear_,
                                      .diagonal = &ones_,
                                      .rows = polytope_.rows(),
                                      .offsets = polytope_.limits(),
                                      .equalities = polytope_.equalities(),
                                      .right_hand_side = polytope_.right_hand_side()};
    const bool solved = solver_.solve(program, center_, {.tolerance = 1e-12, .iterations = 100});
    if (solver_.y.allFinite() && (solved || set_.violation(solver_.y) <= set_.violation(y))) y = solver_.y;
  }

  [[nodiscard]] double linear_minimum(ConstPointRef g) const override { return dual_.linear_minimum(g); }
  [[nodiscard]] double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const override {
    return dual_.curved_minimum(g, y, m);
  }
  [[nodiscard]] double rounding_size(ConstPointRef y, ConstPointRef h, double m) const override {
    return dual_.rounding_size(y, h, m);
  }
  [[nodiscard]] double violation_cost(ConstPointRef y) const override { return dual_.violation_cost(y); }
  [[nodiscard]] const Vector<double>* multipliers() const override { return &dual_.values(); }

  void use_multipliers(ConstPointRef rows, ConstPointRef equalities) const override {
    const Index m = rows.size();
    for (Index i = 0; i < m; ++i) values_(i) = rows(i) / length(set_.A().row(i));
    for (Index i = 0; i < equalities.size(); ++i) values_(m + i) = equalities(i) / length(set_.E().row(i));
    dual_.assign(values_);
  }

 private:
  template <class Row>
  [[nodiscard]] static double length(const Row& row) {
    const double size = row.stableNorm();
    return size > 0 ? size : 1.0;
  }

  /// The point that satisfies the rows by the most (up to the extent of the set, in units of their lengths). Where there is
  /// none, equalities count as rows, too, and the multipliers prove it if they can: 0 has a positive lower bound.
  void find_center() {
    const Index n = dimension(), m = polytope_.row_count(), k = polytope_.equality_count();
    double extent = 0;  // the program is solved in units of it
    const auto note = [&](double size) { extent = std::isfinite(size) ? std::max(extent, std::abs(size)) : extent; };
    for (Index j = 0; j < n; ++j) note(polytope_.lower(j)), note(polytope_.upper(j));
    for (Index i = 0; i < m; ++i) note(polytope_.limits()(i));
    for (Index i = 0; i < k; ++i) note(polytope_.right_hand_side()(i));
    if (extent == 0) extent = 1;
    const Vector<S> lower = polytope_.lower / extent, upper = polytope_.upper / extent;
    const Vector<S> right_hand_side = polytope_.right_hand_side() / extent, little = Vector<S>::Constant(n, 1e-6);
    Vector<S> start(n);
    set_.box().center(start);
    start /= extent;
    linear_.setZero();
    const auto solve = [&](InteriorPoint<S>& solver, const Matrix<S>& rows, const Vector<S>& limits, bool with_equalities) {
      const Index equalities = with_equalities ? k : 0;
      const QuadraticProgram<S> program{.lower = lower,
                                        .upper = upper,
                                        .linear = linear_,
                                        .diagonal = &little,
                                        .rows = rows,
                                        .offsets = limits,
                                        .cuts = rows.cols(),
                                        .equalities = polytope_.equalities().leftCols(equalities),
                                        .right_hand_side = right_hand_side.head(equalities)};
      solver.solve(program, start, {.tolerance = 1e-12, .iterations = 100});
    };
    Matrix<S> rows = Matrix<S>::Zero(n, m + 1);
    Vector<S> limits = Vector<S>::Ones(m + 1);  // the last row keeps t above -1
    rows.leftCols(m) = polytope_.rows();
    limits.head(m) = polytope_.limits() / extent;
    solve(solver_, rows, limits, true);
    center_ = extent * solver_.y;
    found_ =
        center_.allFinite() && set_.violation(center_) <= 1e-9 * size_of_rows_ * (extent + center_.cwiseAbs().maxCoeff());
    if (found_ || m + k == 0) return;
    center_ = extent * start;
    rows.resize(n, m + 2 * k);
    limits.resize(m + 2 * k);
    rows << polytope_.rows(), polytope_.equalities(), -polytope_.equalities();
    limits << polytope_.limits() / extent, right_hand_side, -right_hand_side;
    InteriorPoint<S> relaxed(n, rows.cols(), 0, false);
    solve(relaxed, rows, limits, false);
    use_multipliers(relaxed.multipliers.head(m), relaxed.multipliers.segment(m, k) - relaxed.multipliers.segment(m + k, k));
    Vector<S> h(n);
    extents(h);
    const Vector<S> zero = Vector<S>::Zero(n);
    empty_ = linear_minimum(zero) - detail::rounding_of_sum(2 * n) * rounding_size(zero, h, 0) > 0;
    use_multipliers(Vector<S>::Zero(m), Vector<S>::Zero(k));
  }

  const Polyhedron& set_;
  Polytope polytope_;
  Vector<S> center_;
  // Caches of the multipliers and of programs: the set itself does not change.
  mutable Multipliers<S> dual_;
  mutable Vector<S> values_;
  mutable Vector<S> linear_;
  Vector<S> ones_;
  mutable InteriorPoint<S> solver_;
  double size_of_rows_ = 1;
  bool empty_ = false, found_ = false;
};

}  // namespace icnn::inline ICNN_ISA
