// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/solvers/solve_log.hpp"

namespace icnn::inline ICNN_ISA {

/// A bundle method, one iteration at a time: what neuron folding begins with, and falls back on.
class BundleSteps {
 public:
  BundleSteps(const BundleSteps&) = delete;
  BundleSteps& operator=(const BundleSteps&) = delete;
  virtual ~BundleSteps() = default;

  /// The first cut, at the best point so far. False when ended.
  [[nodiscard]] virtual bool begin() = 0;
  /// One iteration: a master, whose combination of cuts is left in these, and as a rule an evaluation. False when ended, or
  /// when no step is known.
  [[nodiscard]] virtual bool step() = 0;
  /// next := f + phi at the trial point, with a cut there; `missed`: by how much that cut misses the center. False when
  /// ended.
  [[nodiscard]] virtual bool cut_trial(double& next, double& missed) = 0;
  /// The trial point, where f + phi is `next`, becomes the center.
  virtual void accept(double next) = 0;

  /// f + phi and f at the center.
  [[nodiscard]] double value() const noexcept { return value_; }
  [[nodiscard]] double smooth_value() const noexcept { return smooth_; }

  Cuts& cuts;
  VectorView center, trial, combined, scratch;  ///< the third for the gradient of a combination

 protected:
  BundleSteps(SolveLog& log, Cuts& all, VectorView c, VectorView y, VectorView g, VectorView other)
      : cuts(all), center(c), trial(y), combined(g), scratch(other), log_(log) {}

  SolveLog& log_;
  double value_ = 0, smooth_ = 0;
};

}  // namespace icnn::inline ICNN_ISA
