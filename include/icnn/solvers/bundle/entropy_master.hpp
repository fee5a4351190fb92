// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/kernels/products.hpp"
#include "icnn/solvers/quadratic/cholesky.hpp"
#include "icnn/solvers/simple_term.hpp"

namespace icnn::inline ICNN_ISA {

/// The master program of the entropic bundle method,
///
///     min  max_i (a_i'(y - z) + b_i) + c'(y - z) - T H(y)   over the entropy's box or simplex,
///
/// solved in its dual: the weights lambda of the rows lie on a simplex, y has the mirror coordinates
/// nu = -W (sum lambda_i a_i + c) / T, never touches the boundary, and the dual is concave and smooth. A primal-dual
/// interior-point method: Newton on the dual's barrier, with slacks s as variables of their own. Cost of an iteration:
/// n m^2 + m^3 / 3 operations. Duplicate rows do no harm. Allocates when made. S is double; a template, so that only who
/// solves pays for compiling it.
template <class S>
class EntropyMaster {
 public:
  EntropyMaster(Index inputs, Index most_rows)
      : y(inputs),
        multipliers(most_rows),
        mirror_(inputs),
        weights_(inputs),
        difference_(inputs),
        slack_(most_rows),
        values_(most_rows),
        trial_(most_rows),
        direction_(most_rows),
        border_(most_rows),
        along_(most_rows),
        weighted_(inputs, most_rows),
        gram_(most_rows, most_rows) {}

  /// Rows are columns of \p rows, of size 1 or so; \p temperature is T. False where the iterations end before the gap
  /// between the model at y and its dual is at most \p tolerance.
  template <class Rows, class Offsets>
  bool solve(const EntropyTerm& term, double temperature, const Rows& rows, const Offsets& offsets, const Vector<S>& linear,
             const Vector<S>& origin, double tolerance, int most_iterations = 150) {
    const Index m = rows.cols();
    auto lambda = multipliers.head(m), slack = slack_.head(m), values = values_.head(m), d = direction_.head(m);
    auto trial = trial_.head(m), ones = border_.head(m), along = along_.head(m);
    lambda.setConstant(1 / static_cast<double>(m));
    evaluate(term, temperature, rows, offsets, linear, origin, lambda);
    // Where the rows are steep beside T, the program is solved at a higher temperature first, lowered step by step.
    double heat = std::max(temperature, std::min(0.25 * term.longest_fall(difference_), 1e6 * temperature));
    if (heat > temperature) evaluate(term, heat, rows, offsets, linear, origin, lambda);
    const auto cool = [&] {
      heat = std::max(temperature, 0.2 * heat);
      evaluate(term, heat, rows, offsets, linear, origin, lambda);
    };
    double t = values.maxCoeff();
    double mu = std::max(t - lambda.dot(values), 0.1 * tolerance) / static_cast<double>(m);
    t += static_cast<double>(m) * mu;
    slack = (t - values.array()).matrix();
    double share = 0.2;
    for (iterations = 0; iterations < most_iterations; ++iterations) {
      gap = values.maxCoeff() - lambda.dot(values);
      if (gap <= tolerance) {
        if (heat == temperature) return true;
        cool();
        continue;
      }
      if (!std::isfinite(gap)) return false;
      mu = std::max(share * lambda.dot(slack) / static_cast<double>(m), 1e-3 * tolerance / static_cast<double>(m));
      if (!factorize(term, heat, rows, lambda, slack)) return false;
      const auto gram = gram_.topLeftCorner(m, m);
      ones.setOnes();
      detail::solve_lower(gram, ones);
      d = values.array() - t + mu / lambda.array();
      detail::solve_lower(gram, d);
      const double dt = ones.dot(d) / ones.squaredNorm();
      d -= dt * ones;
      // Along d the barrier's slope falls from `slope`; a step is too long where it has become clearly negative.
      const double slope = d.squaredNorm();
      detail::solve_upper(gram, d);
      const double noise = 1e-15 * values.cwiseAbs().dot(d.cwiseAbs());
      double longest = 1;
      for (Index i = 0; i < m; ++i) {
        if (d(i) < 0) longest = std::min(longest, -0.99 * lambda(i) / d(i));
      }
      double alpha = longest;
      for (int reduction = 0;; ++reduction) {
        trial = lambda + alpha * d;
        along = slack.array() + alpha * (mu / lambda.array() - slack.array() - slack.array() / lambda.array() * d.array());
        evaluate(term, heat, rows, offsets, linear, origin, trial);
        const double after = (values.array() - t + mu / trial.array()).matrix().dot(d);  // 1'd = 0, up to rounding
        if (after >= -0.3 * slope - noise || reduction == 20) break;
        alpha *= std::clamp(slope / (slope - after), 0.1, 0.7);
      }
      lambda = trial / trial.sum();
      t += alpha * dt;
      constexpr double far = 1e4;  // slacks are kept within sight of mu / lambda
      slack = along.array().max(mu / far / lambda.array()).min(mu * far / lambda.array()).matrix();
      share = alpha > 0.9 ? 0.05 : alpha > 0.5 ? 0.2 : 0.6;
      if (alpha > 0.5 && heat > temperature) cool();
    }
    return false;
  }

  Vector<S> y;            ///< in the set
  Vector<S> multipliers;  ///< of the rows, positive; they sum to 1
  double gap = 0;
  int iterations = 0;

 private:
  /// mirror_, y and the rows' values at lambda.
  template <class Rows, class Offsets, class Lambda>
  void evaluate(const EntropyTerm& term, double temperature, const Rows& rows, const Offsets& offsets,
                const Vector<S>& linear, const Vector<S>& origin, const Lambda& lambda) {
    difference_ = linear;
    for (Index i = 0; i < rows.cols(); ++i) difference_ += lambda(i) * rows.col(i);
    for (Index j = 0; j < y.size(); ++j) mirror_(j) = -term.width(j) * difference_(j) / temperature;
    term.to_point(mirror_, y);
    for (Index i = 0; i < rows.cols(); ++i) values_(i) = rows.col(i).dot(y - origin) + offsets(i);
  }

  /// The Cholesky factor of A'(W S W / T) A + diag(s / lambda), W S W / T the change of y for one of the dual's gradient.
  template <class Rows, class Lambda, class Slack>
  [[nodiscard]] bool factorize(const EntropyTerm& term, double temperature, const Rows& rows, const Lambda& lambda,
                               const Slack& slack) {
    const Index m = rows.cols();
    for (Index j = 0; j < y.size(); ++j) {
      if (term.on_simplex()) {
        weights_(j) = y(j) / temperature;
      } else {
        const double e = std::exp(-std::abs(mirror_(j))), w = term.width(j);
        weights_(j) = w * w * (e / ((1 + e) * (1 + e))) / temperature;
      }
    }
    auto gram = gram_.topLeftCorner(m, m);
    auto weighted = weighted_.leftCols(m);
    gram.setZero();
    kernels::add_gram(rows, weights_, weighted, gram);
    if (term.on_simplex()) {
      auto mean = along_.head(m);
      for (Index i = 0; i < m; ++i) mean(i) = rows.col(i).dot(y);
      for (Index c = 0; c < m; ++c) {
        for (Index r = c; r < m; ++r) gram(r, c) -= mean(r) * mean(c) / (temperature * term.total());
      }
    }
    gram.diagonal() += slack.cwiseQuotient(lambda);
    gram.diagonal() *= 1 + 1e-14;
    return detail::factor_in_place(gram);
  }

  Vector<S> mirror_, weights_, difference_;
  Vector<S> slack_, values_, trial_, direction_, border_, along_;
  Matrix<S> weighted_, gram_;
};

}  // namespace icnn::inline ICNN_ISA
