// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "icnn/solvers/bundle/box_master.hpp"
#include "icnn/solvers/bundle/bundle_steps.hpp"
#include "icnn/solvers/bundle/cuts.hpp"
#include "icnn/solvers/gradient/line_search.hpp"
#include "icnn/solvers/quadratic/interior_point.hpp"
#include "icnn/solvers/solve_log.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of proximal_bundle() and level_bundle() in n dimensions: room for a limited number of cuts, and the master
/// program over them.
struct BundleWorkspace {
  [[gnu::cold]] explicit BundleWorkspace(Index n)
      : center(n),
        trial(n),
        g(n),
        region(n),
        combined(n),
        lower(n),
        upper(n),
        linear(n),
        diagonal(n),
        scratch(n),
        cuts(n, Cuts::usual_capacity(n)),
        rows(n, cuts.capacity()),
        offsets(cuts.capacity()),
        set(n),
        box_master(n, cuts.capacity()) {}

  Numbers<double> center, trial, g;  ///< the best point that a step was accepted at, the next one, its gradient
  Numbers<double> region;            ///< |v_j| <= region_j wherever cuts have to hold
  Numbers<double> combined;          ///< the gradient of the combination of all cuts
  Numbers<double> lower, upper, linear, diagonal, scratch;
  Cuts cuts;
  Matrix<double> rows;  ///< of the master, scaled
  Numbers<double> offsets;
  Polytope set;
  bool curved = false;  ///< the set is no polytope, but contained in it
  BoxMaster box_master;
  std::optional<InteriorPoint> master{};                        ///< over other sets, and where that one gives up
  ConstVectorView step = {nullptr, 0}, weights = {nullptr, 0};  ///< of the latest master: from the center, and of the rows
  Numbers<double> right_hand_side{};

  /// Begins anew over a set, and makes room for its rows and equalities.
  [[gnu::cold]] void begin(const Region& of) {
    of.describe(set);
    curved = !of.is_polytope();
    box_master.forget();
    const Index n = center.size(), k = set.equality_count();
    const Index m = cuts.capacity() + (curved ? Polytope::max_tangents(n) : set.row_count());
    if (master && offsets.size() >= m && right_hand_side.size() >= k) return;
    master.emplace(n, m, k, false);
    rows.resize(n, m);
    offsets.resize(m);
    right_hand_side.resize(k);
  }
};

/// The constants of proximal_bundle() and its master program.
struct ProximalBundleTuning {
  double first_weight = 2;    ///< q at first: the step of the first cut is half a unit of its mean gradient
  double serious = 0.1;       ///< a step that gains this share of the predicted fall is accepted,
  double very_serious = 0.5;  ///< and one that gains this much
  double relax = 0.35;        ///< lowers q by this factor: longer steps
  double close = 0.2;         ///< a rejected cut that misses the center by less than this share of the predicted fall
  double relax_close = 0.7;   ///< lowers q as well: the model is good there
  double far = 2;             ///< one that misses it by more than this many predicted falls,
  int max_far = 3;            ///< so often,
  double tighten = 2;         ///< raises q by this factor: shorter steps
  double look_further = 0.1;  ///< of q, where the model is no lower than f: its minimum lies further away
  int max_futile = 30;        ///< such steps before the end
  int master_iterations = 40;
  Index quick = 20;  ///< for so many iterations masters are no more accurate than the gap asks; what takes more is not easy
};

namespace detail {

inline constexpr ProximalBundleTuning proximal_bundle_tuning{};

/// The rows of the master: cuts around the center, divided by the size of their gradients, then those of the set. Lengths
/// are in `unit`s; \p top is where the cuts are measured from.
inline void write_master_rows(BundleWorkspace& ws, double top, double size, double unit) {
  const Index count = ws.cuts.size(), more = ws.set.row_count();
  const auto row = [&](Index i) { return VectorView(ws.rows.data() + i * ws.rows.rows(), ws.rows.rows()); };
  for (Index i = 0; i < count; ++i) {
    const ConstVectorView gradient = ws.cuts.gradients()(i);
    vec::scale_to(1 / size, gradient, row(i));
    ws.offsets(i) = (top - ws.cuts.offset(i) - vec::dot(gradient, ws.center)) / (size * unit);
  }
  for (Index i = 0; i < more; ++i) {
    vec::copy(ws.set.rows()(i), row(count + i));
    ws.offsets(count + i) = (ws.set.limits()(i) - vec::dot(ws.set.rows()(i), ws.center)) / unit;
  }
  for (Index i = 0; i < ws.set.equality_count(); ++i) {
    ws.right_hand_side(i) =
        i < ws.set.groups ? 0.0 : (ws.set.right_hand_side()(i) - vec::dot(ws.set.equalities()(i), ws.center)) / unit;
  }
}

/// min over the set of max_i (g_i'y + o_i) + m |y|^2 / 2 + q |y - center|^2 / 2: leaves the minimizer in ws.trial and the
/// multipliers of the cuts in ws.weights. \p value is f at the center, beside which all is measured, and all is divided by
/// the size of the gradients, which is returned. Lengths are in units of what they may have to change for f to fall by
/// \p open, and of that some of what the log aims at may be missed at first. With a \p level, the point nearest to the
/// center with max_i (g_i'y + o_i) <= level instead.
inline double solve_master(BundleWorkspace& ws, const SolveLog& log, double m, double q, double value, double open,
                           std::optional<double> level = {}) {
  const auto& tuning = proximal_bundle_tuning;
  const Index n = ws.center.size(), count = ws.cuts.size(), rows = count + ws.set.row_count();
  const double reach = vec::largest_magnitude(ws.center);
  double size = 1e-300 + m * reach, steepest = 0;
  for (Index i = 0; i < count; ++i) steepest = std::max(steepest, vec::largest_magnitude(ws.cuts.gradients()(i)));
  size += steepest;
  const double unit = std::isfinite(open) ? std::clamp(open / size, 1e-12 * (1 + reach), 1.0) : 1.0;
  write_master_rows(ws, level ? *level : value - 0.5 * m * vec::squared_norm(ws.center), size, unit);
  // What is left of the gradient counts as far as the set extends, which a bound notices.
  double extent = 1;
  const ConstVectorView center = ws.center, least = ws.set.lower, most = ws.set.upper;
  const VectorView lower = ws.lower, upper = ws.upper, linear = ws.linear, diagonal = ws.diagonal;
  for (Index j = 0; j < n; ++j) {
    lower(j) = (least(j) - center(j)) / unit;
    upper(j) = (most(j) - center(j)) / unit;
    linear(j) = m / size * center(j);
    diagonal(j) = level ? 1.0 : (m + q) * unit / size;
    if (std::isfinite(upper(j) - lower(j))) extent = std::max(extent, upper(j) - lower(j));
  }
  vec::fill(ws.scratch, 0);
  const QuadraticProgram program{.lower = lower,
                                 .upper = upper,
                                 .linear = linear,
                                 .diagonal = diagonal,
                                 .rows = ConstColumns(ws.rows).first(rows),
                                 .offsets = {ws.offsets.data(), rows},
                                 .cuts = level ? 0 : count,
                                 .equalities = ws.set.equalities(),
                                 .right_hand_side = {ws.right_hand_side.data(), ws.set.equality_count()}};
  const bool is_quick = log.result().iterations <= tuning.quick;
  const double tolerance = master_tolerance(extent, is_quick ? log.aim() / open : 0);
  const bool is_box = q > 0 && rows == count && program.equalities.columns() == 0;
  if (is_box && ws.box_master.solve(program, tolerance, log.deadline())) {
    ws.step = ws.box_master.y;
    ws.weights = ws.box_master.multipliers;
  } else {
    ws.master->solve(program, ws.scratch,
                     {.tolerance = tolerance, .iterations = tuning.master_iterations, .deadline = log.deadline()});
    ws.step = ws.master->y;
    ws.weights = ws.master->multipliers;
  }
  vec::step_to(ws.center, unit, ws.step, ws.trial);
  return size;
}

/// A lower bound on the set from the master's multipliers, whatever their accuracy; m as there. What it is the bound of has
/// the gradient ws.combined at ws.center, or where m = 0 at ws.scratch, which is 0.
[[nodiscard]] inline double bound_of_master(const SolveLog& log, Region& set, BundleWorkspace& ws, double m, double size) {
  const Index count = ws.cuts.size();
  if (!ws.set.is_simple() && !ws.curved) {
    const VectorView rows = ws.offsets, equalities = ws.right_hand_side;  // which the next master writes anew
    for (Index i = 0; i < ws.set.row_count(); ++i) rows(i) = size * ws.weights(count + i);
    for (Index i = 0; i < ws.set.equality_count(); ++i) equalities(i) = size * ws.master->equality_multipliers(i);
    set.use_multipliers({rows.data(), ws.set.row_count()}, {equalities.data(), ws.set.equality_count()});
  }
  const double offset = ws.cuts.combine(ws.weights, ws.combined);
  if (m == 0) {
    vec::fill(ws.scratch, 0);
    return offset + log.term().lower_bound_of_linear(ws.combined, ws.scratch, 0, log.region());
  }
  // Around the center, a point of the set: g'v + m |v|^2 / 2 = g'c + m |c|^2 / 2 + (g + m c)'(v - c) + m |v - c|^2 / 2.
  const VectorView combined = ws.combined, center = ws.center;
  const double square = m * vec::squared_norm(center), linear = vec::dot(combined, center);
  double sizes = std::abs(offset) + 2 * square + vec::absolute_dot(combined, center);
  for (Index j = 0; j < center.size(); ++j) {
    sizes += reach(std::abs(combined(j)) + m * std::abs(center(j)), 0, log.region()(j));
    combined(j) += m * center(j);
  }
  return offset + linear + 0.5 * square + log.term().lower_bound_of_linear(combined, center, m, log.region()) -
         rounding_of_sum(center.size()) * sizes;
}

/// Moves the trial point into the set: off the bounds by rounding, or off the sums; and where the set is no polytope, off
/// what contains it, which then follows the set more closely.
[[gnu::noinline]] inline void project_trial(Region& set, BundleWorkspace& ws) {
  vec::copy(ws.trial, ws.linear);
  set.project(ws.trial, ws.scratch);
  if (ws.curved) ws.set.separate(ws.linear, ws.trial);
}

/// The iterations of proximal_bundle(), one at a time, from the best point so far.
class ProximalBundle final : public BundleSteps {
 public:
  ProximalBundle(SolveLog& log, Region& set, BundleWorkspace& ws)
      : BundleSteps(log, ws.cuts, ws.center, ws.trial, ws.combined, ws.scratch),
        set_(set),
        ws_(ws),
        m_(log.model().strong_convexity()) {}

  [[nodiscard]] bool begin() override {
    ws_.begin(set_);
    log_.clear(ws_.cuts);
    vec::copy(log_.best(), ws_.center);
    if (!log_.begin(set_, ws_.center, value_, ws_.g, ws_.trial, ws_.scratch)) return false;
    log_.add_cut(ws_.cuts, ws_.center, ws_.g, m_);
    smooth_ = value_;
    weight_ =
        proximal_bundle_tuning.first_weight * std::sqrt(vec::squared_norm(ws_.g) / static_cast<double>(ws_.center.size()));
    return true;
  }

  [[nodiscard]] Aim aim() override {
    const auto& tuning = proximal_bundle_tuning;
    const double size = solve_master(ws_, log_, m_, weight_, value_, value_ - log_.result().lower_bound);
    if (!vec::all_finite(ws_.trial)) return Aim::end;
    const double bound = bound_of_master(log_, set_, ws_, m_, size);
    if (!log_.raise_bound(bound, {ws_.combined, m_ == 0 ? ws_.scratch : ws_.center, m_}, ws_.cuts)) return Aim::end;
    project_trial(set_, ws_);
    predicted_ = value_ - model();
    if (log_.is_above_noise(predicted_)) return Aim::trial;
    if (++futile_ > tuning.max_futile) return Aim::end;
    weight_ *= tuning.look_further;
    return futile_ > 1 || !log_.region_may_shrink() || cut_center() ? Aim::none : Aim::end;
  }

  [[nodiscard]] bool take() override {
    const auto& tuning = proximal_bundle_tuning;
    double next = 0, missed = 0;
    if (!cut_trial(next, missed)) return false;
    const double gained = value_ - next;
    if (gained >= tuning.serious * predicted_) {
      if (gained >= tuning.very_serious * predicted_) weight_ *= tuning.relax;
      accept(next);
      far_ = 0;
    } else if (missed < tuning.close * predicted_) {
      weight_ *= tuning.relax_close;
    } else if (missed > tuning.far * predicted_ && ++far_ >= tuning.max_far) {
      weight_ *= tuning.tighten;
      far_ = 0;
    }
    return true;
  }

  [[nodiscard]] bool cut_trial(double& next, double& missed) override {
    if (!log_.evaluate(ws_.trial, next) || !log_.take_gradient(ws_.center, ws_.trial, next, ws_.g)) return false;
    const double below = model();
    log_.add_cut(ws_.cuts, ws_.trial, ws_.g, m_);
    double cut_at_center = next;
    for (Index j = 0; j < ws_.g.size(); ++j) cut_at_center += ws_.g(j) * (ws_.center(j) - ws_.trial(j));
    missed = value_ - cut_at_center;
    return log_.cut_agrees(below, next) && log_.cut_agrees(cut_at_center, value_);
  }
  void accept(double next) override {
    vec::copy(ws_.trial, ws_.center);
    value_ = smooth_ = next;
    futile_ = 0;
  }

 private:
  [[nodiscard]] double model() const { return ws_.cuts.model(ws_.trial) + 0.5 * m_ * vec::squared_norm(ws_.trial); }
  /// Near the end rounding may be all that is left, and smaller in another region.
  [[nodiscard]] bool cut_center() {
    if (!log_.evaluate(ws_.center, value_) || !log_.take_gradient(ws_.center, ws_.g)) return false;
    log_.add_cut(ws_.cuts, ws_.center, ws_.g, m_);
    return true;
  }

  Region& set_;
  BundleWorkspace& ws_;
  double m_, weight_ = 0, predicted_ = 0;
  int far_ = 0, futile_ = 0;
};

inline void bundle_iterations(SolveLog& log, Region& set, BundleWorkspace& ws) {
  ProximalBundle bundle(log, set, ws);
  if (!bundle.begin()) return;
  while (log.iterate() && bundle.step()) {
  }
}

}  // namespace detail

/// Proximal bundle method (Lemarechal; Kiwiel, Mathematical Programming 46, 1990) for any convex f, kinked ones above all,
/// over a box, simplex, the whole space, a product of these, or a polyhedron: the maximum of all cuts so far, with a
/// quadratic that keeps the next point near the best one, is minimized over the set, and f is cut there. Boxes have an
/// active-set method for that, which begins at the latest multipliers, other sets an interior-point method. The multipliers
/// of the cuts give a lower bound that holds whatever their accuracy. (Over other sets, whose place a polytope around them
/// takes, level_bundle() is the better method.)
///
/// Finite where f is piecewise linear and sharp, linear under growth of that kind. Cost of an iteration: one value and
/// gradient, and over a box some three factorizations of a matrix as large as the number of active cuts, elsewhere some ten
/// of one as large as the number of cuts, at most min(2 n + 20, 200). Begins at result.y, which is in the set. Allocates
/// nothing but what the model does and, for a set with more rows or sums than any before, room for the master.
inline void proximal_bundle(ConvexModel& model, Region& set, const Settings& settings, BundleWorkspace& ws, Result& result) {
  const SetTerm term(set);
  SolveLog log(model, term, settings, ws.region, result);
  detail::bundle_iterations(log, set, ws);
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
