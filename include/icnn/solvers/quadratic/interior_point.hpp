// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/core/observer.hpp"
#include "icnn/kernels/products.hpp"
#include "icnn/solvers/quadratic/cholesky.hpp"
#include "icnn/solvers/quadratic/quadratic_program.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of the interior-point method.
struct InteriorPointTuning {
  double room = 0.1;            ///< the start keeps this share of the width from its bounds, and at most 1 (0.1 if infinite)
  double slack = 1e-4;          ///< least slack at the start, relative to 1 + |b_i|
  double epigraph_room = 0.05;  ///< t begins so far above the highest cut, and by `room` of their spread
  double boundary = 0.9;        ///< least share of the way to the boundary that a step takes,
  double boundary_end = 0.9999;  ///< and the largest, when complementarity is near 0
  double definite = 1e-14;       ///< keeps flat directions and duplicate rows factorable; relative
  double lag = 10;               ///< a residual of so many times mu, beside a term that bends
  double rows_tolerance = 100;   ///< rows may be broken by so many times the tolerance: duplicates limit what can be had
};

/// Solves quadratic programs by a primal-dual interior-point method with Mehrotra's predictor and corrector (SIAM Journal on
/// Optimization 2, 1992). y is eliminated: with Q diagonal an iteration costs n m^2 + m^3 / 3, with Q dense n^3 / 3 more.
/// The multipliers of the rows are what bounds are made of; these are made elsewhere, and hold whatever the multipliers are.
/// Duplicate rows do no harm. Allocates when made.
class InteriorPoint {
 public:
  /// Room for programs of up to so many variables, rows and equalities, and for a dense Q where wanted.
  [[gnu::cold]] InteriorPoint(Index max_inputs, Index max_rows, Index max_equalities, bool dense)
      : room_(variable_vectors * max_inputs + row_vectors * max_rows + equality_vectors * max_equalities),
        scaled_rows_(max_inputs, max_rows),
        weighted_(max_inputs, max_rows),
        scaled_equalities_(max_inputs, max_equalities),
        gram_(max_rows, max_rows),
        border_(max_rows, max_equalities + 1),
        schur_(max_equalities, max_equalities),
        curvature_(dense ? max_inputs : 0, dense ? max_inputs : 0) {
    shape(max_inputs, max_rows, max_equalities);
  }

  struct Options {
    double tolerance = 1e-10;  ///< of residuals and complementarity, relative to the size of what they are made of
    int iterations = 60;
    Deadline deadline = {};  ///< ends the iterations
  };

  /// A dense Q needs room for one. Begins near \p start (moved off the bounds), leaves y, t and the multipliers. False where
  /// the iterations end without convergence; what they left is still interior.
  bool solve(const QuadraticProgram& program, ConstVectorView start, const Options& options) {
    begin(program, start);
    for (iterations = 0; iterations < options.iterations; ++iterations) {
      residuals(program);
      if (!(std::isfinite(mu_) && vec::all_finite(y))) return false;
      if (converged(program, options.tolerance)) return true;
      if (options.deadline.passed()) return false;
      if (!factorize(program)) return false;
      // The affine step shows how far complementarity can fall, and how it bends.
      vec::fill(shift_below_, 0);
      vec::fill(shift_above_, 0);
      vec::fill(shift_slack_, 0);
      direction(0);
      const double reached = complementarity_after(std::min(1.0, step_length(1))), ratio = mu_ > 0 ? reached / mu_ : 0;
      for (Index j = 0; j < y.size(); ++j) {
        shift_below_(j) = d_below_(j) * dz_below_(j);
        shift_above_(j) = d_above_(j) * dz_above_(j);
      }
      for (Index i = 0; i < m_; ++i) shift_slack_(i) = d_slack_(i) * d_multipliers_(i);
      // Where the term's slope lags behind, pure Newton steps follow it before complementarity goes on.
      const bool lags = curved_ > 0 && vec::largest_magnitude(dual_) > tuning.lag * mu_;
      if (lags) {
        for (auto* shift : {&shift_below_, &shift_above_, &shift_slack_}) vec::fill(*shift, 0);
      }
      direction(lags ? mu_ : ratio * ratio * ratio * mu_);
      move(program, std::min(1.0, step_length(std::clamp(1 - mu_, tuning.boundary, tuning.boundary_end))));
    }
    return false;
  }

  InteriorPoint(InteriorPoint&&) = default;
  InteriorPoint& operator=(InteriorPoint&&) = default;

  VectorView y = none();  ///< strictly between its bounds
  double t = 0;
  VectorView multipliers = none();           ///< of the rows, positive; those of the cuts sum to 1
  VectorView equality_multipliers = none();  ///< of e_i'y = c_i
  int iterations = 0;

  /// The multiplier of a coordinate's bounds, z_u - z_l.
  [[nodiscard]] double bound_multiplier(Index j) const { return z_above_(j) - z_below_(j); }

 private:
  static constexpr InteriorPointTuning tuning{};
  static constexpr Index variable_vectors = 19, row_vectors = 6, equality_vectors = 3;
  [[nodiscard]] static VectorView none() noexcept { return {nullptr, 0}; }

  /// Deals the room out to vectors of these sizes.
  [[gnu::noinline]] void shape(Index n, Index m, Index k) {
    double* next = room_.data();
    const auto deal = [&](Index size) {
      next += size;
      return VectorView(next - size, size);
    };
    for (auto* v : {&y, &below_, &above_, &z_below_, &z_above_, &diagonal_, &weights_, &dual_, &step_, &shift_below_,
                    &shift_above_, &d_below_, &d_above_, &dz_below_, &dz_above_, &scratch_, &fixed_, &first_, &second_}) {
      *v = deal(n);
    }
    for (auto* v : {&multipliers, &slack_, &primal_, &d_slack_, &d_multipliers_, &shift_slack_}) *v = deal(m);
    for (auto* v : {&equality_multipliers, &equality_, &d_equality_}) *v = deal(k);
    m_ = m;
    k_ = k;
  }

  void begin(const QuadraticProgram& program, ConstVectorView start) {
    shape(program.linear.size(), program.rows.columns(), program.equalities.columns());
    cuts_ = program.cuts;
    curved_ = program.curved;
    scale_ = std::max(1.0, vec::largest_magnitude(program.linear));
    for (Index j = 0; j < y.size(); ++j) {
      const double l = program.lower(j), u = program.upper(j), width = u - l;
      fixed_(j) = width > 0 ? 0 : 1;
      const double room = std::isfinite(width) ? std::min(tuning.room * width, 1.0) : tuning.room;
      y(j) = width > 0 ? std::clamp(start(j), l + room, u - room) : l;
      below_(j) = y(j) - l;
      above_(j) = u - y(j);
      z_below_(j) = width > 0 && std::isfinite(l) ? scale_ / std::max(1.0, below_(j)) : 0;
      z_above_(j) = width > 0 && std::isfinite(u) ? scale_ / std::max(1.0, above_(j)) : 0;
    }
    vec::dots(program.rows, y, primal_);
    double highest = -infinity, lowest = infinity;
    for (Index i = 0; i < m_; ++i) {
      primal_(i) -= program.offsets(i);
      multipliers(i) = i < cuts_ ? 1 / static_cast<double>(cuts_) : scale_;
      if (i >= cuts_) continue;
      highest = std::max(highest, primal_(i));
      lowest = std::min(lowest, primal_(i));
    }
    t = cuts_ > 0 ? highest + std::max(tuning.epigraph_room, tuning.room * (highest - lowest)) : 0.0;
    for (Index i = 0; i < m_; ++i) {
      slack_(i) = std::max((i < cuts_ ? t : 0.0) - primal_(i), tuning.slack * (1 + std::abs(program.offsets(i))));
    }
    vec::fill(equality_multipliers, 0);
  }

  [[nodiscard]] bool is_fixed(Index j) const { return fixed_(j) > 0; }
  [[nodiscard]] bool bounded_below(Index j) const { return z_below_(j) > 0; }
  [[nodiscard]] bool bounded_above(Index j) const { return z_above_(j) > 0; }

  void residuals(const QuadraticProgram& program) {
    for (Index j = 0; j < y.size(); ++j) {
      dual_(j) = program.linear(j) + z_above_(j) - z_below_(j);
    }
    program.add_curvature(y, dual_);
    for (Index j = 0; j < curved_; ++j) {
      first_(j) = second_(j) = 0;
      if (!is_fixed(j)) program.term->derivatives(j, below_(j), above_(j), first_(j), second_(j));
      dual_(j) += first_(j);
    }
    vec::add_combination(program.rows, multipliers, dual_);
    vec::add_combination(program.equalities, equality_multipliers, dual_);
    for (Index j = 0; j < y.size(); ++j) {
      if (is_fixed(j)) dual_(j) = 0;
    }
    vec::dots(program.rows, y, primal_);
    vec::dots(program.equalities, y, equality_);
    for (Index i = 0; i < k_; ++i) equality_(i) -= program.right_hand_side(i);
    epigraph_ = cuts_ > 0 ? 1 : 0;
    pairs_ = m_;
    double sum = 0;
    for (Index i = 0; i < m_; ++i) {
      primal_(i) += slack_(i) - program.offsets(i) - (i < cuts_ ? t : 0.0);
      epigraph_ -= i < cuts_ ? multipliers(i) : 0.0;
      sum += slack_(i) * multipliers(i);
    }
    for (Index j = 0; j < y.size(); ++j) {
      if (bounded_below(j)) sum += below_(j) * z_below_(j), ++pairs_;
      if (bounded_above(j)) sum += above_(j) * z_above_(j), ++pairs_;
    }
    mu_ = pairs_ > 0 ? sum / static_cast<double>(pairs_) : 0.0;
  }

  [[nodiscard]] bool converged(const QuadraticProgram& program, double tolerance) const {
    constexpr double tiny = 1e-8;  // a linear term beside which others are what residuals are made of
    double size = std::max({1e-300, vec::largest_magnitude(program.linear), cuts_ > 0 ? 1.0 : 0.0});
    if (size < tiny && m_ > 0) size = std::max(size, vec::largest(multipliers));
    if (size < tiny && program.diagonal.size() > 0) {
      for (Index j = 0; j < y.size(); ++j) size = std::max(size, std::abs(program.diagonal(j) * y(j)));
    }
    const double reach = 1 + vec::largest_magnitude(y);
    return vec::largest_magnitude(dual_) <= tolerance * size && std::abs(epigraph_) <= tolerance &&
           vec::largest_magnitude(primal_) <= tuning.rows_tolerance * tolerance * reach * scale_ &&
           vec::largest_magnitude(equality_) <= tolerance * reach &&
           mu_ * static_cast<double>(pairs_) <= tolerance * size * reach && vec::all_finite(dual_) &&
           vec::all_finite(equality_);
  }

  /// Columns of the length of y, side by side.
  [[nodiscard]] VectorView column(Matrix<double>& m, Index i) { return {m.data() + i * y.size(), y.size()}; }
  [[nodiscard]] ConstColumns columns(const Matrix<double>& m, Index count) const {
    return {m.data(), y.size(), count, y.size()};
  }
  [[nodiscard]] SquareView curvature() { return {curvature_.data(), y.size(), y.size()}; }
  /// The first m entries of a column of the border.
  [[nodiscard]] VectorView border(Index i) { return {border_.data() + i * border_.rows(), m_}; }

  /// Everything that both directions of an iteration share. With T'W T = (Q + D)^{-1}, where T is the identity or the
  /// inverse of Q + D's Cholesky factor: scaled rows X = T A, scaled equalities Y = T E, M = X'W X + S / Lambda, and what is
  /// left for t and the equalities. Factors lie in the lower triangles of what they are factors of.
  [[nodiscard]] bool factorize(const QuadraticProgram& program) {
    for (Index j = 0; j < y.size(); ++j) {
      double d = program.diagonal.size() > 0 ? program.diagonal(j) : 0.0;
      if (bounded_below(j)) d += z_below_(j) / below_(j);
      if (bounded_above(j)) d += z_above_(j) / above_(j);
      if (j < curved_) d += second_(j);
      diagonal_(j) = is_fixed(j) ? 1.0 : std::max(d, tuning.definite * scale_);
    }
    dense_ = program.dense.columns() > 0;
    if (dense_ && !factorize_dense(program.dense)) return false;
    for (Index j = 0; j < y.size(); ++j) weights_(j) = is_fixed(j) ? 0.0 : dense_ ? 1.0 : 1 / diagonal_(j);
    transform(program.rows, scaled_rows_);
    transform(program.equalities, scaled_equalities_);
    return factorize_rows() && factorize_border();
  }

  [[nodiscard]] bool factorize_dense(const ConstColumns& q) {
    const SquareView to = curvature();
    for (Index c = 0; c < to.size; ++c) {
      for (Index r = c; r < to.size; ++r) to(r, c) = is_fixed(r) || is_fixed(c) ? 0.0 : q(c)(r);
      to(c, c) += diagonal_(c);
    }
    return factor_in_place(to);
  }

  /// to := T from, with zeros for fixed coordinates.
  [[gnu::noinline]] void transform(const ConstColumns& from, Matrix<double>& to) {
    for (Index i = 0; i < from.columns(); ++i) {
      const VectorView out = column(to, i);
      for (Index j = 0; j < out.size(); ++j) out(j) = is_fixed(j) ? 0.0 : from(i)(j);
      transform(out);
    }
  }
  void transform(VectorView v) {
    if (dense_) solve_lower(curvature(), v.data());
  }

  [[nodiscard]] bool factorize_rows() {
    if (m_ == 0) return true;
    const Index n = y.size();
    using Eigen::OuterStride;
    for (Index c = 0; c < m_; ++c) vec::fill({gram_.data() + c * gram_.rows(), m_}, 0);
    kernels::detail::add_gram<double>(columns(scaled_rows_, m_).map(), ConstColumns(weights_.data(), n, 1, n).map(),
                                      {weighted_.data(), n, m_, OuterStride<>(n)}, SquareView(gram_, m_).map());
    for (Index i = 0; i < m_; ++i) {
      gram_(i, i) += slack_(i) / multipliers(i);
      gram_(i, i) *= 1 + tuning.definite;  // duplicate rows that are active
    }
    return factor_in_place(SquareView(gram_, m_));
  }

  /// The columns [X'W Y, k] of the border, and the system that is left for the equalities.
  [[nodiscard]] bool factorize_border() {
    double size = 0;  // of what the Schur complement is the difference of, and its rounding errors with it
    const SquareView gram(gram_, m_);
    for (Index i = 0; i < k_; ++i) {
      const VectorView row = column(scaled_equalities_, i);
      for (Index j = 0; j < y.size(); ++j) scratch_(j) = weights_(j) * row(j);
      vec::dots(columns(scaled_rows_, m_), scratch_, border(i));
      solve_lower(gram, border(i).data());
      size += vec::dot(row, scratch_);
      for (Index j = 0; j <= i; ++j) {
        schur_(i, j) = vec::dot(column(scaled_equalities_, j), scratch_) - vec::dot(border(i), border(j));
      }
    }
    if (cuts_ > 0) {
      const VectorView at_t = border(k_);
      for (Index i = 0; i < m_; ++i) at_t(i) = i < cuts_ ? 1 : 0;
      solve_lower(gram, at_t.data());
      t_pivot_ = vec::dot(at_t, at_t);
      for (Index i = 0; i < k_; ++i) {
        for (Index j = 0; j <= i; ++j) schur_(i, j) += vec::dot(border(i), at_t) * vec::dot(border(j), at_t) / t_pivot_;
      }
    }
    if (k_ == 0) return true;
    for (Index i = 0; i < k_; ++i) {
      schur_(i, i) += 1e-15 * size / static_cast<double>(k_);
      if (!(schur_(i, i) > 0)) schur_(i, i) = 1;  // 0 = c_i
    }
    return factor_in_place(SquareView(schur_, k_));
  }

  /// What complementarity still lacks, with the shifts: for products x z, x dz + z dx = target - x z - shift.
  [[nodiscard]] static double lacking(double target, double x, double z, double shift) { return target - x * z - shift; }
  [[nodiscard]] double lacking_below(double target, Index j) const {
    return lacking(target, below_(j), z_below_(j), shift_below_(j));
  }
  [[nodiscard]] double lacking_above(double target, Index j) const {
    return lacking(target, above_(j), z_above_(j), shift_above_(j));
  }
  [[nodiscard]] double lacking_slack(double target, Index i) const {
    return lacking(target, slack_(i), multipliers(i), shift_slack_(i));
  }

  /// The Newton step towards complementarity `target`.
  void direction(double target) {
    const Index n = y.size();
    const ConstColumns rows = columns(scaled_rows_, m_);
    for (Index j = 0; j < n; ++j) {
      scratch_(j) = -dual_(j);
      if (bounded_below(j)) scratch_(j) += lacking_below(target, j) / below_(j);
      if (bounded_above(j)) scratch_(j) -= lacking_above(target, j) / above_(j);
      if (is_fixed(j)) scratch_(j) = 0;
    }
    transform(scratch_);
    for (Index j = 0; j < n; ++j) step_(j) = weights_(j) * scratch_(j);
    vec::dots(rows, step_, d_multipliers_);
    for (Index i = 0; i < m_; ++i) d_multipliers_(i) += primal_(i) + lacking_slack(target, i) / multipliers(i);
    solve_border();
    for (Index i = 0; i < m_; ++i) d_slack_(i) = -d_multipliers_(i);
    vec::add_combination(rows, d_slack_, scratch_);
    for (Index i = 0; i < k_; ++i) vec::add_scaled(-d_equality_(i), column(scaled_equalities_, i), scratch_);
    for (Index j = 0; j < n; ++j) step_(j) = weights_(j) * scratch_(j);
    if (dense_) solve_upper(curvature(), step_.data());
    for (Index j = 0; j < n; ++j) {
      const double s = step_(j);
      d_below_(j) = s;
      d_above_(j) = -s;
      dz_below_(j) = bounded_below(j) ? (lacking_below(target, j) - z_below_(j) * s) / below_(j) : 0.0;
      dz_above_(j) = bounded_above(j) ? (lacking_above(target, j) + z_above_(j) * s) / above_(j) : 0.0;
    }
    for (Index i = 0; i < m_; ++i) {
      d_slack_(i) = (lacking_slack(target, i) - slack_(i) * d_multipliers_(i)) / multipliers(i);
    }
  }

  /// From the right-hand sides of the rows in d_multipliers_: the steps of all multipliers, and of t.
  void solve_border() {
    const SquareView gram(gram_, m_), schur(schur_, k_);
    const VectorView rhs = d_multipliers_, at_t = border(k_);
    solve_lower(gram, rhs.data());
    if (k_ > 0) {
      const double along_t = cuts_ > 0 ? (vec::dot(at_t, rhs) - epigraph_) / t_pivot_ : 0.0;
      for (Index i = 0; i < k_; ++i) {
        d_equality_(i) = vec::dot(column(scaled_equalities_, i), step_) + equality_(i) - vec::dot(border(i), rhs) +
                         (cuts_ > 0 ? vec::dot(border(i), at_t) * along_t : 0.0);
      }
      solve_lower(schur, d_equality_.data());
      solve_upper(schur, d_equality_.data());
      for (Index i = 0; i < k_; ++i) vec::add_scaled(-d_equality_(i), border(i), rhs);
    }
    if (cuts_ > 0) {
      d_t_ = (vec::dot(at_t, rhs) - epigraph_) / t_pivot_;
      vec::add_scaled(-d_t_, at_t, rhs);
    }
    solve_upper(gram, rhs.data());
  }

  /// `share` of the longest step that keeps everything non-negative; 1 / share at most.
  [[nodiscard]] double step_length(double share) const {
    double length = 1 / share;
    const auto note = [&](double x, double dx) {
      if (dx < 0) length = std::min(length, -x / dx);
    };
    for (Index j = 0; j < y.size(); ++j) {
      if (bounded_below(j)) note(below_(j), d_below_(j)), note(z_below_(j), dz_below_(j));
      if (bounded_above(j)) note(above_(j), d_above_(j)), note(z_above_(j), dz_above_(j));
    }
    for (Index i = 0; i < m_; ++i) note(slack_(i), d_slack_(i)), note(multipliers(i), d_multipliers_(i));
    return share * length;
  }

  [[nodiscard]] double complementarity_after(double step) const {
    double sum = 0;
    for (Index j = 0; j < y.size(); ++j) {
      if (bounded_below(j)) sum += (below_(j) + step * d_below_(j)) * (z_below_(j) + step * dz_below_(j));
      if (bounded_above(j)) sum += (above_(j) + step * d_above_(j)) * (z_above_(j) + step * dz_above_(j));
    }
    for (Index i = 0; i < m_; ++i) sum += (slack_(i) + step * d_slack_(i)) * (multipliers(i) + step * d_multipliers_(i));
    return pairs_ > 0 ? std::max(0.0, sum / static_cast<double>(pairs_)) : 0.0;
  }

  void move(const QuadraticProgram& program, double step) {
    for (Index j = 0; j < y.size(); ++j) {
      z_below_(j) += step * dz_below_(j);
      z_above_(j) += step * dz_above_(j);
      if (is_fixed(j)) continue;
      below_(j) += step * d_below_(j);
      above_(j) += step * d_above_(j);
      y(j) += step * step_(j);
      // The distance to a bound that is nearer than 0 is known better than y.
      if (bounded_below(j) && below_(j) < std::min(above_(j), std::abs(y(j)))) {
        y(j) = program.lower(j) + below_(j);
      } else if (bounded_above(j) && above_(j) < std::abs(y(j))) {
        y(j) = program.upper(j) - above_(j);
      }
    }
    if (cuts_ > 0) t += step * d_t_;
    for (Index i = 0; i < m_; ++i) {
      slack_(i) += step * d_slack_(i);
      multipliers(i) += step * d_multipliers_(i);
    }
    for (Index i = 0; i < k_; ++i) equality_multipliers(i) += step * d_equality_(i);
  }

  Index m_ = 0, k_ = 0, cuts_ = 0, pairs_ = 0, curved_ = 0;
  bool dense_ = false;
  double scale_ = 1, mu_ = 0, epigraph_ = 0, t_pivot_ = 1, d_t_ = 0;
  Vector<double> room_;  ///< of all these vectors
  VectorView below_ = none(), above_ = none(), z_below_ = none(),
             z_above_ = none();                      ///< y - l, u - y and their multipliers; 0 where there is no bound
  VectorView fixed_ = none();                        ///< 1 where l = u
  VectorView diagonal_ = none(), weights_ = none();  ///< the diagonal of Q + D, or of D beside a dense Q; W
  VectorView dual_ = none(), primal_ = none(), equality_ = none();  ///< residuals
  VectorView slack_ = none();
  VectorView step_ = none(), d_below_ = none(), d_above_ = none(), dz_below_ = none(), dz_above_ = none(), d_slack_ = none(),
             d_multipliers_ = none(), d_equality_ = none();
  VectorView shift_below_ = none(), shift_above_ = none(), shift_slack_ = none();  ///< second-order terms of the affine step
  VectorView first_ = none(), second_ = none();                                    ///< derivatives of the term
  VectorView scratch_ = none();
  Matrix<double> scaled_rows_, weighted_, scaled_equalities_, gram_, border_, schur_, curvature_;
};

}  // namespace icnn::inline ICNN_ISA
