// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/entropy_term.hpp"
#include "icnn/solvers/quadratic/cholesky.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of EntropyMaster.
struct EntropyMasterTuning {
  double start_heat = 0.25;  ///< the first temperature: this share of the longest fall of the rows' mean,
  double hottest = 1e6;      ///< at most so many times the last
  double cooling = 0.2;      ///< of the temperature
  double first_share = 0.2;  ///< of complementarity that the first step aims at;
  double share_long = 0.05;  ///< after a nearly full step,
  double share_half = 0.2;   ///< one of more than half,
  double share_short = 0.6;  ///< and a shorter one
  double long_step = 0.9;
  double half_step = 0.5;
  double boundary = 0.99;  ///< the share of the way to a weight of 0 that a step takes at most
  double overshoot = 0.3;  ///< a step is too long where the slope along it has become this negative
  int max_reductions = 20;
  double in_sight = 1e4;    ///< slacks are kept within this factor of mu / lambda
  double least_mu = 1e-3;   ///< of the tolerance
  double definite = 1e-14;  ///< keeps duplicate rows factorable
  int max_iterations = 150;
};

/// The master program of the entropic bundle method,
///
///     min  max_i (a_i'(y - z) + b_i) + c'(y - z) - T H(y)   over the entropy's box or simplex,
///
/// solved in its dual: the weights lambda of the rows lie on a simplex, y has the mirror coordinates
/// nu = -W (sum lambda_i a_i + c) / T, never touches the boundary, and the dual is concave and smooth. A primal-dual
/// interior-point method: Newton on the dual's barrier, with slacks s as variables of their own. Cost of an iteration:
/// n m^2 + m^3 / 3 operations. Duplicate rows do no harm. Allocates when made.
class EntropyMaster {
 public:
  [[gnu::cold]] EntropyMaster(Index inputs, Index max_rows)
      : y(inputs),
        multipliers(max_rows),
        mirror_(inputs),
        weights_(inputs),
        difference_(inputs),
        slack_(max_rows),
        values_(max_rows),
        trial_(max_rows),
        direction_(max_rows),
        border_(max_rows),
        along_(max_rows),
        weighted_(inputs, max_rows),
        gram_(max_rows, max_rows) {}

  /// Rows are columns of \p rows, of size 1 or so; \p temperature is T. False where the iterations end before the gap
  /// between the model at y and its dual is at most \p tolerance.
  bool solve(const EntropyTerm& term, double temperature, const ConstColumns& rows, ConstVectorView offsets,
             ConstVectorView linear, ConstVectorView origin, double tolerance) {
    problem_ = {&term, rows, offsets, linear, origin};
    const Index m = rows.columns();
    const double count = static_cast<double>(m);
    for (Index i = 0; i < m; ++i) multipliers(i) = 1 / count;
    evaluate(temperature, multipliers);
    // Where the rows are steep beside T, the program is solved at a higher temperature first, lowered step by step.
    double heat =
        std::max(temperature, std::min(tuning.start_heat * term.longest_fall(difference_), tuning.hottest * temperature));
    if (heat > temperature) evaluate(heat, multipliers);
    const auto cool = [&] {
      heat = std::max(temperature, tuning.cooling * heat);
      evaluate(heat, multipliers);
    };
    double mu = std::max(model_less_dual(), 0.1 * tolerance) / count;
    double t = vec::largest(first(values_)) + count * mu;
    for (Index i = 0; i < m; ++i) slack_(i) = t - values_(i);
    double share = tuning.first_share;
    for (iterations = 0; iterations < tuning.max_iterations; ++iterations) {
      gap = model_less_dual();
      if (gap <= tolerance) {
        if (heat == temperature) return true;
        cool();
        continue;
      }
      if (!std::isfinite(gap)) return false;
      const double complementarity = vec::dot(first(multipliers), first(slack_));
      mu = std::max(share * complementarity / count, tuning.least_mu * tolerance / count);
      if (!factorize(heat)) return false;
      double slope = 0;
      const double dt = find_direction(t, mu, slope), alpha = search(heat, t, mu, slope);
      const double total = vec::sum(first(trial_));
      for (Index i = 0; i < m; ++i) {
        multipliers(i) = trial_(i) / total;
        const double balanced = mu / multipliers(i);
        slack_(i) = std::min(std::max(along_(i), balanced / tuning.in_sight), balanced * tuning.in_sight);
      }
      t += alpha * dt;
      share = alpha > tuning.long_step   ? tuning.share_long
              : alpha > tuning.half_step ? tuning.share_half
                                         : tuning.share_short;
      if (alpha > tuning.half_step && heat > temperature) cool();
    }
    return false;
  }

  Vector<double> y;            ///< in the set
  Vector<double> multipliers;  ///< of the rows, positive; they sum to 1
  double gap = 0;
  int iterations = 0;

 private:
  static constexpr EntropyMasterTuning tuning{};

  struct Problem {
    const EntropyTerm* term = nullptr;
    ConstColumns rows = {};
    ConstVectorView offsets = {nullptr, 0}, linear = {nullptr, 0}, origin = {nullptr, 0};
  };

  [[nodiscard]] Index m() const { return problem_.rows.columns(); }
  /// Of a vector with room for all rows, what belongs to those that there are.
  [[nodiscard]] VectorView first(Vector<double>& v) const { return {v.data(), m()}; }
  [[nodiscard]] double model_less_dual() {
    return vec::largest(first(values_)) - vec::dot(first(multipliers), first(values_));
  }

  /// mirror_, y and the rows' values at lambda.
  void evaluate(double temperature, ConstVectorView lambda) {
    const EntropyTerm& term = *problem_.term;
    vec::copy(problem_.linear, difference_);
    vec::add_combination(problem_.rows, lambda.segment(0, m()), difference_);
    for (Index j = 0; j < y.size(); ++j) mirror_(j) = -term.width(j) * difference_(j) / temperature;
    term.to_point(mirror_, y);
    vec::subtract(y, problem_.origin, weights_);  // as scratch
    vec::dots(problem_.rows, weights_, values_);
    for (Index i = 0; i < m(); ++i) values_(i) += problem_.offsets(i);
  }

  /// The Cholesky factor of A'(W S W / T) A + diag(s / lambda), W S W / T the change of y for one of the dual's gradient.
  [[nodiscard]] bool factorize(double temperature) {
    const EntropyTerm& term = *problem_.term;
    const Index n = y.size();
    for (Index j = 0; j < n; ++j) {
      const double e = std::exp(-std::abs(mirror_(j))), w = term.width(j);
      weights_(j) = term.on_simplex() ? y(j) / temperature : w * w * (e / ((1 + e) * (1 + e))) / temperature;
    }
    const SquareView gram(gram_, m());
    for (Index c = 0; c < m(); ++c) vec::fill({gram.column(c), m()}, 0);
    kernels::detail::add_gram<double>(problem_.rows.map(), ConstColumns(weights_.data(), n, 1, n).map(),
                                      {weighted_.data(), n, m(), Eigen::OuterStride<>(n)}, gram.map());
    if (term.on_simplex()) {
      vec::dots(problem_.rows, y, along_);
      for (Index c = 0; c < m(); ++c) {
        for (Index r = c; r < m(); ++r) gram(r, c) -= along_(r) * along_(c) / (temperature * term.total());
      }
    }
    for (Index i = 0; i < m(); ++i) gram(i, i) = (gram(i, i) + slack_(i) / multipliers(i)) * (1 + tuning.definite);
    return factor_in_place(gram);
  }

  /// direction_ := the Newton step of lambda; returns that of t. The barrier's slope along it is \p slope at first.
  [[nodiscard]] double find_direction(double t, double mu, double& slope) {
    const SquareView gram(gram_, m());
    for (Index i = 0; i < m(); ++i) {
      border_(i) = 1;
      direction_(i) = values_(i) - t + mu / multipliers(i);
    }
    solve_lower(gram, border_.data());
    solve_lower(gram, direction_.data());
    const double dt = vec::dot(first(border_), first(direction_)) / vec::squared_norm(first(border_));
    vec::add_scaled(-dt, first(border_), first(direction_));
    slope = vec::squared_norm(first(direction_));
    solve_upper(gram, direction_.data());
    return dt;
  }

  /// A step along the direction at whose end the barrier's slope is not clearly negative: trial_ and along_ := the weights
  /// and slacks there. Returns its length.
  [[nodiscard]] double search(double heat, double t, double mu, double slope) {
    double alpha = 1;
    for (Index i = 0; i < m(); ++i) {
      if (direction_(i) < 0) alpha = std::min(alpha, -tuning.boundary * multipliers(i) / direction_(i));
    }
    const double noise = 1e-15 * vec::absolute_dot(first(values_), first(direction_));
    for (int reduction = 0;; ++reduction) {
      for (Index i = 0; i < m(); ++i) {
        const double s = slack_(i), l = multipliers(i);
        trial_(i) = l + alpha * direction_(i);
        along_(i) = s + alpha * (mu / l - s - s / l * direction_(i));
      }
      evaluate(heat, trial_);
      double after = 0;  // 1'd = 0, up to rounding
      for (Index i = 0; i < m(); ++i) after += (values_(i) - t + mu / trial_(i)) * direction_(i);
      if (after >= -tuning.overshoot * slope - noise || reduction == tuning.max_reductions) return alpha;
      alpha *= std::clamp(slope / (slope - after), 0.1, 0.7);
    }
  }

  Problem problem_{};
  Vector<double> mirror_, weights_, difference_;  ///< the last is sum lambda_i a_i + c after evaluate()
  Vector<double> slack_, values_, trial_, direction_, border_, along_;
  Matrix<double> weighted_, gram_;
};

}  // namespace icnn::inline ICNN_ISA
