// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/core/observer.hpp"
#include "icnn/solvers/bundle/cuts.hpp"
#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/result.hpp"
#include "icnn/solvers/settings.hpp"
#include "icnn/solvers/simple_term.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of SolveLog.
struct SolveLogTuning {
  double contradiction = 1e-7;  ///< a bound this far above a value (relatively), and beyond rounding: f is not convex
  int all_non_finite = 100;     ///< evaluations where f is not finite, before the search ends,
  int most_non_finite = 12;     ///< and so many in a row, each nearer to where f is finite
  double aside[5] = {0, 1, -1, 1e-3, -1e-3};  ///< where f is looked for beside the middle, in all coordinates
  double first_gaps = 10;         ///< the aim is a gap of relative_gap times so many gaps at the start, if that is less,
  double worth_more = 1e3;        ///< and the gap at the start below so many times what counts as optimal,
  double least_aim = 1e-14;       ///< but no less than this, relative to what the first value and bound are sums of,
  Index further_evaluations = 5;  ///< and only as long as so many halve the gap
  double unbounded = 1e12;        ///< so many times the first value's size below zero, on an unbounded set: no minimum
  double shrink = 0.01;           ///< the region is chosen anew when f can fall by this share of what it could
  double radius_factor = 4;       ///< the first radius tried for it, in units of |g| / m
  double equal = 0.01;            ///< values this part of their rounding bound apart are the same
  double above_noise = 10;        ///< a difference of so many errors of the latest cut is no rounding
  double small_error = 0.1;       ///< a value's rounding error of this part of the aim need not be known any better
};

/// The bookkeeping that every method shares: it counts evaluations, keeps the best point and the best lower bound of
/// f + phi, and knows when to end and what to call it. A method calls evaluate() and take_gradient() until one of them says
/// no. Refers to everything.
class SolveLog {
 public:
  /// \p region is scratch of the dimension. Result.y is the starting point, in the set. Where another method has been there
  /// before, its bounds and counts are kept.
  [[gnu::cold]] SolveLog(ConvexModel& model, const SimpleTerm& term, const Settings& settings, VectorView region,
                         Result& result, bool continues = false)
      : SolveLog(model, term, settings, region, result.y, result, &result, continues) {}
  /// The same for a point \p y and an outcome that are kept apart; without \p proofs nobody may want certificates or
  /// multipliers.
  [[gnu::cold]] SolveLog(ConvexModel& model, const SimpleTerm& term, const Settings& settings, VectorView region,
                         VectorView y, ArgminOutcome& outcome, Result* proofs = nullptr, bool continues = false)
      : model_(model),
        term_(term),
        settings_(settings),
        region_(region),
        middle_(term.middle()),
        reach_(term.reach()),
        y_(y),
        result_(outcome),
        proofs_(proofs),
        deadline_{term.clock(), settings.time_limit} {
    if (proofs && settings.certificate) adjoints_ = origins_ = model.neurons();
    if (continues) {
      outcome.status = Status::not_run;
      proven_ = proofs && !proofs->certificate.empty();
      scale_ = std::max(1.0, std::abs(outcome.value));
      return;
    }
    outcome = {};
    if (proofs) proofs->minorant.slope.resize(0);
  }

  [[nodiscard]] const SimpleTerm& term() const noexcept { return term_; }
  [[nodiscard]] ConvexModel& model() const noexcept { return model_; }
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  [[nodiscard]] const Deadline& deadline() const noexcept { return deadline_; }
  /// The gap that is aimed at: what counts as optimal, but where that is much of what could be gained at the start, a small
  /// part of the latter, whatever the scale of f, and whatever is added to it.
  [[nodiscard]] double aim() const {
    if (!(first_gap_ < tuning.worth_more * tolerance())) return tolerance();
    const double part = std::max(least_aim_, tuning.first_gaps * settings_.relative_gap * first_gap_);
    return std::min(tolerance(), std::max(settings_.absolute_gap, part));
  }
  [[nodiscard]] ConstVectorView best() const noexcept { return y_; }  ///< the best point so far, or where to begin,
  [[nodiscard]] const ArgminOutcome& result() const noexcept { return result_; }  ///< and the numbers of it
  [[nodiscard]] bool ended() const noexcept { return result_.status != Status::not_run; }

  /// Whether the region that cuts hold in can become smaller with a further evaluation.
  [[nodiscard]] bool region_may_shrink() const noexcept { return fall_at_choice_ > 0 && fall_at_choice_ < infinity; }

  /// What the next evaluations have to prepare: gradients, or Hessians as well.
  void set_order(kernels::Order order) noexcept { order_ = order; }

  /// Counts an evaluation to come; false where there may be none.
  [[nodiscard]] bool may_evaluate() {
    if (ended()) return false;
    if (result_.evaluations >= settings_.max_evaluations) return end(Status::budget_reached);
    if (deadline_.passed()) return end(Status::deadline_reached);
    ++result_.evaluations;
    return true;
  }

  /// value := (f + phi)(y). False when the search has ended.
  [[nodiscard]] bool evaluate(ConstVectorView y, double& value) {
    if (!may_evaluate()) return false;
    smooth_ = model_.value(order_, y);
    value = smooth_ + term_.value(y);
    const bool first = result_.evaluations == 1;
    if (value == -infinity) return end(Status::non_finite);
    if (!std::isfinite(value)) {
      value = infinity;
      const bool too_many = ++non_finite_ > tuning.all_non_finite || ++non_finite_in_a_row_ > tuning.most_non_finite;
      if (too_many) return end(Status::non_finite);
    } else {
      non_finite_in_a_row_ = 0;
      if (first) scale_ = std::max(1.0, std::abs(value));
    }
    if (value < result_.value || first) {
      result_.value = value;
      vec::copy(y, y_);
      error_known_ = false;
    }
    return true;
  }

  /// g := the gradient of f at the y of the latest evaluate(), and the lower bound that it gives. Where f or its gradient is
  /// not finite there, y and value become those half way to `from`, a point of the set, and so on. False when ended.
  [[nodiscard, gnu::noinline]] bool take_gradient(ConstVectorView from, VectorView y, double& value, VectorView g) {
    if (std::isfinite(value)) {
      model_.gradient(g);
      if (vec::all_finite(g)) return use_gradient(y, g);
    }
    return step_back(from, y, value, g);
  }
  [[nodiscard]] bool take_gradient(ConstVectorView y, VectorView g) {
    model_.gradient(g);
    return vec::all_finite(g) ? use_gradient(y, g) : end(Status::non_finite);
  }
  /// Value and gradient at y, where to begin, or from there towards the middle of the set; where f is not finite in that
  /// middle either, towards points beside it. False when ended.
  [[nodiscard, gnu::noinline]] bool begin(Region& set, VectorView y, double& value, VectorView g, VectorView middle,
                                          VectorView scratch) {
    if (!evaluate(y, value)) return false;
    if (std::isfinite(value)) {
      model_.gradient(g);
      if (vec::all_finite(g)) return use_gradient(y, g);
    }
    return begin_elsewhere(set, y, value, g, middle, scratch);
  }

  /// The lower bound of the latest cut, at \p y with gradient \p g; once more where the term has learned to be sharper.
  [[nodiscard, gnu::noinline]] bool bound_again(ConstVectorView y, ConstVectorView g) {
    if (cut_error_ < infinity) {
      const bool first = result_.evaluations == 1;
      const double m = model_.strong_convexity(), below = term_.lower_bound_of_linear(g, y, m, region_);
      const double bound = smooth_ + below - cut_error_ - 8 * detail::epsilon * (std::abs(smooth_) + std::abs(below));
      if (first && !settings_.warm_start) {
        first_gap_ = result_.value - bound;
        least_aim_ = tuning.least_aim * (std::abs(smooth_) + vec::absolute_dot(g, y));
      }
      improve(bound, {g, y, m}, [&](Certificate& proof) {
        model_.adjoints(proof.slopes);
        proof.center = y.map();
      });
    }
    return check_bounds();
  }

  /// A quadratic below f: g'(v - around) + m |v - around|^2 / 2, and a constant.
  struct Below {
    ConstVectorView g, around;
    double m;
  };

  /// A lower bound of f + phi on the set from what is \p below f, the minorant with these slopes around there, or the latest
  /// combination of these cuts. False when ended.
  [[nodiscard, gnu::noinline]] bool raise_bound(double lower, const Below& below, ConstVectorView slopes) {
    improve(lower, below, [&](Certificate& proof) {
      vec::copy(slopes, proof.slopes);
      model_.make_adjoints(proof.slopes);
      proof.center = below.around.map();
    });
    return check_bounds();
  }
  [[nodiscard, gnu::noinline]] bool raise_bound(double lower, const Below& below, const Cuts& cuts) {
    improve(lower, below, [&](Certificate& proof) {
      vec::copy(cuts.combined_origin().segment(0, adjoints_), proof.slopes);
      proof.center = cuts.combined_origin().segment(adjoints_, region_.size()).map();
    });
    return check_bounds();
  }

  /// Forgets all cuts, and adds the latest, at \p y with gradient \p g; \p m is f's modulus of strong convexity, or 0. Where
  /// a certificate is wanted, or somebody keeps_origins(), they know where they come from.
  void clear(Cuts& cuts) const { cuts.clear(origins_ > 0 ? origins_ + region_.size() : 0); }
  void add_cut(Cuts& cuts, ConstVectorView y, ConstVectorView g, double m) {
    cuts.add(smooth_, cut_error_, g, y, m, region_);
    if (origins_ == 0) return;
    model_.adjoints(cuts.origin().segment(0, origins_));
    vec::copy(y, cuts.origin().segment(origins_, y.size()));
  }
  void keep_origins() { origins_ = model_.neurons(); }

  /// Whether a lower bound of f at a point, from cuts made elsewhere, agrees with its value there: for a convex f it does,
  /// up to rounding. Otherwise the search has ended.
  [[nodiscard, gnu::noinline]] bool cut_agrees(double lower, double value) {
    return contradicts(lower - value, value) && lower - value > noise() ? end(Status::not_convex) : true;
  }

  /// f at the latest point.
  [[nodiscard]] double smooth_value() const noexcept { return smooth_; }
  [[nodiscard]] ConstVectorView region() const noexcept { return region_; }

  /// One more iteration has been done. False when ended.
  [[nodiscard, gnu::noinline]] bool iterate() {
    ++result_.iterations;
    if (!ended() && deadline_.passed()) return end(Status::deadline_reached);
    if (!settings_.observer) return !ended();
    const ArgminProgress progress{result_.iterations, result_.evaluations, deadline_.clock.seconds(), result_.value,
                                  result_.lower_bound};
    return settings_.observer(progress) ? !ended() : end(Status::stopped);
  }

  /// The best point so far is this one, of such a value, unless that is higher by more than rounding.
  void take_equal(ConstVectorView y, double value) {
    if (!(value - result_.value <= tuning.equal * noise())) return;
    result_.value = value;
    vec::copy(y, y_);
    error_known_ = false;
  }

  /// How far rounding may move the values that a line search compares. That of a cut holds for its value, too.
  [[nodiscard, gnu::noinline]] double noise() {
    if (!std::isfinite(cut_error_)) return value_error();
    return cut_error_ + term_.value_error(y_) + 4 * detail::epsilon * std::abs(result_.value);
  }
  /// Whether a difference of values is more than that. Well above the latest cut's error that error decides alone, and the
  /// term's own rounding is not asked for.
  [[nodiscard]] bool is_above_noise(double difference) {
    return difference > tuning.above_noise * cut_error_ || difference > noise();
  }

  /// The last word, when the method has ended or knows no further step.
  [[gnu::noinline, gnu::cold]] void finish() {
    if (result_.evaluations == 0 && !ended()) end(Status::budget_reached);
    const double rounding = std::isfinite(result_.value) ? value_error() : 0;
    result_.value_error = rounding;
    const bool cut_short = result_.status == Status::budget_reached || result_.status == Status::deadline_reached;
    if ((!ended() || cut_short) && std::isfinite(result_.value) && result_.gap() <= tolerance()) end(Status::optimal);
    if (!ended()) {
      const double without = result_.value - result_.lower_bound - 2 * cut_error_ - rounding;
      end(without <= tolerance()     ? Status::numerical_limit
          : non_finite_in_a_row_ > 0 ? Status::non_finite
                                     : Status::uncertified);
    }
    if (proofs_ && !proven_) proofs_->certificate = {};
    result_.seconds = deadline_.clock.seconds();
  }

 private:
  static constexpr SolveLogTuning tuning{};

  [[nodiscard, gnu::noinline, gnu::cold]] bool step_back(ConstVectorView from, VectorView y, double& value, VectorView g) {
    for (int back = 0; back < tuning.most_non_finite; ++back) {
      if (vec::squared_distance(from, y) == 0) break;
      for (Index j = 0; j < y.size(); ++j) y(j) = 0.5 * (y(j) + from(j));
      if (!evaluate(y, value)) return false;
      if (!std::isfinite(value)) continue;
      model_.gradient(g);
      if (vec::all_finite(g)) return use_gradient(y, g);
    }
    return end(Status::non_finite);
  }
  [[nodiscard, gnu::noinline, gnu::cold]] bool begin_elsewhere(Region& set, VectorView y, double& value, VectorView g,
                                                               VectorView middle, VectorView scratch) {
    for (const double aside : tuning.aside) {
      set.center(middle, scratch);
      for (Index j = 0; j < middle.size(); ++j) middle(j) += aside;
      set.project(middle, scratch);
      double there = 0;
      if (!evaluate(middle, there)) return false;
      if (std::isfinite(there)) break;
    }
    if (!evaluate(y, value)) return false;
    return take_gradient(middle, y, value, g);
  }

  /// The bound of the gradient \p g at \p y, in a region that may have to be chosen first.
  [[nodiscard]] bool use_gradient(ConstVectorView y, ConstVectorView g) {
    if (fall_at_choice_ > 0) {  // infinite at first
      const double m = model_.strong_convexity();
      const double fall = fall_at_choice_ < infinity ? -term_.lower_bound_of_linear(g, y, 0.5 * m, region_) : 0;
      if (fall <= tuning.shrink * fall_at_choice_) choose_region(y, g);
    }
    cut_error_ = is_in_region(y) ? model_.cut_error() : infinity;
    return bound_again(y, g);
  }
  [[nodiscard]] bool is_in_region(ConstVectorView y) const {
    bool is = true;
    for (Index j = 0; j < y.size(); ++j) is &= std::abs(y(j)) <= region_(j);
    for (Index j = 0; j < middle_.size(); ++j) is &= std::abs(y(j) - middle_(j)) <= reach_(j);
    return is;
  }

  /// A lower bound, and where one is wanted, its proof, if it is the best so far.
  template <class Write>
  void improve(double bound, const Below& below, Write write) {
    if (!(bound > result_.lower_bound)) return;
    result_.lower_bound = bound;
    if (proofs_ && settings_.multipliers) keep(below);
    if (adjoints_ > 0) write(prove());
  }

  [[gnu::noinline, gnu::cold]] void keep(const Below& below) {
    Minorant& kept = proofs_->minorant;
    kept.slope.resize(region_.size());
    vec::step_to(below.g, -below.m, below.around, kept.slope);
    kept.curvature = below.m;
    kept.multipliers.resize(0);
    if (const Vector<double>* values = term_.multipliers()) kept.multipliers = *values;
  }

  [[nodiscard]] static bool contradicts(double excess, double value) {
    return excess > tuning.contradiction * std::max(1.0, std::abs(value));
  }

  /// Whether value and bound may both be true, and are not yet close enough.
  [[nodiscard]] bool check_bounds() {
    const double excess = result_.lower_bound - result_.value;
    if (contradicts(excess, result_.value) && excess > value_error()) {
      return end(term_.is_broken(y_) ? Status::numerical_limit : Status::not_convex);
    }
    if (result_.lower_bound == -infinity && result_.value < -tuning.unbounded * scale_ && !vec::all_finite(region_)) {
      return end(Status::unbounded);
    }
    return gap_closed() ? end(Status::optimal) : true;
  }

  /// Where the proof of the best lower bound goes: the adjoints of all neurons, from which slopes are made in the end.
  [[nodiscard]] Certificate& prove() {
    Certificate& proof = proofs_->certificate;
    proof.slopes.resize(adjoints_);
    proof.multipliers.resize(0);
    if (const Vector<double>* values = term_.multipliers()) proof.multipliers = *values;
    proven_ = true;
    return proof;
  }

  bool end(Status status) {
    result_.status = status;
    return false;
  }

  /// What counts as optimal.
  [[nodiscard]] double tolerance() const { return settings_.tolerance(result_.value); }

  /// The rounding error of the best value, and of its point in the set. That of its own takes a pass over the function, made
  /// where the largest in the region, which is found once and about as large as that of a cut, matters beside the aim.
  [[nodiscard, gnu::noinline]] double value_error() {
    if (!error_known_) {
      const double small = tuning.small_error * aim();
      error_ = cut_error_ <= small && is_in_region(y_) ? model_.largest_value_error() : infinity;
      if (!(error_ <= small)) error_ = model_.value_error(y_);
      error_ += term_.value_error(y_) + 4 * detail::epsilon * std::abs(result_.value);
      if (std::isnan(error_)) error_ = infinity;  // something overflowed
      error_known_ = true;
    }
    return error_ + term_.violation_cost(y_);
  }

  /// Whether the gap is what is aimed at, or what counts as optimal and rounding for the most part, or no longer smaller.
  [[nodiscard]] bool gap_closed() {
    const double open = result_.value - result_.lower_bound;
    if (!(open <= tolerance() && open + value_error() <= tolerance())) return false;
    if (open + value_error() <= aim() || open <= 2 * (value_error() + cut_error_)) return true;
    if (!(open <= 0.5 * open_at_aim_)) return result_.evaluations - aimed_at_ > tuning.further_evaluations;
    open_at_aim_ = open;
    aimed_at_ = result_.evaluations;
    return false;
  }

  /// Chooses the region in which cuts have to hold: the set's own extents or, where they are wide or infinite and f is
  /// strongly convex, a ball around y that is certain to hold the minimizer. Where |v - y| = r, f(v) >= f(y) + m r^2 / 4 +
  /// (g'(v - y) + m |v - y|^2 / 4), whose last part is bounded over the set: in the end it is about the gap, and the ball as
  /// small as that allows, with its rounding terms.
  [[gnu::noinline]] void choose_region(ConstVectorView y, ConstVectorView g) {
    const double m = model_.strong_convexity();
    take_extents();
    if (!(m > 0 && detail::is_wide(region_) && term_.is_indicator())) {
      fall_at_choice_ = 0;
      return set_region();
    }
    const auto needed = [&](double radius) {
      take_extents();
      for (Index j = 0; j < y.size(); ++j) {
        region_(j) = std::min(region_(j), std::abs(y(j)) + 2 * radius);  // twice: room for the iterates
      }
      set_region();
      fall_at_choice_ = -term_.lower_bound_of_linear(g, y, 0.5 * m, region_);
      return 2.01 * std::sqrt(std::max(0.0, fall_at_choice_ + model_.cut_error()) / m);
    };
    const double first = tuning.radius_factor * vec::norm(g) / m + 1e-6 * (1 + vec::norm(y));
    if (detail::certain_radius(first, needed) < infinity) return;
    take_extents();
    set_region();
  }

  void set_region() { model_.set_region(middle_.size() > 0 ? reach_ : region_, middle_); }

  /// The set's own extents, with room for the rounding of points on its boundary.
  void take_extents() {
    term_.extents(region_);
    vec::scale_to(1 + 8 * detail::epsilon, region_, region_);
  }

  ConvexModel& model_;
  const SimpleTerm& term_;
  const Settings& settings_;
  VectorView region_;
  ConstVectorView middle_, reach_;  ///< of a narrow set; empty for others
  VectorView y_;
  ArgminOutcome& result_;
  Result* proofs_;  ///< whose certificate and minorant are written, where they are wanted
  Deadline deadline_;
  kernels::Order order_ = kernels::Order::first;
  double smooth_ = 0;                 ///< f at the latest point
  double scale_ = 1;                  ///< of the first value
  double first_gap_ = infinity;       ///< at the start, unless that is the end of another search
  double least_aim_ = 0;              ///< rounding of the first value and bound
  double open_at_aim_ = infinity;     ///< the gap when it last was halved below the tolerance, not counting rounding,
  Index aimed_at_ = 0;                ///< and after so many evaluations
  double cut_error_ = infinity;       ///< of the latest cut
  double fall_at_choice_ = infinity;  ///< how far f could fall when the region was chosen; 0: once and for all
  double error_ = 0;                  ///< of the best value, where known
  bool error_known_ = false;
  int non_finite_ = 0, non_finite_in_a_row_ = 0;  ///< values
  Index adjoints_ = 0, origins_ = 0;              ///< of a certificate, of cuts; 0: none are wanted
  bool proven_ = false;                           ///< there is a lower bound, and its proof in the certificate
};

}  // namespace icnn::inline ICNN_ISA
