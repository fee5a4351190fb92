// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "icnn/solvers/settings.hpp"

namespace icnn::inline ICNN_ISA {

/// The latest values of a non-monotone line search (Grippo, Lampariello and Lucidi, SIAM Journal on Numerical Analysis 23,
/// 1986): a step has to improve on the worst of them.
class LatestValues {
 public:
  /// Forgets all but this value, and remembers `memory` from now on.
  void restart(Index memory, double value) {
    size_ = static_cast<std::size_t>(memory);
    next_ = 0;
    values_.fill(value);
  }
  void add(double value) {
    values_[next_] = value;
    next_ = (next_ + 1) % size_;
  }
  [[nodiscard]] double worst() const { return *std::max_element(values_.begin(), values_.begin() + size_); }

 private:
  std::array<double, LineSearch::longest_memory> values_{};
  std::size_t size_ = 1, next_ = 0;
};

/// The end of a method that no longer gets anywhere: so many steps in a row without progress.
class Stall {
 public:
  explicit Stall(int limit) noexcept : limit_(limit) {}
  /// Counts a step; true when there have been too many without progress.
  bool note(bool progress) noexcept {
    idle_ = progress ? 0 : idle_ + 1;
    return idle_ > limit_;
  }
  void restart() noexcept { idle_ = 0; }
  [[nodiscard]] int idle() const noexcept { return idle_; }

 private:
  int limit_, idle_ = 0;
};

namespace detail {

/// The next, shorter step: the minimizer of the parabola through value and slope at 0 and the value at t, kept between a
/// tenth and a half of t.
[[nodiscard]] inline double shorter_step(double t, double slope, double value, double value_at_t) {
  const double curvature = 2 * (value_at_t - value - t * slope) / (t * t);
  const double best = curvature > 0 && std::isfinite(curvature) ? -slope / curvature : 0.1 * t;
  return std::clamp(best, 0.1 * t, 0.5 * t);
}

/// The longest sequence of shorter steps before a search direction is given up.
inline constexpr int max_reductions = 40;

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
