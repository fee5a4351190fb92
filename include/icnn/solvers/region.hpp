// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "icnn/core/observer.hpp"
#include "icnn/kernels/vectors.hpp"
#include "icnn/sets/concepts.hpp"
#include "icnn/sets/to_polyhedron.hpp"
#include "icnn/solvers/constraint_values.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"
#include "icnn/solvers/rounding.hpp"

namespace icnn::inline ICNN_ISA {

/// A set as solvers see it, so that they are compiled once for all of them. What a set does not know has a default: no
/// bound, no multipliers, no room beyond rounding. A region may have state (see use_multipliers); one per thread.
class Region {
 public:
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;
  virtual ~Region() = default;

  /// Since when the problem is being worked on.
  [[nodiscard]] const Stopwatch& clock() const noexcept { return clock_; }

  [[nodiscard]] virtual Index dimension() const = 0;
  virtual void project(VectorView y, VectorView scratch) = 0;
  /// y := where to begin when nobody says.
  virtual void center(VectorView y, VectorView scratch) = 0;
  /// h_j = max |v_j|, infinity where it is not known.
  virtual void extents(VectorView h) const = 0;
  /// A narrow box |v_j - middle_j| <= reach_j around the set, if somebody knows one; otherwise both are empty.
  [[nodiscard]] ConstVectorView middle() const { return middle_; }
  [[nodiscard]] ConstVectorView reach() const { return reach_; }
  /// That with these bounds, and room for points that break them by rounding. Allocates.
  void set_box(const Vector<double>& lower, const Vector<double>& upper) {
    constexpr double room = 1e-9;
    middle_.resize(lower.size());
    reach_.resize(lower.size());
    for (Index j = 0; j < lower.size(); ++j) {
      middle_(j) = 0.5 * (lower(j) + upper(j));
      reach_(j) = (0.5 + room) * (upper(j) - lower(j)) + room * std::abs(middle_(j));
    }
  }
  /// At most min g'v over the set; -infinity where it is not known.
  [[nodiscard]] virtual double linear_minimum(ConstVectorView) const { return -infinity; }
  /// At most min g'(v - y) + m |v - y|^2 / 2 over the set, m > 0; -infinity where it is not known.
  [[nodiscard]] virtual double curved_minimum(ConstVectorView, ConstVectorView, double) const { return -infinity; }
  [[nodiscard]] virtual bool is_polytope() const { return true; }
  /// The part of a polyhedron with lower <= z <= upper, z_j = y_j / unit_j, as a set of these z; its rows as they are given.
  /// Units are powers of 2. Allocates.
  [[nodiscard]] virtual std::unique_ptr<Region> part(const Vector<double>& lower, const Vector<double>& upper,
                                                     const Vector<double>& units, double time_limit) const = 0;
  /// As a polytope or, if it is none, one that contains it.
  virtual void describe(Polytope& polytope) const = 0;
  /// The same with its rounding subtracted, for |v_j| <= h_j.
  [[nodiscard]] virtual double curved_bound(ConstVectorView g, ConstVectorView y, ConstVectorView h, double m) const {
    const double size = vec::squared_norm(g) / m + detail::total_reach(g, y, h);
    const double bound = curved_minimum(g, y, m) - detail::rounding_of_sum(2 * g.size()) * size;
    return std::isnan(bound) ? -infinity : bound;
  }
  /// The sum of magnitudes that the rounding of the linear minimum grows with, beyond that of g itself, for |v_j| <= h_j.
  [[nodiscard]] virtual double rounding_size(ConstVectorView, ConstVectorView) const { return 0; }
  /// By how much a point that breaks constraints within rounding may be better than those in the set.
  [[nodiscard]] virtual double violation_cost(ConstVectorView) const { return 0; }
  [[nodiscard]] virtual bool is_broken(ConstVectorView) const { return false; }
  /// The multipliers of the polytope's rows and equalities at a solution nearby: sets that bound their minima by duality
  /// become sharp there.
  virtual void use_multipliers(ConstVectorView, ConstVectorView) {}
  /// Those that the latest minima were bounded with, rows and then equalities; none for a set whose minima are known.
  [[nodiscard]] virtual const Vector<double>* multipliers() const { return nullptr; }
  /// How many multipliers bound its minima; and takes over those of a certificate, false where one has the wrong sign.
  [[nodiscard]] virtual Index multiplier_count() const { return 0; }
  [[nodiscard]] virtual bool assign_multipliers(ConstVectorView) { return true; }
  /// Those of all its constraints at the minimizer of a minorant, near y, if it has rows. Allocates.
  virtual void find_multipliers(const Minorant&, ConstVectorView, ConstraintValues&) {}
  /// Whether a point is in the set, up to the rounding of a projection. Allocates.
  [[nodiscard]] virtual bool contains(ConstVectorView y) {
    Vector<double> nearest = y.map(), scratch(y.size());
    project(nearest, scratch);
    vec::subtract(nearest, y, scratch);
    return vec::largest_magnitude(scratch) <= membership * (1 + vec::largest_magnitude(y));
  }
  /// Proven: no point satisfies all constraints. And: one is known that does. Only a polyhedron can be empty.
  [[nodiscard]] virtual bool is_empty() const { return false; }
  [[nodiscard]] virtual bool has_point() const { return true; }

 protected:
  static constexpr double membership = 1e-11;

  Region() = default;

  Stopwatch clock_{};

 private:
  Vector<double> middle_{}, reach_{};
};

namespace detail {

/// The part of a polyhedron between bounds, in units, as a region. (Defined in quadratic/polyhedron_region_impl.hpp.)
[[nodiscard]] std::unique_ptr<Region> part_of(const Polyhedron& set, const Vector<double>& lower,
                                              const Vector<double>& upper, const Vector<double>& units, double time_limit);

}  // namespace detail

/// A set that can be projected onto as a region; refers to it, or has a temporary one to itself.
template <class Set>
class SetRegion final : public Region {
 public:
  explicit SetRegion(const Set& set) noexcept : set_(set) {}
  explicit SetRegion(Set&& set) : own_(std::move(set)), set_(*own_) {}

  [[nodiscard]] Index dimension() const override { return set_.dimension(); }
  void project(VectorView y, VectorView scratch) override { detail::project(set_, y.map(), scratch.map()); }
  void center(VectorView y, VectorView scratch) override { detail::center(set_, y.map(), scratch.map()); }
  void extents(VectorView h) const override { detail::extents(set_, h.map()); }
  [[nodiscard]] double linear_minimum(ConstVectorView g) const override {
    if constexpr (LinearlyMinimizableSet<Set>) {
      return set_.linear_minimum(g.map());
    } else {
      return -infinity;
    }
  }
  [[nodiscard]] double curved_minimum(ConstVectorView g, ConstVectorView y, double m) const override {
    return detail::curved_minimum(set_, g.map(), y.map(), m);
  }
  [[nodiscard]] double curved_bound(ConstVectorView g, ConstVectorView y, ConstVectorView h, double m) const override {
    if constexpr (detail::is_box<Set>) {
      const ConstVectorView none(nullptr, 0);
      return detail::curved_minimum_in_box(set_.lower(), set_.upper(), g, none, none, 0, y, m);
    } else {
      return Region::curved_bound(g, y, h, m);
    }
  }
  [[nodiscard]] bool is_polytope() const override { return detail::is_polytope<Set>; }
  [[nodiscard]] std::unique_ptr<Region> part(const Vector<double>& lower, const Vector<double>& upper,
                                             const Vector<double>& units, double time_limit) const override {
    if constexpr (detail::is_box<Set> || std::is_same_v<Set, WholeSpace>) {
      return std::make_unique<SetRegion<Box>>(Box(lower, upper));
    } else if constexpr (PolyhedralSet<Set>) {
      return detail::part_of(to_polyhedron(set_), lower, upper, units, time_limit);
    } else {
      fail({"Region", "a polyhedron", "another set"});
    }
  }
  void describe(Polytope& polytope) const override { polytope.assign(set_); }

 private:
  std::optional<Set> own_{};
  const Set& set_;
};

}  // namespace icnn::inline ICNN_ISA
