// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/solvers/solve_log.hpp"

namespace icnn::inline ICNN_ISA {

/// A bundle method, half an iteration at a time: what neuron folding begins with, and falls back on.
class BundleSteps {
 public:
  BundleSteps(const BundleSteps&) = delete;
  BundleSteps& operator=(const BundleSteps&) = delete;
  virtual ~BundleSteps() = default;

  /// The first cut, at the best point so far. False when ended.
  [[nodiscard]] virtual bool begin() = 0;
  /// What a master leads to: a trial point to evaluate f at, or none this time; or the search has ended, or knows no step.
  enum class Aim { trial, none, end };
  /// The first half of an iteration: a master, whose combination of cuts is left in these.
  [[nodiscard]] virtual Aim aim() = 0;
  /// The second half: evaluates f at the trial point. False when ended.
  [[nodiscard]] virtual bool take() = 0;
  /// Both.
  [[nodiscard]] bool step() {
    const Aim aimed = aim();
    return aimed == Aim::trial ? take() : aimed == Aim::none;
  }
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
