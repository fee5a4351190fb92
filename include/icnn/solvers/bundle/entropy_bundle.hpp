// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/bundle/bundle_steps.hpp"
#include "icnn/solvers/bundle/cuts.hpp"
#include "icnn/solvers/bundle/entropy_master.hpp"
#include "icnn/solvers/solve_log.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of entropy_bundle() in n dimensions: room for a limited number of cuts, and the master program over them.
struct EntropyBundleWorkspace {
  [[gnu::cold]] explicit EntropyBundleWorkspace(Index n)
      : mirror(n),
        center(n),
        trial(n),
        g(n),
        region(n),
        combined(n),
        linear(n),
        cuts(n, Cuts::usual_capacity(n)),
        rows(n, cuts.capacity()),
        offsets(cuts.capacity()),
        master(n, cuts.capacity()),
        set(n) {}

  Vector<double> mirror, center, trial, g;  ///< the center and its mirror coordinates, the next point, its gradient
  Vector<double> region;                    ///< |v_j| <= region_j wherever cuts have to hold
  Vector<double> combined;                  ///< the gradient of the combination of all cuts
  Vector<double> linear;
  Cuts cuts;
  Matrix<double> rows;  ///< of the master, scaled
  Vector<double> offsets;
  EntropyMaster master;
  Polytope set;  ///< for neuron folding
};

/// The constants of entropy_bundle().
struct EntropyBundleTuning {
  double first_weight = 0.25;     ///< q at first: this share of the gradient's longest fall over tau, less 1
  double serious = 0.1;           ///< a step that gains this share of the predicted fall is accepted,
  double very_serious = 0.5;      ///< and one that gains this much
  double relax = 0.2;             ///< lowers q by this factor
  int max_nulls = 3;              ///< so many rejected steps
  double tighten = 2;             ///< raise q by this factor
  double negligible = 0.05;       ///< a q below this is none
  double look_further = 0.1;      ///< of q, where the model is no lower than f: its minimum lies further away
  int max_futile = 30;            ///< such steps before the end
  double master_share = 1e-3;     ///< the master is solved to this share of the open gap,
  double master_accuracy = 1e-6;  ///< and to this, relative to the value
};

namespace detail {

inline constexpr EntropyBundleTuning entropy_bundle_tuning{};

/// min of max_i (g_i'y + o_i) + phi(y) + q D(y, center), D the Bregman distance of phi: leaves the minimizer in
/// ws.master.y. \p value is f at the center, beside which all is measured, and all is divided by the size of the gradients.
inline bool solve_entropy_master(const EntropyTerm& term, EntropyBundleWorkspace& ws, double q, double value,
                                 double tolerance) {
  const Index count = ws.cuts.size();
  double size = std::max(term.tau(), 1e-300);
  for (Index i = 0; i < count; ++i) size = std::max(size, vec::largest_magnitude(ws.cuts.gradients()(i)));
  for (Index i = 0; i < count; ++i) {
    const ConstVectorView gradient = ws.cuts.gradients()(i);
    vec::scale_to(1 / size, gradient, {ws.rows.data() + i * ws.rows.rows(), ws.rows.rows()});
    ws.offsets(i) = (ws.cuts.offset(i) + vec::dot(gradient, ws.center) - value) / size;
  }
  for (Index j = 0; j < ws.linear.size(); ++j) ws.linear(j) = -q * term.tau() * ws.mirror(j) / (term.width(j) * size);
  return ws.master.solve(term, (1 + q) * term.tau() / size, ConstColumns(ws.rows).first(count), {ws.offsets.data(), count},
                         ws.linear, ws.center, tolerance / size);
}

/// The iterations of entropy_bundle(), one at a time, from the best point so far.
class EntropyBundle final : public BundleSteps {
 public:
  EntropyBundle(SolveLog& log, const EntropyTerm& term, EntropyBundleWorkspace& ws)
      : BundleSteps(log, ws.cuts, ws.center, ws.trial, ws.combined, ws.linear), term_(term), ws_(ws) {}

  [[nodiscard]] bool begin() override {
    log_.clear(ws_.cuts);
    term_.to_mirror(log_.best(), ws_.mirror);
    term_.to_point(ws_.mirror, ws_.center);
    if (!log_.evaluate(ws_.center, value_) || !log_.take_gradient(ws_.center, ws_.g)) return false;
    log_.add_cut(ws_.cuts, ws_.center, ws_.g, 0);
    smooth_ = log_.smooth_value();
    q_ = std::max(0.0, tuning().first_weight * term_.longest_fall(ws_.g) / term_.tau() - 1);
    return true;
  }

  [[nodiscard]] Aim aim() override {
    const ArgminOutcome& result = log_.result();
    const double open = std::isfinite(result.lower_bound) ? result.value - result.lower_bound : infinity;
    const double accuracy = tuning().master_accuracy * std::max(1.0, std::abs(value_));
    solve_entropy_master(term_, ws_, q_, smooth_, std::min(tuning().master_share * open, accuracy));
    vec::copy(ws_.master.y, ws_.trial);
    if (!vec::all_finite(ws_.trial)) return Aim::end;
    const double offset = ws_.cuts.combine(ws_.master.multipliers, ws_.combined);
    vec::fill(ws_.linear, 0);
    const double lower = offset + term_.lower_bound_of_linear(ws_.combined, ws_.linear, 0, log_.region());
    if (!log_.raise_bound(lower, {ws_.combined, ws_.linear, 0}, ws_.cuts)) return Aim::end;
    predicted_ = value_ - ws_.cuts.model(ws_.trial) - term_.value(ws_.trial);
    if (log_.is_above_noise(predicted_)) return Aim::trial;
    q_ *= tuning().look_further;
    return ++futile_ <= tuning().max_futile ? Aim::none : Aim::end;
  }

  [[nodiscard]] bool take() override {
    double next = 0, missed = 0;
    if (!cut_trial(next, missed)) return false;
    const double gained = value_ - next;
    if (gained >= tuning().serious * predicted_) {
      if (gained >= tuning().very_serious * predicted_) q_ *= tuning().relax;
      accept(next);
    } else if (++nulls_ >= tuning().max_nulls) {
      q_ *= tuning().tighten;
      nulls_ = 0;
    }
    if (q_ < tuning().negligible) q_ = 0;
    return true;
  }

  [[nodiscard]] bool cut_trial(double& next, double& missed) override {
    const double below = ws_.cuts.model(ws_.trial);
    if (!log_.evaluate(ws_.trial, next) || !log_.take_gradient(ws_.trial, ws_.g)) return false;
    log_.add_cut(ws_.cuts, ws_.trial, ws_.g, 0);
    if (!log_.cut_agrees(below, log_.smooth_value())) return false;
    double cut_at_center = log_.smooth_value();
    for (Index j = 0; j < ws_.g.size(); ++j) cut_at_center += ws_.g(j) * (ws_.center(j) - ws_.trial(j));
    missed = smooth_ - cut_at_center;
    return log_.cut_agrees(cut_at_center, smooth_);
  }
  void accept(double next) override {
    value_ = next;
    smooth_ = log_.smooth_value();
    term_.to_mirror(ws_.trial, ws_.mirror);
    vec::copy(ws_.trial, ws_.center);
    nulls_ = futile_ = 0;
  }

 private:
  [[nodiscard]] static constexpr const EntropyBundleTuning& tuning() { return entropy_bundle_tuning; }

  const EntropyTerm& term_;
  EntropyBundleWorkspace& ws_;
  double q_ = 0, predicted_ = 0;
  int nulls_ = 0, futile_ = 0;
};

}  // namespace detail

/// Bundle method for entropic problems, f - tau H over its box or simplex, with f any convex function, kinked ones above all
/// (the bundle entropy method of Amos, Xu and Kolter, ICML 2017, section 4, with a certain gap, without their rank test, and
/// with cuts that combine instead of being dropped): the maximum of all cuts so far, beside the entropy itself, is minimized
/// by an interior-point method on its dual; f is cut there. Where f is steep beside tau, a Bregman distance from the best
/// point keeps the next one near.
///
/// Begins at result.y, which is in the set. Cost of an iteration: one value and gradient, and some twenty factorizations of
/// a matrix as large as the number of cuts, at most min(2 n + 20, 200). Allocates nothing but what the model does.
inline void entropy_bundle(ConvexModel& model, const EntropyTerm& term, const Settings& settings, EntropyBundleWorkspace& ws,
                           Result& result) {
  SolveLog log(model, term, settings, ws.region, result);
  detail::EntropyBundle bundle(log, term, ws);
  if (bundle.begin()) {
    while (log.iterate() && bundle.step()) {
    }
  }
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
