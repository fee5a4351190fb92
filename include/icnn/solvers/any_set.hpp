// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/sets/concepts.hpp"
#include "icnn/solvers/bounds_and_sums.hpp"

namespace icnn::inline ICNN_ISA {

/// A set whose type the solvers do not see: whoever minimises over many kinds of sets compiles them once. See concepts.hpp.
class AnySet {
 public:
  AnySet(const AnySet&) = delete;
  AnySet& operator=(const AnySet&) = delete;

  [[nodiscard]] virtual Index dimension() const = 0;
  virtual void project(PointRef y, PointRef scratch) const = 0;
  virtual void centre(PointRef y, PointRef scratch) const = 0;
  /// h_j = max |v_j|, infinity where it is not known.
  virtual void extents(PointRef h) const = 0;
  /// At most min g'v over the set; -infinity where it is not known.
  [[nodiscard]] virtual double linear_minimum(ConstPointRef g) const = 0;
  /// At most min g'(v - y) + m |v - y|^2 / 2 over the set, m > 0; -infinity where it is not known.
  [[nodiscard]] virtual double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const = 0;
  /// Only for sets that are made of bounds and sums.
  virtual void describe(BoundsAndSums& set) const = 0;

 protected:
  AnySet() = default;
  ~AnySet() = default;
};

/// A set as AnySet; refers to it.
template <class Set>
class SetView final : public AnySet {
 public:
  explicit SetView(const Set& set) noexcept : set_(set) {}

  [[nodiscard]] Index dimension() const override { return set_.dimension(); }
  void project(PointRef y, PointRef scratch) const override { detail::project(set_, y, scratch); }
  void centre(PointRef y, PointRef scratch) const override { detail::centre(set_, y, scratch); }
  void extents(PointRef h) const override { detail::extents(set_, h); }
  [[nodiscard]] double linear_minimum(ConstPointRef g) const override {
    if constexpr (LinearlyMinimisableSet<Set>) {
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
  void describe(BoundsAndSums& set) const override {
    if constexpr (detail::has_bounds_and_sums<Set>) set.assign(set_);
  }

 private:
  const Set& set_;
};

}  // namespace icnn::inline ICNN_ISA
