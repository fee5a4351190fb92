// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "icnn/solvers/bundle/entropy_bundle.hpp"
#include "icnn/solvers/bundle/folded_program.hpp"
#include "icnn/solvers/bundle/proximal_bundle.hpp"
#include "icnn/solvers/slope_bound.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of neuron_folding().
struct NeuronFoldingTuning {
  Index bundle_steps = 3;    ///< before the first program,
  Index entropic_steps = 2;  ///< with an entropy,
  Index further_steps = 5;   ///< and where programs lead no further
  Index programs = 30;       ///< in a row
  Index idle_programs = 2;   ///< that nothing is folded wrongly in and that close no more of the gap, before the end
  double further_moves =
      20;               ///< a warm start frees who is nearer to its kink than so many times what those that bent have moved,
  double nearby = 0.2;  ///< or than this share of what is usual
  double undecided = 1e-6;   ///< a slope that is farther than this share of their difference from its piece's
  double whole = 1 - 1e-12;  ///< a weight that is all
};

/// Scratch of neuron_folding(), beside that of the bundle, for functions with a model of the same shape.
struct FoldingWorkspace {
  explicit FoldingWorkspace(ConvexModel& model)
      : arguments(model.neurons()),
        at_center(model.neurons()),
        slopes(model.neurons()),
        proof(model.neurons()),
        is_free(static_cast<std::size_t>(model.neurons())),
        bends(is_free),
        program(model) {
    free.reserve(is_free.size());
    model.make_room_to_fold(program.most_free());
  }

  Vector<double> arguments, at_center;  ///< of all neurons, at the latest point and at the center
  Vector<double> slopes, proof;         ///< of the folding, and of the latest bound
  std::vector<char> is_free, bends;     ///< the latter: between two pieces in the latest program,
  bool knows_bends = false;             ///< if there was one
  std::vector<Index> free{};
  FoldedProgram program;
};

namespace detail {

/// The iterations of neuron_folding(), from the best point so far.
class NeuronFolding {
 public:
  /// Over a region that is this polytope, or with an entropy over the polytope alone.
  NeuronFolding(SolveLog& log, BundleSteps& bundle, Region* region, const Polytope& set, const EntropyTerm* entropy,
                FoldingWorkspace& ws)
      : log_(log),
        model_(log.model()),
        bundle_(bundle),
        region_(region),
        set_(set),
        entropy_(entropy),
        ws_(ws),
        m_(entropy ? 0.0 : model_.strong_convexity()) {}

  /// Until the search has ended, or no step is known.
  void run() {
    while (step()) {
    }
  }

  /// Where step() evaluates f.
  [[nodiscard]] ConstVectorView point() const { return phase_ == Phase::begin ? log_.best() : bundle_.trial; }

  /// One evaluation, and what leads to the next. False when the search has ended, or no step is known.
  [[nodiscard]] bool step() {
    switch (phase_) {
      case Phase::begin: return begin();
      case Phase::bundle: {
        const double value = bundle_.value();
        if (!bundle_.take()) return leave();
        count_step(value);
        return aim_by_bundle();
      }
      case Phase::program: break;
    }
    if (!take_minimizer()) return leave_programs(false);
    ++programs_;
    if (free_wrong()) return aim_by_program();
    const double gap = log_.result().gap();
    if (!(gap <= 0.5 * gap_before_ && gap < infinity)) return leave_programs(++idle_ <= tuning.idle_programs);
    return aim_by_program();
  }

 private:
  static constexpr NeuronFoldingTuning tuning{};
  enum class Phase { begin, bundle, program };

  [[nodiscard]] bool begin() {
    log_.keep_origins();
    if (!bundle_.begin()) return false;
    ws_.program.begin(model_, set_);
    model_.pre_activations(ws_.at_center);
    steps_ = entropy_ ? tuning.entropic_steps : tuning.bundle_steps;
    follows_ = log_.settings().warm_start && ws_.knows_bends;
    if (!follows_) return aim_by_bundle();
    free_bends();
    return aim_by_program();
  }

  /// The next trial point by the bundle; after so many steps by a program.
  [[nodiscard]] bool aim_by_bundle() {
    phase_ = Phase::bundle;
    while (steps_ > 0 || only_bundle_) {
      const double value = bundle_.value();
      const BundleSteps::Aim aimed = log_.iterate() ? bundle_.aim() : BundleSteps::Aim::end;
      if (aimed == BundleSteps::Aim::trial) return true;
      if (aimed == BundleSteps::Aim::end) return leave();
      count_step(value);
    }
    choose_free();
    programs_ = 0;
    return aim_by_program();
  }
  void count_step(double value_before) {
    --steps_;
    if (bundle_.value() != value_before) model_.pre_activations(ws_.at_center);
  }

  /// The minimizer of a program, each with the neurons free that the last one folded wrongly, until there are none or too
  /// many.
  [[nodiscard]] bool aim_by_program() {
    phase_ = Phase::program;
    if (programs_ == tuning.programs || free_count() > ws_.program.most_free()) return leave_programs(true);
    gap_before_ = log_.result().gap();
    return log_.iterate() && solve() ? true : leave_programs(false);
  }
  /// Goes on with the bundle, unless the search has ended or nothing is wrong and rounding keeps the gap open: not \p
  /// useful.
  [[nodiscard]] bool leave_programs(bool useful) {
    if (follows_) {
      follows_ = false;
      return log_.ended() ? false : aim_by_bundle();
    }
    if (!useful) return leave();
    steps_ = tuning.further_steps;
    return aim_by_bundle();
  }
  /// With an entropy the bundle goes on alone: no other method follows.
  [[nodiscard]] bool leave() {
    if (!entropy_ || log_.ended() || only_bundle_) return false;
    only_bundle_ = true;
    return aim_by_bundle();
  }

  [[nodiscard]] Index free_count() const { return static_cast<Index>(ws_.free.size()); }
  [[nodiscard]] char& is_free(Index j) { return ws_.is_free[static_cast<std::size_t>(j)]; }
  [[nodiscard]] double piece(Index j, const Vector<double>& arguments) const {
    return arguments(j) > ws_.program.kink(j) ? ws_.program.high(j) : ws_.program.low(j);
  }
  void set_free(Index j) {
    is_free(j) = 1;
    ws_.slopes(j) = ws_.program.low(j);
  }
  void list_free() {
    ws_.free.clear();
    for (Index j = 0; j < ws_.slopes.size(); ++j) {
      if (is_free(j)) ws_.free.push_back(j);
    }
  }

  /// Neurons are folded onto their pieces at the center. Free are those that are on another one, or between both, in the
  /// combination of cuts that the latest master found.
  void choose_free() {
    vec::copy(bundle_.cuts.combined_origin().segment(0, ws_.proof.size()), ws_.proof);
    model_.make_slopes(ws_.proof);
    for (Index j = 0; j < ws_.slopes.size(); ++j) {
      is_free(j) = 0;
      ws_.slopes(j) = piece(j, ws_.at_center);
      const double gap = ws_.program.gap(j);
      if (gap > 0 && std::abs(ws_.proof(j) - ws_.slopes(j)) > tuning.undecided * gap) set_free(j);
    }
    list_free();
  }
  /// The same from the latest problem that was solved, which this one resembles: free are those that bent at its minimizer,
  /// and who may bend at this one's, being near enough to their kink.
  void free_bends() {
    const auto distance = [&](Index j) { return std::abs(ws_.at_center(j) - ws_.program.kink(j)); };
    double moved = 0, usual = 0, count = 0;
    for (Index j = 0; j < ws_.slopes.size(); ++j) {
      if (ws_.program.gap(j) == 0) continue;
      if (ws_.bends[static_cast<std::size_t>(j)] != 0) moved = std::max(moved, distance(j));
      usual += distance(j);
      count += 1;
    }
    const double reach = std::max(tuning.further_moves * moved, tuning.nearby * usual / std::max(count, 1.0));
    for (Index j = 0; j < ws_.slopes.size(); ++j) {
      is_free(j) = 0;
      ws_.slopes(j) = piece(j, ws_.at_center);
      if (ws_.program.gap(j) > 0 && distance(j) <= reach) set_free(j);
    }
    list_free();
  }
  /// Frees who is on another piece at the latest point. False where nobody is.
  [[nodiscard]] bool free_wrong() {
    const Index before = free_count();
    for (Index j = 0; j < ws_.slopes.size(); ++j) {
      if (!is_free(j) && piece(j, ws_.arguments) != ws_.slopes(j)) set_free(j);
    }
    list_free();
    return free_count() > before;
  }

  /// The program, and the bound of the slopes that its multipliers stand for. False when ended.
  [[nodiscard]] bool solve() {
    FoldedProgram& program = ws_.program;
    const double open = bundle_.value() - log_.result().lower_bound;
    if (!program.solve(model_, ws_.free, ws_.slopes, bundle_.cuts, m_, set_, entropy_, bundle_.center,
                       bundle_.smooth_value(), open, log_.deadline())) {
      return false;
    }
    program.minimizer(bundle_.center, bundle_.trial);
    if (region_ && !set_.is_simple()) program.use_multipliers(*region_, set_);
    if (region_) region_->project(bundle_.trial, bundle_.scratch);
    take_slopes();
    const double bound = slope_bound(model_, log_.term(), ws_.proof, bundle_.trial, m_, log_.region(), bundle_.combined);
    if (!log_.raise_bound(bound, {bundle_.combined, bundle_.trial, m_}, ws_.proof)) return false;
    if (entropy_) {  // the minimizer of the bound is known better than that of the program
      for (Index j = 0; j < bundle_.trial.size(); ++j) {
        bundle_.scratch(j) = -entropy_->width(j) * bundle_.combined(j) / entropy_->tau();
      }
      entropy_->to_point(bundle_.scratch, bundle_.trial);
    }
    return true;
  }
  /// ws.proof := slopes, in which cuts have the share that the multipliers give them.
  void take_slopes() {
    const FoldedProgram& program = ws_.program;
    vec::copy(ws_.slopes, ws_.proof);
    std::fill(ws_.bends.begin(), ws_.bends.end(), char{0});
    ws_.knows_bends = true;
    for (Index k = 0; k < free_count(); ++k) {
      const Index j = ws_.free[static_cast<std::size_t>(k)];
      ws_.proof(j) = program.low(j) + program.share(k) * program.gap(j);
      ws_.bends[static_cast<std::size_t>(j)] = program.bends(k) ? 1 : 0;
    }
    model_.place_slopes(ws_.proof, bundle_.trial);
    const double own = program.own_weight();
    if (own >= tuning.whole) return;
    model_.make_adjoints(ws_.proof);
    static_cast<void>(bundle_.cuts.combine(program.weights_of_cuts(), bundle_.combined));
    const ConstVectorView of_cuts = bundle_.cuts.combined_origin().segment(0, ws_.proof.size());
    for (Index j = 0; j < ws_.proof.size(); ++j) ws_.proof(j) = own * ws_.proof(j) + (1 - own) * of_cuts(j);
    model_.make_slopes(ws_.proof);
    for (Index j = 0; j < ws_.proof.size(); ++j) {
      const double inside = std::min(ws_.proof(j) - program.low(j), program.high(j) - ws_.proof(j));
      if (inside > tuning.undecided * program.gap(j)) ws_.bends[static_cast<std::size_t>(j)] = 1;
    }
  }

  /// Evaluates f at the program's minimizer, and cuts there. False when ended.
  [[nodiscard]] bool take_minimizer() {
    double next = 0, missed = 0;
    if (!bundle_.cut_trial(next, missed)) return false;
    model_.pre_activations(ws_.arguments);
    if (next < bundle_.value()) {
      bundle_.accept(next);
      vec::copy(ws_.arguments, ws_.at_center);
    }
    return true;
  }

  SolveLog& log_;
  ConvexModel& model_;
  BundleSteps& bundle_;
  Region* region_;
  const Polytope& set_;
  const EntropyTerm* entropy_;
  FoldingWorkspace& ws_;
  double m_;
  Phase phase_ = Phase::begin;
  Index steps_ = 0, programs_ = 0, idle_ = 0;   ///< of the bundle to come; in a row; that close no more of the gap
  bool follows_ = false, only_bundle_ = false;  ///< begun with a program, as warm starts do; no more programs
  double gap_before_ = 0;
};

}  // namespace detail

/// Neuron folding, for functions whose neurons have two linear pieces each (ReLU, leaky ReLU, |t|; a quadratic beside them),
/// over a box, simplex, the whole space, a product of these, or a polyhedron. After a few steps of the proximal bundle
/// method most neurons are decided: they are folded onto one piece, which leaves a convex function below f. Its minimum over
/// the set and the neurons that are not decided is a small linear or quadratic program, whose multipliers are slopes of a
/// certificate. Where no folded neuron is on its other piece at the minimizer, this is that of f; otherwise those that are
/// become free, and so on: exact after finitely many programs, two or three as a rule. A warm start begins with a program,
/// in which those neurons are free that bent at the latest solution: where a problem resembles it, that is all.
///
/// Cost of a program: a backward pass for each free neuron (as matrix products), and some ten iterations of (n + F) r^2 +
/// r^3 / 3 operations with F free neurons and r = F + cuts + rows of the set. Beyond 4 n + 60 free neurons the bundle goes
/// on alone. Begins at result.y, which is in the set. Allocates nothing but what the model does and, for a set with more
/// rows or sums than any before, room for the master and the program.
inline void neuron_folding(ConvexModel& model, Region& set, const Settings& settings, BundleWorkspace& cuts,
                           FoldingWorkspace& ws, Result& result) {
  const SetTerm term(set);
  SolveLog log(model, term, settings, cuts.region, result);
  detail::ProximalBundle bundle(log, set, cuts);
  detail::NeuronFolding(log, bundle, &set, cuts.set, nullptr, ws).run();
  log.finish();
}

/// The same for entropic problems, f - tau H over its box or simplex: the entropy stands beside the program, too.
inline void neuron_folding(ConvexModel& model, const EntropyTerm& term, const Settings& settings,
                           EntropyBundleWorkspace& cuts, FoldingWorkspace& ws, Result& result) {
  SolveLog log(model, term, settings, cuts.region, result);
  term.describe(cuts.set);
  detail::EntropyBundle bundle(log, term, cuts);
  detail::NeuronFolding(log, bundle, nullptr, cuts.set, &term, ws).run();
  log.finish();
}

}  // namespace icnn::inline ICNN_ISA
