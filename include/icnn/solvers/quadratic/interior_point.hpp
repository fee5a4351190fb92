// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/kernels/products.hpp"
#include "icnn/solvers/quadratic/cholesky.hpp"

namespace icnn::inline ICNN_ISA {

/// A convex quadratic program with an epigraph variable t,
///
///     min  y'Q y / 2 + p'y + t   subject to   l <= y <= u,   a_i'y - k_i t <= b_i,   e_i'y = c_i.
///
/// Rows and equalities are stored as columns. The first `cuts` rows have k_i = 1, the others 0; without a cut there is no t.
/// Refers to everything. Bounds may be infinite; where l = u the coordinate stays there.
template <class S>
struct QuadraticProgram {
  const Vector<S>& lower;
  const Vector<S>& upper;
  Eigen::Ref<const Vector<S>> linear;   ///< p
  const Vector<S>* diagonal = nullptr;  ///< Q: its diagonal,
  const Matrix<S>* dense = nullptr;     ///< or all of it, positive semidefinite (the lower triangle is read)
  Eigen::Ref<const Matrix<S>> rows;     ///< n x m
  Eigen::Ref<const Vector<S>> offsets;  ///< b
  Index cuts = 0;
  Eigen::Ref<const Matrix<S>> equalities;       ///< n x k
  Eigen::Ref<const Vector<S>> right_hand_side;  ///< c
};

/// Solves quadratic programs by a primal-dual interior-point method with Mehrotra's predictor and corrector (SIAM Journal on
/// Optimization 2, 1992). y is eliminated: with Q diagonal an iteration costs n m^2 + m^3 / 3, with Q dense n^3 / 3 more.
/// The multipliers of the rows are what bounds are made of; these are made elsewhere, and hold whatever the multipliers are.
/// Duplicate rows do no harm. Allocates when made. S is double; a template, so that only who solves pays for compiling it.
template <class S>
class InteriorPoint {
 public:
  /// Room for programs of up to so many rows and equalities, and for a dense Q where wanted.
  InteriorPoint(Index inputs, Index most_rows, Index most_equalities, bool dense)
      : y(inputs),
        multipliers(most_rows),
        equality_multipliers(most_equalities),
        scaled_rows_(inputs, most_rows),
        weighted_(inputs, most_rows),
        scaled_equalities_(inputs, most_equalities),
        gram_(most_rows, most_rows),
        border_(most_rows, most_equalities + 1),
        schur_(most_equalities, most_equalities),
        curvature_(dense ? inputs : 0, dense ? inputs : 0) {
    for (auto* v : {&below_, &above_, &z_below_, &z_above_, &diagonal_, &weights_, &dual_, &step_, &shift_below_,
                    &shift_above_, &d_below_, &d_above_, &dz_below_, &dz_above_, &scratch_, &fixed_}) {
      v->resize(inputs);
    }
    for (auto* v : {&slack_, &primal_, &d_slack_, &d_multipliers_, &shift_slack_, &rhs_}) v->resize(most_rows);
    for (auto* v : {&equality_, &d_equality_, &rhs_equality_}) v->resize(most_equalities);
  }

  struct Options {
    double tolerance = 1e-10;  ///< of residuals and complementarity, relative to the size of what they are made of; rows may
                               ///< be broken by 100 times that (duplicates limit what can be had)
    int iterations = 60;
  };

  /// A dense Q needs room for one. Begins near \p start (moved off the bounds), leaves y, t and the multipliers. False where
  /// the iterations end without convergence; what they left is still interior.
  bool solve(const QuadraticProgram<S>& program, const Vector<S>& start, const Options& options) {
    begin(program, start);
    for (iterations = 0; iterations < options.iterations; ++iterations) {
      residuals(program);
      if (!(std::isfinite(mu_) && y.allFinite())) return false;
      if (converged(program, options.tolerance)) return true;
      if (!factorize(program)) return false;
      // The affine step shows how far complementarity can fall, and how it bends.
      shift_below_.setZero();
      shift_above_.setZero();
      shift_slack_.head(m_).setZero();
      direction(0);
      const double reached = complementarity_after(std::min(1.0, step_length(1))), ratio = mu_ > 0 ? reached / mu_ : 0;
      shift_below_ = d_below_.cwiseProduct(dz_below_);
      shift_above_ = d_above_.cwiseProduct(dz_above_);
      shift_slack_.head(m_) = d_slack_.head(m_).cwiseProduct(d_multipliers_.head(m_));
      direction(ratio * ratio * ratio * mu_);
      move(program, std::min(1.0, step_length(std::clamp(1 - mu_, 0.9, 0.9999))));
    }
    return false;
  }

  Vector<S> y;  ///< strictly between its bounds
  double t = 0;
  Vector<S> multipliers;           ///< of the rows, positive; those of the cuts sum to 1
  Vector<S> equality_multipliers;  ///< of e_i'y = c_i
  int iterations = 0;

  /// The multiplier of a coordinate's bounds, z_u - z_l.
  [[nodiscard]] double bound_multiplier(Index j) const { return z_above_(j) - z_below_(j); }

 private:
  void begin(const QuadraticProgram<S>& program, const Vector<S>& start) {
    m_ = program.rows.cols();
    k_ = program.equalities.cols();
    cuts_ = program.cuts;
    scale_ = std::max(1.0, program.linear.cwiseAbs().maxCoeff());
    for (Index j = 0; j < y.size(); ++j) {
      const double l = program.lower(j), u = program.upper(j), width = u - l;
      fixed_(j) = width > 0 ? 0 : 1;
      const double room = std::isfinite(width) ? std::min(0.1 * width, 1.0) : 0.1;
      y(j) = width > 0 ? std::clamp(start(j), l + room, u - room) : l;
      below_(j) = y(j) - l;
      above_(j) = u - y(j);
      z_below_(j) = width > 0 && std::isfinite(l) ? scale_ / std::max(1.0, below_(j)) : 0;
      z_above_(j) = width > 0 && std::isfinite(u) ? scale_ / std::max(1.0, above_(j)) : 0;
    }
    for (Index i = 0; i < m_; ++i) {
      primal_(i) = program.rows.col(i).dot(y) - program.offsets(i);
      multipliers(i) = i < cuts_ ? 1 / static_cast<double>(cuts_) : scale_;
    }
    t = 0;
    if (cuts_ > 0) {
      const auto cuts = primal_.head(cuts_);
      t = cuts.maxCoeff() + std::max(0.05, 0.1 * (cuts.maxCoeff() - cuts.minCoeff()));
    }
    for (Index i = 0; i < m_; ++i) {
      slack_(i) = std::max((i < cuts_ ? t : 0.0) - primal_(i), 1e-4 * (1 + std::abs(program.offsets(i))));
    }
    equality_multipliers.setZero();
  }

  [[nodiscard]] bool bounded_below(Index j) const { return z_below_(j) > 0; }
  [[nodiscard]] bool bounded_above(Index j) const { return z_above_(j) > 0; }

  void residuals(const QuadraticProgram<S>& program) {
    dual_ = program.linear + z_above_ - z_below_;
    if (program.dense) dual_.noalias() += program.dense->template selfadjointView<Eigen::Lower>() * y;
    if (program.diagonal) dual_ += program.diagonal->cwiseProduct(y);
    for (Index i = 0; i < m_; ++i) {
      dual_ += multipliers(i) * program.rows.col(i);
      primal_(i) = program.rows.col(i).dot(y) - (i < cuts_ ? t : 0.0) + slack_(i) - program.offsets(i);
    }
    for (Index i = 0; i < k_; ++i) {
      dual_ += equality_multipliers(i) * program.equalities.col(i);
      equality_(i) = program.equalities.col(i).dot(y) - program.right_hand_side(i);
    }
    dual_ = (fixed_.array() > 0).select(0.0, dual_);
    epigraph_ = cuts_ > 0 ? 1 - multipliers.head(cuts_).sum() : 0.0;
    pairs_ = m_;
    double sum = slack_.head(m_).dot(multipliers.head(m_));
    for (Index j = 0; j < y.size(); ++j) {
      if (bounded_below(j)) sum += below_(j) * z_below_(j), ++pairs_;
      if (bounded_above(j)) sum += above_(j) * z_above_(j), ++pairs_;
    }
    mu_ = pairs_ > 0 ? sum / static_cast<double>(pairs_) : 0.0;
  }

  [[nodiscard]] bool converged(const QuadraticProgram<S>& program, double tolerance) const {
    double size = std::max({1e-300, program.linear.cwiseAbs().maxCoeff(), cuts_ > 0 ? 1.0 : 0.0});
    if (size < 1e-8 && m_ > 0) size = std::max(size, multipliers.head(m_).maxCoeff());
    if (size < 1e-8 && program.diagonal) size = std::max(size, program.diagonal->cwiseProduct(y).cwiseAbs().maxCoeff());
    const double reach = 1 + y.cwiseAbs().maxCoeff();
    return dual_.cwiseAbs().maxCoeff() <= tolerance * size && std::abs(epigraph_) <= tolerance &&
           (m_ == 0 || primal_.head(m_).cwiseAbs().maxCoeff() <= 100 * tolerance * reach * scale_) &&
           (k_ == 0 || equality_.head(k_).cwiseAbs().maxCoeff() <= tolerance * reach) &&
           mu_ * static_cast<double>(pairs_) <= tolerance * size * reach;
  }

  /// Everything that both directions of an iteration share. With T'W T = (Q + D)^{-1}, where T is the identity or the
  /// inverse of Q + D's Cholesky factor: scaled rows X = T A, scaled equalities Y = T E, M = X'W X + S / Lambda, and what is
  /// left for t and the equalities. Factors lie in the lower triangles of what they are factors of.
  [[nodiscard]] bool factorize(const QuadraticProgram<S>& program) {
    for (Index j = 0; j < y.size(); ++j) {
      double d = program.diagonal ? (*program.diagonal)(j) : 0.0;
      if (bounded_below(j)) d += z_below_(j) / below_(j);
      if (bounded_above(j)) d += z_above_(j) / above_(j);
      diagonal_(j) = fixed_(j) > 0 ? 1.0 : std::max(d, 1e-14 * scale_);
    }
    scaled_rows_.leftCols(m_) = program.rows;
    scaled_equalities_.leftCols(k_) = program.equalities;
    for (Index j = 0; j < y.size(); ++j) {
      if (fixed_(j) == 0) continue;
      scaled_rows_.row(j).head(m_).setZero();
      scaled_equalities_.row(j).head(k_).setZero();
    }
    dense_ = program.dense != nullptr;
    if (dense_) {
      if (!factorize_dense(*program.dense)) return false;
      for (Index i = 0; i < m_; ++i) transform(scaled_rows_.col(i));
      for (Index i = 0; i < k_; ++i) transform(scaled_equalities_.col(i));
      weights_.setOnes();
    } else {
      weights_ = diagonal_.cwiseInverse();
    }
    weights_ = (fixed_.array() > 0).select(0.0, weights_);
    return factorize_rows() && factorize_border();
  }

  [[nodiscard]] bool factorize_dense(const Matrix<S>& q) {
    const Index n = y.size();
    curvature_.template triangularView<Eigen::Lower>() = q;
    for (Index j = 0; j < n; ++j) {
      if (fixed_(j) > 0) {
        curvature_.row(j).head(j).setZero();
        curvature_.col(j).tail(n - j).setZero();
      }
      curvature_(j, j) += diagonal_(j);
    }
    return detail::factor_in_place(curvature_);
  }

  [[nodiscard]] bool factorize_rows() {
    if (m_ == 0) return true;
    auto gram = gram_.topLeftCorner(m_, m_);
    auto rows = scaled_rows_.leftCols(m_);
    auto weighted = weighted_.leftCols(m_);
    gram.setZero();
    kernels::add_gram(rows, weights_, weighted, gram);
    gram.diagonal() += slack_.head(m_).cwiseQuotient(multipliers.head(m_));
    gram.diagonal() *= 1 + 1e-14;  // duplicate rows that are active
    return detail::factor_in_place(gram);
  }

  /// The columns [X'W Y, k] of the border, and the system that is left for the equalities.
  [[nodiscard]] bool factorize_border() {
    double size = 0;  // of what the Schur complement is the difference of, and its rounding errors with it
    for (Index i = 0; i < k_; ++i) {
      scratch_ = weights_.cwiseProduct(scaled_equalities_.col(i));
      for (Index j = 0; j < m_; ++j) border_(j, i) = scaled_rows_.col(j).dot(scratch_);
      if (m_ > 0) forward(border_.col(i).head(m_));
      size += scaled_equalities_.col(i).dot(scratch_);
      for (Index j = 0; j <= i; ++j) schur_(i, j) = scaled_equalities_.col(j).dot(scratch_) - inner(border_, i, j);
    }
    if (cuts_ > 0) {
      border_.col(k_).head(m_).setZero();
      border_.col(k_).head(cuts_).setOnes();
      forward(border_.col(k_).head(m_));
      t_pivot_ = inner(border_, k_, k_);
      for (Index i = 0; i < k_; ++i) {
        for (Index j = 0; j <= i; ++j) schur_(i, j) += inner(border_, i, k_) * inner(border_, j, k_) / t_pivot_;
      }
    }
    if (k_ == 0) return true;
    auto schur = schur_.topLeftCorner(k_, k_);
    schur.diagonal().array() += 1e-15 * size / static_cast<double>(k_);
    return detail::factor_in_place(schur);
  }

  [[nodiscard]] double inner(const Matrix<S>& columns, Index i, Index j) const {
    return columns.col(i).head(m_).dot(columns.col(j).head(m_));
  }

  template <class V>
  void transform(V&& v) const {
    if (dense_) detail::solve_lower(curvature_, v);
  }
  template <class V>
  void forward(V&& v) const {
    detail::solve_lower(gram_.topLeftCorner(m_, m_), v);
  }

  /// What complementarity still lacks, with the shifts: for products x z, x dz + z dx = target - x z - shift.
  [[nodiscard]] double lacking(double target, double x, double z, double shift) const { return target - x * z - shift; }

  /// The Newton step towards complementarity `target`.
  void direction(double target) {
    scratch_ = -dual_;
    for (Index j = 0; j < y.size(); ++j) {
      if (bounded_below(j)) scratch_(j) += lacking(target, below_(j), z_below_(j), shift_below_(j)) / below_(j);
      if (bounded_above(j)) scratch_(j) -= lacking(target, above_(j), z_above_(j), shift_above_(j)) / above_(j);
    }
    scratch_ = (fixed_.array() > 0).select(0.0, scratch_);
    transform(scratch_);
    step_ = weights_.cwiseProduct(scratch_);
    for (Index i = 0; i < m_; ++i) {
      rhs_(i) = scaled_rows_.col(i).dot(step_) + primal_(i) +
                lacking(target, slack_(i), multipliers(i), shift_slack_(i)) / multipliers(i);
    }
    auto rhs = rhs_.head(m_);
    const auto at_t = border_.col(k_).head(m_);
    if (m_ > 0) forward(rhs);
    if (k_ > 0) {
      const double along_t = cuts_ > 0 ? (at_t.dot(rhs) - epigraph_) / t_pivot_ : 0.0;
      auto nu = d_equality_.head(k_);
      for (Index i = 0; i < k_; ++i) {
        nu(i) = scaled_equalities_.col(i).dot(step_) + equality_(i) - border_.col(i).head(m_).dot(rhs) +
                (cuts_ > 0 ? inner(border_, i, k_) * along_t : 0.0);
      }
      detail::solve_lower(schur_.topLeftCorner(k_, k_), nu);
      detail::solve_upper(schur_.topLeftCorner(k_, k_), nu);
      for (Index i = 0; i < k_; ++i) rhs -= nu(i) * border_.col(i).head(m_);
    }
    if (cuts_ > 0) {
      d_t_ = (at_t.dot(rhs) - epigraph_) / t_pivot_;
      rhs -= d_t_ * at_t;
    }
    if (m_ > 0) detail::solve_upper(gram_.topLeftCorner(m_, m_), rhs);
    d_multipliers_.head(m_) = rhs;
    for (Index i = 0; i < m_; ++i) scratch_ -= d_multipliers_(i) * scaled_rows_.col(i);
    for (Index i = 0; i < k_; ++i) scratch_ -= d_equality_(i) * scaled_equalities_.col(i);
    step_ = weights_.cwiseProduct(scratch_);
    if (dense_) detail::solve_upper(curvature_, step_);
    d_below_ = step_;
    d_above_ = -step_;
    for (Index j = 0; j < y.size(); ++j) {
      dz_below_(j) = !bounded_below(j)
                         ? 0.0
                         : (lacking(target, below_(j), z_below_(j), shift_below_(j)) - z_below_(j) * step_(j)) / below_(j);
      dz_above_(j) = !bounded_above(j)
                         ? 0.0
                         : (lacking(target, above_(j), z_above_(j), shift_above_(j)) + z_above_(j) * step_(j)) / above_(j);
    }
    for (Index i = 0; i < m_; ++i) {
      d_slack_(i) =
          (lacking(target, slack_(i), multipliers(i), shift_slack_(i)) - slack_(i) * d_multipliers_(i)) / multipliers(i);
    }
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

  void move(const QuadraticProgram<S>& program, double step) {
    for (Index j = 0; j < y.size(); ++j) {
      if (fixed_(j) > 0) continue;
      below_(j) += step * d_below_(j);
      above_(j) += step * d_above_(j);
      if (bounded_below(j) && (!bounded_above(j) || below_(j) < above_(j))) {
        y(j) = program.lower(j) + below_(j);  // the distance to the nearer bound is known better than y
      } else if (bounded_above(j)) {
        y(j) = program.upper(j) - above_(j);
      } else {
        y(j) += step * step_(j);
      }
    }
    z_below_ += step * dz_below_;
    z_above_ += step * dz_above_;
    if (cuts_ > 0) t += step * d_t_;
    slack_.head(m_) += step * d_slack_.head(m_);
    multipliers.head(m_) += step * d_multipliers_.head(m_);
    equality_multipliers.head(k_) += step * d_equality_.head(k_);
  }

  Index m_ = 0, k_ = 0, cuts_ = 0, pairs_ = 0;
  bool dense_ = false;
  double scale_ = 1, mu_ = 0, epigraph_ = 0, t_pivot_ = 1, d_t_ = 0;
  Vector<S> below_, above_, z_below_, z_above_;  ///< y - l, u - y and their multipliers; 0 where there is no bound
  Vector<S> fixed_;                              ///< 1 where l = u
  Vector<S> diagonal_, weights_;                 ///< the diagonal of Q + D, or of D beside a dense Q; W
  Vector<S> dual_, primal_, equality_;           ///< residuals
  Vector<S> slack_;
  Vector<S> step_, d_below_, d_above_, dz_below_, dz_above_, d_slack_, d_multipliers_, d_equality_;
  Vector<S> shift_below_, shift_above_, shift_slack_;  ///< second-order terms of the affine step
  Vector<S> scratch_, rhs_, rhs_equality_;
  Matrix<S> scaled_rows_, weighted_, scaled_equalities_, gram_, border_, schur_, curvature_;
};

}  // namespace icnn::inline ICNN_ISA
