// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "icnn/core/observer.hpp"
#include "icnn/solvers/quadratic/cholesky.hpp"
#include "icnn/solvers/quadratic/quadratic_program.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of BoxMaster.
struct BoxMasterTuning {
  double definite = 1e-14;  ///< keeps duplicate cuts factorable; relative
  double level = 1e-3;      ///< a step ends where the dual rises no more, to this share of its slope at first
  int max_searches = 30;    ///< for the length of a step
  Index steps = 50;         ///< so many at most, and one more for each cut
  double rounding = 32;     ///< epsilons of what a cut's value is the sum of may be all that is left of the gap
};

/// The master program of bundle methods over a box,
///
///     min  p'y + y'D y / 2 + max_i (a_i'y - b_i)   subject to   l <= y <= u,   D diagonal and positive,
///
/// solved in its dual: for weights lambda >= 0 of the cuts that sum to 1, y(lambda) = -(p + sum lambda_i a_i) / D, clamped
/// to the box, is the minimizer of the Lagrangian, and the dual is concave with the slopes a_i'y - b_i. An active-set
/// method: Newton steps over the cuts that have a weight and the one that is highest at y, each with an exact search along
/// it, until a weight becomes 0 (Kiwiel, IMA Journal of Numerical Analysis 6, 1986, without the box). It begins at the
/// weights of the latest program, from which two or three steps lead to those of the next one, where an interior-point
/// method begins anew. Cost of a step: n m + k^2 (n + k / 3) operations with k cuts that have a weight. Allocates when made.
class BoxMaster {
 public:
  [[gnu::cold]] BoxMaster(Index inputs, Index max_cuts)
      : y(inputs),
        multipliers(max_cuts),
        inverse_(inputs),
        weights_(inputs),
        point_(inputs),
        along_(inputs),
        values_(max_cuts),
        direction_(max_cuts),
        change_(max_cuts),
        active_(max_cuts),
        differences_(inputs, max_cuts),
        weighted_(inputs, max_cuts),
        gram_(max_cuts, max_cuts) {}

  /// As if nothing had been solved before.
  void forget() {
    known_ = 0;
    gives_up_ = false;
  }

  /// Of a program with nothing but cuts and bounds, up to a gap of \p tolerance between its value at y and the dual, or to
  /// the deadline. False where the steps end before, and from then on until forget(): its like are for an interior-point
  /// method. Whatever it returns, y is in the box and the multipliers are weights, if all numbers are finite.
  [[nodiscard]] bool solve(const QuadraticProgram& program, double tolerance, const Deadline& deadline = {}) {
    if (gives_up_) return false;
    begin(program);
    for (steps = 0; steps < tuning.steps + known_; ++steps) {
      gap = values_(highest_) - mean();
      if (gap <= std::max(tolerance, rounding(program))) return true;
      if (!std::isfinite(gap)) break;
      if (deadline.passed()) return true;
      if (!ascend(program)) break;
    }
    gives_up_ = true;
    return false;
  }

  Numbers<double> y;            ///< in the box
  Numbers<double> multipliers;  ///< of the cuts, not negative; they sum to 1
  double gap = 0;               ///< between the value at y and the dual
  Index steps = 0;

 private:
  static constexpr BoxMasterTuning tuning{};

  void begin(const QuadraticProgram& program) {
    const Index m = program.cuts;
    for (Index j = 0; j < y.size(); ++j) inverse_(j) = 1 / program.diagonal(j);
    double sum = 0;
    for (Index i = 0; i < m; ++i) {
      if (i >= known_) multipliers(i) = 0;
      sum += multipliers(i);
    }
    if (!(sum > 0.5 && sum < 2)) {  // those that had a weight are gone
      vec::fill({multipliers.data(), m}, 0);
      multipliers(m - 1) = sum = 1;
    }
    for (Index i = 0; i < m; ++i) multipliers(i) /= sum;
    known_ = m;
    evaluate(program);
  }

  [[nodiscard]] double mean() const { return vec::dot({multipliers.data(), known_}, {values_.data(), known_}); }

  /// What the values at y cannot be known better than.
  [[nodiscard]] double rounding(const QuadraticProgram& program) const {
    double size = std::abs(program.offsets(highest_));
    for (Index j = 0; j < y.size(); ++j) {
      size += std::abs(program.rows(highest_)(j)) * (std::abs(y(j)) + weights_(j) * (1 + std::abs(program.linear(j))));
    }
    return tuning.rounding * 0.5 * std::numeric_limits<double>::epsilon() * size;
  }

  /// y, which coordinates are free, and the values of the cuts, at the weights.
  void evaluate(const QuadraticProgram& program) {
    const Index n = y.size();
    for (Index j = 0; j < n; ++j) y(j) = -program.linear(j);
    for (Index i = 0; i < known_; ++i) {
      if (multipliers(i) != 0) vec::add_scaled(-multipliers(i), program.rows(i), y);
    }
    for (Index j = 0; j < n; ++j) {
      const double at = point_(j) = y(j) * inverse_(j), l = program.lower(j), u = program.upper(j);
      weights_(j) = at > l && at < u ? inverse_(j) : 0.0;
      y(j) = std::min(std::max(at, l), u);
    }
    vec::dots(program.rows, y, values_);
    highest_ = 0;
    for (Index i = 0; i < known_; ++i) {
      values_(i) -= program.offsets(i);
      if (values_(i) > values_(highest_)) highest_ = i;
    }
  }

  /// A step along which the dual rises. False where there is none.
  [[nodiscard]] bool ascend(const QuadraticProgram& program) {
    count_ = 0;
    Index base = 0;
    for (Index i = 0; i < known_; ++i) base = multipliers(i) > multipliers(base) ? i : base;
    for (Index i = 0; i < known_; ++i) {
      if (i != base && i != highest_ && multipliers(i) > 0) active_(count_++) = i;
    }
    if (highest_ != base) active_(count_++) = highest_;
    const bool enters = multipliers(highest_) == 0;
    if (!find_direction(program, base)) return false;
    if (enters && !(change_(count_ - 1) > 0)) {  // it would leave again: the others come first
      --count_;
      if (!find_direction(program, base)) return false;
    }
    return search(program);
  }

  /// The Newton step over the active cuts, in the differences from one of them.
  [[nodiscard]] bool find_direction(const QuadraticProgram& program, Index base) {
    const Index n = y.size();
    const SquareView gram(gram_, count_);
    for (Index k = 0; k < count_; ++k) {
      double* e = differences_.data() + k * n;
      const double* a = program.rows(active_(k)).data();
      const double* b = program.rows(base).data();
      for (Index j = 0; j < n; ++j) e[j] = a[j] - b[j];
      change_(k) = values_(active_(k)) - values_(base);
      vec::fill({gram.column(k), count_}, 0);
    }
    if (n * count_ <= vec::few_numbers) {
      for (Index k = 0; k < count_; ++k) {
        const double* e = differences_.data() + k * n;
        for (Index l = 0; l <= k; ++l) {
          const double* f = differences_.data() + l * n;
          double sum = 0;
          for (Index j = 0; j < n; ++j) sum += e[j] * weights_(j) * f[j];
          gram(k, l) = sum;
        }
      }
    } else {
      using Eigen::OuterStride;
      kernels::detail::add_gram<double>(ConstColumns(differences_.data(), n, count_, n).map(),
                                        ConstColumns(weights_.data(), n, 1, n).map(),
                                        {weighted_.data(), n, count_, OuterStride<>(n)}, gram.map());
    }
    double size = 0;
    for (Index k = 0; k < count_; ++k) size = std::max(size, gram(k, k));
    for (Index k = 0; k < count_; ++k) gram(k, k) += size > 0 ? tuning.definite * size : 1.0;  // nothing is free: any length
    if (!factor_in_place(gram)) return false;
    solve_lower(gram, change_.data());
    solve_upper(gram, change_.data());
    vec::fill({direction_.data(), known_}, 0);
    for (Index k = 0; k < count_; ++k) {
      direction_(active_(k)) = change_(k);
      direction_(base) -= change_(k);
    }
    return true;
  }

  /// Goes along the direction until the dual rises no more, or a weight is 0. False where it does not rise.
  [[nodiscard]] bool search(const QuadraticProgram& program) {
    double longest = infinity;
    Index blocking = 0;
    for (Index i = 0; i < known_; ++i) {
      if (direction_(i) < 0 && multipliers(i) < -longest * direction_(i)) {
        longest = -multipliers(i) / direction_(i);
        blocking = i;
      }
    }
    const double rise = vec::dot({direction_.data(), known_}, {values_.data(), known_});
    if (!(rise > 0 && longest > 0)) return false;
    vec::fill(along_, 0);
    vec::add_combination({differences_.data(), y.size(), count_, y.size()}, {change_.data(), count_}, along_);
    double step = std::min(1.0, longest), low = 0, high = infinity;
    for (int searches = 0; searches < tuning.max_searches; ++searches) {
      const auto [slope, fall] = slope_after(program, rise, step);
      (slope > 0 ? low : high) = step;
      if (std::abs(slope) <= tuning.level * rise || (slope > 0 && step == longest)) break;
      const double next = step + slope / fall;  // Newton's method for a slope that is linear between kinks
      step = next > low && next < high ? std::min(next, longest) : high < infinity ? 0.5 * (low + high) : longest;
    }
    for (Index i = 0; i < known_; ++i) multipliers(i) = std::max(0.0, multipliers(i) + step * direction_(i));
    if (step == longest) multipliers(blocking) = 0;
    evaluate(program);
    return true;
  }

  /// The dual's slope after a step, and how fast it falls there.
  struct Slope {
    double slope, fall;
  };
  [[nodiscard]] Slope slope_after(const QuadraticProgram& program, double slope, double step) const {
    double fall = 0;
    for (Index j = 0; j < y.size(); ++j) {
      const double speed = -along_(j) * inverse_(j), at = point_(j) + step * speed, l = program.lower(j),
                   u = program.upper(j);
      slope += along_(j) * (std::min(std::max(at, l), u) - y(j));
      fall -= at > l && at < u ? along_(j) * speed : 0.0;  // which is negative
    }
    return {slope, fall};
  }

  bool gives_up_ = false;
  Index known_ = 0, highest_ = 0, count_ = 0;
  Numbers<double> inverse_, weights_;  ///< 1 / D, and the same with 0 for coordinates on a bound
  Numbers<double> point_, along_;      ///< y before it is clamped, and how its gradient changes along the direction
  Numbers<double> values_, direction_, change_;
  Numbers<Index> active_;  ///< cuts that have a weight, without the one that others are compared with
  Matrix<double> differences_, weighted_, gram_;
};

}  // namespace icnn::inline ICNN_ISA
