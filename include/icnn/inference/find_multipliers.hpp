// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <tuple>
#include <type_traits>
#include <vector>

#include "icnn/inference/choose_method.hpp"
#include "icnn/sets/ball.hpp"
#include "icnn/sets/to_polyhedron.hpp"
#include "icnn/solvers/entropy_term.hpp"
#include "icnn/solvers/region.hpp"
#include "icnn/solvers/result.hpp"
#include "icnn/solvers/settings.hpp"

namespace icnn::inline ICNN_ISA::detail {

/// Sets whose constraints are known: the library's own.
template <class Set>
inline constexpr bool has_constraints = is_polytope<Set> || std::is_same_v<Set, Ball> || std::is_same_v<Set, HalfSpace> ||
                                        std::is_same_v<Set, Affine> || std::is_same_v<Set, Polyhedron>;
template <class... Sets>
inline constexpr bool has_constraints<Product<Sets...>> = (has_constraints<Sets> && ...);

/// The multipliers with which constraints hold a minorant, slope'v + m |v|^2 / 2, at its minimizer over a set: factor after
/// factor, in the order of constraints_of(). Allocates.
class MultiplierSearch {
 public:
  /// Of result.minorant; with an entropy, at result.y. Writes result.multipliers at its end.
  MultiplierSearch(const EntropyTerm* entropy, Result& result);
  ~MultiplierSearch();
  MultiplierSearch(const MultiplierSearch&) = delete;
  MultiplierSearch& operator=(const MultiplierSearch&) = delete;

  void add(const WholeSpace& set);
  void add(const Box& set);
  void add(const Simplex& set);
  void add(const Ball& set);
  void add(const HalfSpace& set);
  void add(const Affine& set);
  template <class... Sets>
  void add(const Product<Sets...>& product) {
    std::apply([this](const auto&... set) { (this->add(set), ...); }, product.factors());
  }

 private:
  /// The minorant's gradient at its minimizer over the next factor.
  template <class Set>
  [[nodiscard]] Vector<double> normal(const Set& set) const;

  const Minorant& below_;
  const EntropyTerm* entropy_;
  const Vector<double>& y_;
  ConstraintValues& values_;
  Index first_ = 0;
  std::vector<double> rows_{}, equalities_{}, balls_{};
};

/// Whether there are any to be found; where not, none of an earlier problem are left.
[[nodiscard]] bool has_multipliers(const Settings& settings, Result& result);

/// A simplex among rows also has the bounds y_j <= total, which its other constraints imply: lambda (y_j - total) is
/// lambda (sum of y - total) - lambda (sum of the other y).
void hand_on_bounds_of_simplex(Index first, Index n, double& equality, ConstraintValues& values);

/// Hands on those of all simplices in a product with rows; `first` and `equality` are where its part begins.
template <class Set>
void hand_on_bounds(const Set& set, Index& first, Index& equality, ConstraintValues& values) {
  if constexpr (requires { set.factors(); }) {
    std::apply([&](const auto&... factor) { (hand_on_bounds(factor, first, equality, values), ...); }, set.factors());
  } else {
    if constexpr (std::is_same_v<Set, Simplex>) {
      hand_on_bounds_of_simplex(first, set.dimension(), values.equalities(equality++), values);
    } else if constexpr (std::is_same_v<Set, Affine>) {
      equality += set.coordinates().size();
    } else if constexpr (std::is_same_v<Set, Polyhedron>) {
      equality += set.e().size();
    }
    first += set.dimension();
  }
}

/// Throws Error where a set's constraints are not known.
template <class Set>
void require_constraints() {
  if constexpr (!has_constraints<Set>) {
    fail({"argmin", "a set of the library, for multipliers", "one whose constraints are not known",
          "write it as a Polyhedron, or as a Product of sets"});
  }
}

/// On request, result.multipliers: those that prove its lower bound. They are >= 0 but for equalities, and
///
///     f(v) - lower'(v - l) + upper'(v - u) + rows'(A v - b) + equalities'(E v - e) + sum_i balls_i (|v - c_i| - r_i)
///
/// is at least that bound wherever f is finite, up to rounding; so that their sum, each times how far y is from its
/// constraint, is no more than the gap. A coordinate that no constraint holds has multipliers of about gap / distance, not
/// exactly 0. Without a finite lower bound there are none. Cost: about a projection onto the set. Allocates.
template <class Set>
[[gnu::cold, gnu::noinline]] void find_multipliers(const Set& set, Region& region, const EntropyTerm* entropy,
                                                   const Settings& settings, Result& result) {
  if (!has_multipliers(settings, result)) return;
  if constexpr (has_constraints<Set>) {
    if (kind_of<Set> == SetKind::polyhedron || region.multiplier_count() > 0) {
      region.find_multipliers(result.minorant, result.y, result.multipliers);
      Index first = 0, equality = 0;
      hand_on_bounds(set, first, equality, result.multipliers);
    } else if constexpr (kind_of<Set> != SetKind::polyhedron) {
      MultiplierSearch(entropy, result).add(set);
    }
  }
}

}  // namespace icnn::inline ICNN_ISA::detail

#if !defined(ICNN_COMPILED)
#include "icnn/inference/find_multipliers_impl.hpp"
#endif
