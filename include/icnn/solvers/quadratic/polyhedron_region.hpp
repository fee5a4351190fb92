// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "icnn/solvers/quadratic/implied_bounds.hpp"
#include "icnn/solvers/quadratic/interior_point.hpp"
#include "icnn/solvers/quadratic/multipliers.hpp"
#include "icnn/solvers/region.hpp"
#include "icnn/solvers/simple_term.hpp"

namespace icnn::inline ICNN_ISA {

/// A polyhedron as a region: projections and a point to begin at are quadratic programs, and minima of linear functions are
/// bounded by the multipliers that methods pass on from their master programs. Allocates when made, and then, unless told
/// not to, finds out whether the set is empty.
class PolyhedronRegion final : public Region {
 public:
  [[gnu::cold]] explicit PolyhedronRegion(Polyhedron polyhedron, bool solve = true, double time_limit = infinity)
      : given_(std::move(polyhedron)),
        set_(given_),
        implied_(set_.dimension()),
        polytope_(set_.dimension()),
        center_(set_.dimension()),
        dual_(set_),
        values_(set_.b().size() + set_.e().size()),
        linear_(set_.dimension()),
        ones_(Vector<double>::Ones(set_.dimension())),
        solver_(set_.dimension(), set_.b().size() + 1, set_.e().size(), false) {
    options_.deadline = {clock_, time_limit};
    take_set();
    if (solve) find_center();
  }

  /// As it was given.
  [[nodiscard]] const Polyhedron& set() const noexcept { return given_; }
  /// Whether it is known to be empty, or not to be.
  [[nodiscard]] bool is_prepared() const noexcept { return found_ || empty_; }
  /// For another problem on the same set: forgets the multipliers, and starts the clock.
  void begin(double time_limit) {
    clock_ = {};
    options_.deadline = {clock_, time_limit};
    vec::fill(values_, 0);
    dual_.assign(values_);
  }
  /// The same for another set with as many rows and equalities. Where that is near by, and the center of this one is in it,
  /// too, nothing has to be solved. Allocates nothing, unless the set has to be proven empty.
  void move(const Polyhedron& to, double time_limit, bool near_by) {
    given_ = to;
    set_ = to;
    take_set();
    begin(time_limit);
    empty_ = false;
    found_ = near_by && found_ &&
             set_.violation(center_) <= rounding * size_of_rows_ * (extent() + vec::largest_magnitude(center_));
    if (!found_) find_center();
  }
  [[nodiscard]] bool has_shape_of(const Polyhedron& set) const noexcept {
    return set.dimension() == dimension() && set.b().size() == set_.b().size() && set.e().size() == set_.e().size();
  }

  [[nodiscard]] bool is_empty() const override { return empty_; }
  [[nodiscard]] bool has_point() const override { return found_; }

  [[nodiscard]] Index dimension() const override { return set_.dimension(); }
  [[nodiscard]] std::unique_ptr<Region> part(const Vector<double>& lower, const Vector<double>& upper,
                                             const Vector<double>& units, double time_limit) const override {
    return detail::part_of(set_, lower, upper, units, time_limit);
  }
  void describe(Polytope& polytope) const override { polytope.assign(set_); }
  void center(VectorView y, VectorView) override { vec::copy(center_, y); }
  void extents(VectorView h) const override { set_.box().extents(h.map()); }

  /// Leaves what is in the set, up to rounding, as it is. Otherwise an interior-point method projects, to a point inside.
  [[gnu::cold]] void project(VectorView y, VectorView) override {
    const double violation = set_.violation(y.map());
    if (violation <= 1e-12 * size_of_rows_ * (1 + vec::largest_magnitude(y))) return;
    vec::scale_to(-1, y, linear_);
    const QuadraticProgram program{.lower = polytope_.lower,
                                   .upper = polytope_.upper,
                                   .linear = linear_,
                                   .diagonal = ones_,
                                   .rows = polytope_.rows(),
                                   .offsets = polytope_.limits(),
                                   .equalities = polytope_.equalities(),
                                   .right_hand_side = polytope_.right_hand_side()};
    const bool solved = solver_.solve(program, center_, options_);
    if (vec::all_finite(solver_.y) && (solved || set_.violation(solver_.y.map()) <= violation)) vec::copy(solver_.y, y);
  }

  [[nodiscard]] double linear_minimum(ConstVectorView g) const override { return dual_.linear_minimum(g); }
  [[nodiscard]] double curved_minimum(ConstVectorView g, ConstVectorView y, double m) const override {
    return dual_.curved_bound(g, y, m);
  }
  [[nodiscard]] double curved_bound(ConstVectorView g, ConstVectorView y, ConstVectorView, double m) const override {
    return dual_.curved_bound(g, y, m);
  }
  [[nodiscard]] double rounding_size(ConstVectorView y, ConstVectorView h) const override {
    return dual_.rounding_size(y, h);
  }
  [[nodiscard]] double violation_cost(ConstVectorView y) const override { return dual_.violation_cost(y); }
  [[nodiscard]] bool is_broken(ConstVectorView y) const override { return set_.violation(y.map()) > 0; }
  [[nodiscard]] const Vector<double>* multipliers() const override { return &dual_.values(); }

  void use_multipliers(ConstVectorView rows, ConstVectorView equalities) override {
    const Index m = rows.size();
    for (Index i = 0; i < m; ++i) values_(i) = rows(i) / detail::row_length(set_.A(), i);
    for (Index i = 0; i < equalities.size(); ++i) values_(m + i) = equalities(i) / detail::row_length(set_.E(), i);
    dual_.assign(values_);
  }
  [[nodiscard]] Index multiplier_count() const override { return values_.size(); }
  [[nodiscard]] bool assign_multipliers(ConstVectorView values) override {
    dual_.assign(values);
    for (Index i = 0; i < set_.b().size(); ++i) {
      if (values(i) < 0) return false;
    }
    return true;
  }
  /// Those of the minorant's bound, which is the better one of that with its multipliers and that without any.
  [[gnu::cold]] void find_multipliers(const Minorant& below, ConstVectorView y, ConstraintValues& found) override {
    const double m = below.curvature;
    const Box& box = set_.box();
    Vector<double> g = below.slope;
    vec::add_scaled(m, y, g);
    if (below.multipliers.size() == values_.size()) dual_.assign(below.multipliers);
    if (m > 0 && dual_.curved_bound(g, y, m) < -0.5 * vec::squared_norm(g) / m) {
      vec::fill(values_, 0);
      dual_.assign(values_);
    }
    vec::step_to(below.slope, 1, dual_.combined(), g);
    for (Index j = 0; j < g.size() && m > 0; ++j) g(j) += m * std::clamp(-g(j) / m, box.lower()(j), box.upper()(j));
    found.rows.resize(set_.b().size());
    found.equalities.resize(set_.e().size());
    found.balls.resize(0);
    std::copy_n(dual_.values().data(), found.rows.size(), found.rows.data());
    std::copy_n(dual_.values().data() + found.rows.size(), found.equalities.size(), found.equalities.data());
    implied_.hand_on(given_, box, g, found);
    found.lower.resize(g.size());
    found.upper.resize(g.size());
    for (Index j = 0; j < g.size(); ++j) {
      found.lower(j) = std::max(g(j), 0.0);
      found.upper(j) = std::max(-g(j), 0.0);
    }
  }
  /// An interior-point method found it: rows may be broken by more than by a projection's rounding; the value's error counts
  /// what that is worth.
  [[nodiscard]] bool contains(ConstVectorView y) override {
    return set_.violation(y.map()) <= 1000 * membership * (1 + vec::largest_magnitude(y)) * size_of_rows_;
  }

 private:
  /// Brings what is known of the rows up to date.
  void take_set() {
    implied_.apply(given_, set_);
    polytope_.assign(set_);
    size_of_rows_ = 1;
    for (Index i = 0; i < set_.b().size(); ++i) size_of_rows_ = std::max(size_of_rows_, detail::row_length(set_.A(), i));
    for (Index i = 0; i < set_.e().size(); ++i) size_of_rows_ = std::max(size_of_rows_, detail::row_length(set_.E(), i));
  }

  /// The size of the set in what bounds and limits say of it, in whose units programs are solved.
  [[nodiscard]] double extent() const {
    double extent = 0;
    const auto note = [&](ConstVectorView sizes) {
      for (Index j = 0; j < sizes.size(); ++j) {
        if (std::isfinite(sizes(j))) extent = std::max(extent, std::abs(sizes(j)));
      }
    };
    note(given_.box().lower());
    note(given_.box().upper());
    note(polytope_.lower);
    note(polytope_.upper);
    note(polytope_.limits());
    note(polytope_.right_hand_side());
    return extent > 0 ? extent : 1;
  }

  /// The polytope in units of its extent; and rows of a program.
  struct Scaled {
    double unit = 1;
    Vector<double> lower{}, upper{}, limits{}, sides{}, start{}, little{}, offsets{};
    Matrix<double> rows{};
  };
  [[gnu::cold]] void scale(Scaled& in) const {
    in.unit = extent();
    const auto in_units = [&in](ConstVectorView v, Vector<double>& out) {
      out.resize(v.size());
      for (Index j = 0; j < v.size(); ++j) out(j) = v(j) / in.unit;
    };
    in.little.resize(dimension());
    vec::fill(in.little, little_curvature);
    in.start.resize(dimension());
    set_.box().center(in.start);
    in_units(in.start, in.start);
    in_units(polytope_.lower, in.lower);
    in_units(polytope_.upper, in.upper);
    in_units(polytope_.limits(), in.limits);
    in_units(polytope_.right_hand_side(), in.sides);
  }

  /// The least t with rows'y - offsets <= t, but for a little curvature; refers to its arguments. linear_ := 0.
  [[nodiscard]] QuadraticProgram linear_program(const Scaled& in) {
    vec::fill(linear_, 0);
    return {.lower = in.lower,
            .upper = in.upper,
            .linear = linear_,
            .diagonal = in.little,
            .rows = in.rows,
            .offsets = in.offsets,
            .cuts = in.rows.cols()};
  }

  /// The point that satisfies the rows by the most (up to the extent of the set, in units of their lengths). Where it breaks
  /// rows by more than rounding, the set may be empty.
  [[gnu::cold]] void find_center() {
    const Index n = dimension(), m = polytope_.row_count();
    Scaled& in = scaled_;
    scale(in);
    in.rows.resize(n, m + 1);  // one more keeps t above -1
    in.offsets.resize(m + 1);
    for (Index i = 0; i <= m; ++i) {
      for (Index j = 0; j < n; ++j) in.rows(j, i) = i < m ? polytope_.rows()(i)(j) : 0.0;
      in.offsets(i) = i < m ? in.limits(i) : 1.0;
    }
    QuadraticProgram program = linear_program(in);
    program.equalities = polytope_.equalities();
    program.right_hand_side = in.sides;
    solver_.solve(program, in.start, options_);
    vec::scale_to(in.unit, solver_.y, center_);
    const double size = size_of_rows_ * (in.unit + vec::largest_magnitude(center_));
    const bool somewhere = vec::all_finite(center_) && vec::largest_magnitude(center_) <= far * in.unit;
    const double violation = somewhere ? set_.violation(center_) : infinity;
    found_ = violation <= feasibility * size;
    if (!found_) vec::scale_to(in.unit, in.start, center_);
    if (violation > rounding * size && m + polytope_.equality_count() > 0) prove_empty(in);
  }

  /// Farkas' multipliers, if they can be had: those of the program that breaks rows and equalities, which count as two rows
  /// each, by the least, show it if 0 has a positive lower bound.
  [[gnu::cold]] void prove_empty(Scaled in) {
    const Index n = dimension(), m = polytope_.row_count(), k = polytope_.equality_count();
    in.rows.resize(n, m + 2 * k);
    in.offsets.resize(m + 2 * k);
    Vector<double> nu(k);
    const auto put = [&](Index at, ConstVectorView row, double sign, double limit) {
      for (Index j = 0; j < n; ++j) in.rows(j, at) = sign * row(j);
      in.offsets(at) = sign * limit;
    };
    for (Index i = 0; i < m; ++i) put(i, polytope_.rows()(i), 1, in.limits(i));
    for (Index i = 0; i < k; ++i) {
      put(m + i, polytope_.equalities()(i), 1, in.sides(i));
      put(m + k + i, polytope_.equalities()(i), -1, in.sides(i));
    }
    for (Index j = 0; j < n; ++j) {  // where the set has no end, far enough away
      in.lower(j) = std::max(in.lower(j), std::min(-near, in.upper(j) - near));
      in.upper(j) = std::min(in.upper(j), std::max(near, in.lower(j) + near));
    }
    const QuadraticProgram program = linear_program(in);
    InteriorPoint relaxed(n, m + 2 * k, 0, false);
    // The little quadratic around the latest point: where that stays, nothing of it is left in the multipliers.
    for (int round = 0; round < rounds && !empty_ && !options_.deadline.passed(); ++round) {
      relaxed.solve(program, in.start, options_);
      for (Index i = 0; i < k; ++i) nu(i) = relaxed.multipliers(m + i) - relaxed.multipliers(m + k + i);
      use_multipliers({relaxed.multipliers.data(), m}, nu);
      empty_ = dual_.lower_bound_of_zero(far * in.unit) > 0;
      in.start = relaxed.y.map();
      for (Index j = 0; j < n; ++j) linear_(j) = -in.little(j) * in.start(j);
    }
    found_ = found_ && !empty_;
    vec::fill(values_, 0);
    dual_.assign(values_);
  }

  static constexpr double rounding = 1e-13;    ///< a point that breaks no row by more than this, relatively, is in the set
  static constexpr double feasibility = 1e-9;  ///< and one that breaks them by this counts as one unless it is proven that
                                               ///< there is none
  static constexpr int rounds = 5;             ///< of the search for a proof
  static constexpr double near = 1e4, far = 1e10;   ///< in units of the set: where it is shown to be empty
  static constexpr double little_curvature = 1e-6;  ///< in these units: makes solutions unique

  Polyhedron given_;
  Polyhedron set_;  ///< with the bounds that its rows imply
  detail::ImpliedBounds implied_;
  Polytope polytope_;
  Vector<double> center_;
  Multipliers dual_;
  Vector<double> values_, linear_, ones_;
  Scaled scaled_{};
  InteriorPoint solver_;
  InteriorPoint::Options options_{.tolerance = 1e-12, .iterations = 100};
  double size_of_rows_ = 1;
  bool empty_ = false, found_ = false;
};

}  // namespace icnn::inline ICNN_ISA

#if !defined(ICNN_COMPILED)
#include "icnn/solvers/quadratic/polyhedron_region_impl.hpp"
#endif
