// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/sets/concepts.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"

namespace icnn::inline ICNN_ISA {

/// A set whose type the solvers do not see: whoever minimizes over many kinds of sets compiles them once. See concepts.hpp.
class Region {
 public:
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  [[nodiscard]] virtual Index dimension() const = 0;
  virtual void project(PointRef y, PointRef scratch) const = 0;
  virtual void center(PointRef y, PointRef scratch) const = 0;
  /// h_j = max |v_j|, infinity where it is not known.
  virtual void extents(PointRef h) const = 0;
  /// At most min g'v over the set; -infinity where it is not known.
  [[nodiscard]] virtual double linear_minimum(ConstPointRef g) const = 0;
  /// At most min g'(v - y) + m |v - y|^2 / 2 over the set, m > 0; -infinity where it is not known.
  [[nodiscard]] virtual double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const = 0;
  [[nodiscard]] virtual bool is_polytope() const { return true; }
  /// As a polytope or, if it is none, one that contains it.
  virtual void describe(Polytope& polytope) const = 0;
  /// The sum of magnitudes that the rounding of both minima grows with, beyond that of g itself, for |v_j| <= h_j.
  [[nodiscard]] virtual double rounding_size(ConstPointRef, ConstPointRef, double) const { return 0; }
  /// By how much a point that breaks constraints within rounding may be better than those in the set.
  [[nodiscard]] virtual double violation_cost(ConstPointRef) const { return 0; }
  /// The multipliers of the polytope's rows and equalities at a solution nearby: sets that bound their minima by duality
  /// become sharp there.
  virtual void use_multipliers(ConstPointRef, ConstPointRef) const {}
  /// Those that the latest minima were bounded with, rows and then equalities; none for a set whose minima are known.
  [[nodiscard]] virtual const Vector<double>* multipliers() const { return nullptr; }

 protected:
  Region() = default;
  ~Region() = default;
};

/// A set as Region; refers to it.
template <class Set>
class SetRegion final : public Region {
 public:
  explicit SetRegion(const Set& set) noexcept : set_(set) {}

  [[nodiscard]] Index dimension() const override { return set_.dimension(); }
  void project(PointRef y, PointRef scratch) const override { detail::project(set_, y, scratch); }
  void center(PointRef y, PointRef scratch) const override { detail::center(set_, y, scratch); }
  void extents(PointRef h) const override { detail::extents(set_, h); }
  [[nodiscard]] double linear_minimum(ConstPointRef g) const override {
    if constexpr (LinearlyMinimizableSet<Set>) {
      return set_.linear_minimum(g);
    } else {
      return -infinity;
    }
  }
  [[nodiscard]] double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const override {
    if constexpr (requires { set_.curved_minimum(g, y, m); }) {
      return set_.curved_minimum(g, y, m);
    } else {
      return -infinity;
    }
  }
  [[nodiscard]] bool is_polytope() const override { return detail::is_polytope<Set>; }
  void describe(Polytope& polytope) const override { polytope.assign(set_); }

 private:
  const Set& set_;
};

}  // namespace icnn::inline ICNN_ISA
