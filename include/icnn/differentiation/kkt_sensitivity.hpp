// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "icnn/differentiation/kkt_search.hpp"

namespace icnn::inline ICNN_ISA {

/// How the point that KktSearch finds moves. With the active constraints' rows R_A, those of the arguments of neurons that
/// bend R_K, and the Hessian H of the Lagrangian in the coordinates that no bound holds,
///
///     [ H  R' ] [ w ]   [ v ]
///     [ R  0  ] [ c ] = [ 0 ].
class KktSensitivity final : public KktSearch {
 public:
  /// See find_kkt_point.
  KktSensitivity(ConvexModel& model, const Constraints& set, const EntropyTerm* entropy, bool folds, bool smooth,
                 const Vector<double>& start)
      : KktSearch(model, set, entropy, folds), w_(model.inputs()) {
    smooth = smooth || folds;
    for (const double near : tuning.near) {
      if (!find(start, near)) continue;
      status = classify(smooth);
      return;
    }
    y = start;
    kinks.clear();
    if (!smooth && is_kinked()) status = DerivativeStatus::kinked;
  }

  const Vector<double>& solve(ConstVectorView v, ConstraintValues& sensitivity) override {
    sensitivity = multipliers;
    for (auto* values :
         {&sensitivity.lower, &sensitivity.upper, &sensitivity.rows, &sensitivity.equalities, &sensitivity.balls}) {
      values->setZero();
    }
    w_.setZero();
    bends.assign(kinks.size(), 0.0);
    if (!says_something()) return w_;
    Vector<double> rest(n_), nothing;
    vec::copy(v, rest);
    nothing.setZero(system_.row_count());
    (void)system_.solve(rest, nothing, 1, w_);
    // What a bound hands on when it moves: v less what the others make of it.
    for (Index j = 0; j < n_; ++j) vec::add_scaled(-w_(j), ConstColumns(h_)(j), rest);
    std::vector<double> of_kinks(kinks.size(), 0.0);
    hand_out(sensitivity, of_kinks);
    for (Index i = 0; i < system_.row_count(); ++i) vec::add_scaled(-system_.multiplier(i), row(rows_[at(i)]), rest);
    for (Index j = 0; j < n_; ++j) {
      if (side_[at(j)] < 0) sensitivity.lower(j) = rest(j);
      if (side_[at(j)] > 0) sensitivity.upper(j) = rest(j);
    }
    if (entropy_ != nullptr && !entropy_->on_simplex()) add_bounds_of_entropy(sensitivity);
    // Rows have the arguments with lesser slopes at neurons below that bend; as arguments with shares they are
    // m_k = a_k + sum_j b_k(j) share_j m_j.
    const Index count = static_cast<Index>(kinks.size());
    for (Index j = 0; j < count; ++j) {
      double c = of_kinks[at(j)];
      for (Index k = j + 1; k < count; ++k) c -= share_[at(j)] * gap(j) * b_(j, k) * of_kinks[at(k)];
      bends[at(j)] = weight_[at(j)] > 0 ? c / weight_[at(j)] : 0.0;
    }
    return w_;
  }

 private:
  /// An entropy's own slope, tau log((y - l) / (u - y)) / (u - l), moves with its bounds.
  void add_bounds_of_entropy(ConstraintValues& sensitivity) const {
    for (Index j = 0; j < n_; ++j) {
      if (w_(j) == 0) continue;
      const double below = y(j) - box().lower()(j), above = box().upper()(j) - y(j), width = below + above;
      const double tilt = std::log(below / above) / width, factor = w_(j) * entropy_->tau() / width;
      sensitivity.lower(j) = factor * (1 / below - tilt);
      sensitivity.upper(j) = factor * (1 / above + tilt);
    }
  }

  /// What the conditions allow to be said.
  [[nodiscard]] DerivativeStatus classify(bool smooth) {
    if (system_.is_singular()) return DerivativeStatus::not_unique;
    if (!smooth && is_kinked()) return DerivativeStatus::kinked;
    if (is_degenerate || is_weak()) return DerivativeStatus::one_sided;
    return kinks.empty() && system_.free_count() == system_.row_count() ? DerivativeStatus::zero : DerivativeStatus::exact;
  }

  /// Whether something is attained that does not count, or is all but attained.
  [[nodiscard]] bool is_weak() const {
    const double flat_multiplier = tuning.weak * steepest_, reach = tuning.weak * extent();
    bool weak = false;
    for (Index j = 0; j < n_ && entropy_ == nullptr; ++j) {
      if (side_[at(j)] != 0) {
        const bool fixed = box().lower()(j) == box().upper()(j);  // holds whatever its multiplier is
        weak = weak || (!fixed && multipliers.lower(j) + multipliers.upper(j) <= flat_multiplier);
      } else {
        weak = weak || std::min(y(j) - box().lower()(j), box().upper()(j) - y(j)) <= reach;
      }
    }
    for (std::size_t i = 0; i < active_.size(); ++i) {
      const Index number = static_cast<Index>(i);
      if (active_[i]) {
        const bool counts = multipliers.rows(number) * vec::largest_magnitude(row_of(flat().A(), number)) > flat_multiplier;
        weak = weak || (!counts && !is_implied(number));
      } else {
        weak = weak || excess({Kind::row, number}) >= -tuning.weak * row_scale(number);
      }
    }
    for (std::size_t i = 0; i < ball_.size(); ++i) {
      const Index number = static_cast<Index>(i);
      weak = weak || (ball_[i] ? multipliers.balls(number) <= flat_multiplier : excess({Kind::ball, number}) >= -reach);
    }
    if (!folds_) return weak;
    for (const double share : share_) weak = weak || std::min(share, 1 - share) <= tuning.weak;
    const double close = tuning.weak * (1 + vec::largest_magnitude(s_));
    for (Index k = 0; k < s_.size(); ++k) {
      weak = weak || (piece_[at(k)] != 0 && low_(k) < high_(k) && std::abs(s_(k) - kink_(k)) <= close);
    }
    return weak;
  }

  /// Whether an active row depends on others that hold: it goes with them.
  [[nodiscard]] bool is_implied(Index number) const {
    return std::none_of(rows_.begin(), rows_.end(),
                        [&](const Row& row) { return row.kind == Kind::row && row.number == number; });
  }

  /// Whether gradients on both sides differ by more than the Hessian says.
  [[nodiscard]] bool is_kinked() {
    const double length = tuning.probe * extent();
    Vector<double> u(n_), there(n_), here(n_);
    for (Index j = 0; j < n_; ++j) u(j) = 0.5 + 0.5 * std::sin(1 + 2.4 * static_cast<double>(j));
    const auto gradient_at = [&](double t, Vector<double>& g) {
      Vector<double> point(n_);
      vec::step_to(y, t, u, point);
      (void)model_->value(kernels::Order::first, point);
      model_->gradient(g);
    };
    gradient_at(length, there);
    gradient_at(-length, here);
    (void)model_->value(kernels::Order::second, y);
    model_->gradient(g_);
    Matrix<double> h(n_, n_);
    model_->hessian(h);
    Vector<double> change(n_);
    vec::subtract(there, here, change);
    for (Index j = 0; j < n_; ++j) vec::add_scaled(-2 * length * u(j), ConstColumns(h)(j), change);
    const double jump = 2 * length * tuning.jump * vec::largest_magnitude({h.data(), h.size()});
    return !vec::all_finite(change) ||
           !(vec::largest_magnitude(change) <= jump + 1e-9 * (1e-300 + vec::largest_magnitude(g_)));
  }

  Vector<double> w_;
};

}  // namespace icnn::inline ICNN_ISA
