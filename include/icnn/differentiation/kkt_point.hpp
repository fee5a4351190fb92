// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <vector>

#include "icnn/differentiation/derivative_status.hpp"
#include "icnn/kernels/vectors.hpp"
#include "icnn/solvers/constraint_values.hpp"

namespace icnn::inline ICNN_ISA {

/// The minimum of a convex function over a set: where the conditions of Karush, Kuhn and Tucker hold, and how it moves.
/// How it is found and solved for is not everybody's to compile: see KktSearch and KktSensitivity.
class KktPoint {
 public:
  virtual ~KktPoint() = default;

  DerivativeStatus status = DerivativeStatus::gap_too_large;
  bool is_duplicated = false;  ///< rows or equalities depend on each other: no derivative in their right-hand sides
  bool is_degenerate = false;  ///< so do the arguments of neurons that bend: their shares are not the only ones
  Vector<double> y{};          ///< the minimizer
  ConstraintValues multipliers{};
  Vector<double> slopes{};      ///< of every neuron: that of its piece, or of those that bend a mean of both
  std::vector<Index> kinks{};   ///< the neurons that bend
  std::vector<double> bends{};  ///< after solve(): what has to stand for the second derivative of each neuron that bends
                                ///< times the change of its argument

  /// Whether a status says something.
  [[nodiscard]] bool says_something() const {
    return status == DerivativeStatus::exact || status == DerivativeStatus::zero || status == DerivativeStatus::one_sided;
  }
  /// Whether the shares of bending neurons are the only ones: what the derivative of the minimum needs.
  [[nodiscard]] bool has_unique_shares() const { return says_something() && !is_degenerate; }

  /// For v = dL/dy: w of KktSensitivity, and dL for each unit of the constraints' right-hand sides (of radii, for balls).
  virtual const Vector<double>& solve(ConstVectorView v, ConstraintValues& sensitivity) = 0;
};

}  // namespace icnn::inline ICNN_ISA
