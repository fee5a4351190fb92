// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "icnn/solvers/bundle/cuts.hpp"
#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/entropy_term.hpp"
#include "icnn/solvers/quadratic/interior_point.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of FoldedProgram.
struct FoldedProgramTuning {
  Index free_per_input = 4;       ///< free neurons, at most so many times the inputs,
  Index free_at_all = 60;         ///< and so many more
  double beside_entropy = 1e-15;  ///< as accurate as can be: the next point is that of the multipliers
  int iterations = 100;
  double counts = 1e-7;       ///< a multiplier, beside those of the cuts, which sum to 1
  double least_unit = 1e-12;  ///< of lengths, relative to the point
};

/// A linear or quadratic program below f: with some neurons free, all others folded onto one of their pieces, and cuts,
///
///     min  t + d'H d / 2   over the set, d = y - c, w >= 0,   t >= f with these neurons folded,   t >= each cut,
///                          w_k >= (gap of slopes) (argument of free neuron k, less its kink).
///
/// It has n variables and one more for each free neuron, and is solved in the space of its rows by the interior-point method
/// that masters have, too.
class FoldedProgram {
 public:
  /// Room for a function's neurons in any box or simplex.
  explicit FoldedProgram(const ConvexModel& model) : n_(model.inputs()), neurons_(model.neurons()), folds_(model.folds()) {
    for (auto* v : {&low, &high, &kink}) v->resize(neurons_);
    model.pieces(low, high, kink);
    most_free_ = std::min(neurons_, tuning.free_per_input * n_ + tuning.free_at_all);
    a_.resize(n_, most_free_);
    b_.resize(most_free_, most_free_);
    gradient_.resize(n_);
    at_cut_.resize(n_);
    for (auto* v : {&e_, &weights_, &unit_}) v->resize(most_free_);
    const Index size = n_ + most_free_;
    for (auto* v : {&lower_, &upper_, &linear_, &diagonal_, &start_}) v->resize(size);
    vec::fill(linear_, 0);
    vec::fill(diagonal_, 0);
    vec::fill(lower_, 0);
    vec::fill(upper_, infinity);
    if (folds_ == Folds::quadratic) curvature_.resize(n_, n_);
    make_room(Cuts::usual_capacity(n_), 1);
  }

  [[nodiscard]] Index most_free() const noexcept { return most_free_; }

  /// Begins with a function of the same shape, and its set. Allocates where the set has more rows or equalities than any
  /// before, or its quadratic is the first one, or the first that is not diagonal.
  void begin(ConvexModel& model, const Polytope& set) {
    model.pieces(low, high, kink);
    folds_ = model.folds();
    is_dense_ = false;
    if (folds_ == Folds::quadratic) {
      curvature_.resize(n_, n_);
      model.hessian(curvature_);
      for (Index c = 0; c < n_; ++c) {
        for (Index r = c + 1; r < n_; ++r) is_dense_ = is_dense_ || curvature_(r, c) != 0;
      }
    }
    make_room(Cuts::usual_capacity(n_) + set.row_count(), set.equality_count());
  }

  /// Solves the program at the center \p c, where f is \p value, and has a gap of \p open. \p slopes are those of the
  /// folding; cuts have the modulus m and origins that end in their points. False where the minimizer is not finite.
  /// With an entropy, over its set, that is added.
  bool solve(ConvexModel& model, const std::vector<Index>& free, ConstVectorView slopes, const Cuts& cuts, double m,
             const Polytope& set, const EntropyTerm* entropy, ConstVectorView c, double value, double open,
             const Deadline& deadline) {
    free_ = static_cast<Index>(free.size());
    cuts_ = cuts.size();
    size_ = n_ + free_;
    double folded = 0;
    vec::fill(gradient_, 0);
    for (Index i = 0; i < free_; ++i) vec::fill({b_.data() + i * most_free_, free_}, 0);
    model.fold({slopes, free.data(), free_}, c,
               {a_.data(), n_, b_.data(), most_free_, e_.data(), gradient_.data(), weights_.data(), &folded});
    steepest_ = 1e-300 + vec::largest_magnitude(gradient_);
    for (Index i = 0; i < cuts_; ++i) steepest_ = std::max(steepest_, vec::largest_magnitude(cuts.gradients()(i)));
    if (entropy) steepest_ = std::max(steepest_, entropy->tau());
    const double least = tuning.least_unit * (1 + vec::largest_magnitude(c));
    length_ = std::isfinite(open) && !entropy ? std::clamp(open / steepest_, least, 1.0) : 1.0;
    write_cuts(cuts, m, c, value);
    write_free(free);
    write_objective(value - folded);
    write_set(set, c);
    write_quadratic();
    double extent = 1;
    for (Index j = 0; j < n_; ++j) {
      if (std::isfinite(upper_(j) - lower_(j))) extent = std::max(extent, upper_(j) - lower_(j));
    }
    const Index rows = cuts_ + 1 + free_ + set.row_count(), k = set.equality_count();
    const bool diagonal = folds_ == Folds::quadratic && !is_dense_;
    const EntropyInUnits term(entropy, length_, steepest_);
    solver_->solve({.lower = {lower_.data(), size_},
                    .upper = {upper_.data(), size_},
                    .linear = {linear_.data(), size_},
                    .diagonal = {diagonal_.data(), diagonal ? size_ : 0},
                    .dense = {dense_.data(), size_, is_dense_ ? size_ : 0, size_},
                    .rows = {rows_.data(), size_, rows, size_},
                    .offsets = {offsets_.data(), rows},
                    .cuts = cuts_ + 1,
                    .equalities = {equalities_.data(), size_, k, size_},
                    .right_hand_side = {right_hand_side_.data(), k},
                    .term = entropy ? &term : nullptr,
                    .curved = entropy ? n_ : 0},
                   {start_.data(), size_},
                   {.tolerance = entropy ? tuning.beside_entropy : master_tolerance(extent),
                    .iterations = tuning.iterations,
                    .deadline = deadline});
    return vec::all_finite(solver_->y);
  }

  /// The minimizer.
  void minimizer(ConstVectorView c, VectorView y) const { vec::step_to(c, length_, solver_->y.segment(0, n_), y); }
  /// The share of its upper piece in free neuron k, as the multipliers have it, and whether that neuron bends at the
  /// minimizer: whether both its pieces matter there.
  [[nodiscard]] double share(Index k) const { return upper(k) + lower(k) > 0 ? upper(k) / (upper(k) + lower(k)) : 0.0; }
  [[nodiscard]] bool bends(Index k) const { return std::min(upper(k), lower(k)) > tuning.counts; }
  /// The weights of the cuts, and that of f with neurons folded; they sum to 1.
  [[nodiscard]] ConstVectorView weights_of_cuts() const { return solver_->multipliers.segment(0, cuts_); }
  [[nodiscard]] double own_weight() const {
    return solver_->multipliers(cuts_) / vec::sum(solver_->multipliers.segment(0, cuts_ + 1));
  }
  /// Hands the set the multipliers of its rows and equalities.
  void use_multipliers(Region& region, const Polytope& set) {
    for (Index i = 0; i < set.row_count(); ++i) offsets_(i) = steepest_ * solver_->multipliers(cuts_ + 1 + free_ + i);
    for (Index i = 0; i < set.equality_count(); ++i) {
      right_hand_side_(i) = steepest_ * solver_->equality_multipliers(i);
    }
    region.use_multipliers({offsets_.data(), set.row_count()}, {right_hand_side_.data(), set.equality_count()});
  }

  /// The slopes of each neuron's pieces, and where they meet.
  Vector<double> low{}, high{}, kink{};
  [[nodiscard]] double gap(Index neuron) const { return high(neuron) - low(neuron); }

 private:
  static constexpr FoldedProgramTuning tuning{};

  class EntropyInUnits final : public SeparableTerm {
   public:
    EntropyInUnits(const EntropyTerm* term, double length, double steepest)
        : term_(term), length_(length), steepest_(steepest) {}
    void derivatives(Index j, double below, double above, double& first, double& second) const override {
      term_->derivatives(j, length_ * below, length_ * above, first, second);
      first /= steepest_;
      second *= length_ / steepest_;
    }

    EntropyInUnits(const EntropyInUnits&) = delete;
    EntropyInUnits& operator=(const EntropyInUnits&) = delete;

   private:
    const EntropyTerm* term_;
    double length_, steepest_;
  };

  /// The multipliers of free neuron k's two pieces.
  [[nodiscard]] double upper(Index k) const { return solver_->multipliers(cuts_ + 1 + k); }
  [[nodiscard]] double lower(Index k) const { return std::max(0.0, -solver_->bound_multiplier(n_ + k)); }

  void make_room(Index rows, Index equalities) {
    const Index size = n_ + most_free_;
    rows += 1 + most_free_;
    if (is_dense_) dense_.resize(size * size);
    if (solver_ && rows <= offsets_.size() && equalities <= right_hand_side_.size() && is_dense_ <= has_dense_room_) return;
    rows = std::max(rows, offsets_.size());
    equalities = std::max(equalities, right_hand_side_.size());
    rows_.resize(size * rows);
    offsets_.resize(rows);
    equalities_.resize(size * equalities);
    right_hand_side_.resize(equalities);
    solver_.emplace(size, rows, equalities, is_dense_);
    has_dense_room_ = is_dense_;
  }

  [[nodiscard]] VectorView row(Index i) { return {rows_.data() + i * size_, size_}; }
  /// Row i := v, and zeros.
  void write_row(Index i, ConstVectorView v) {
    vec::copy(v, row(i));
    vec::fill(row(i).segment(n_, free_), 0);
  }

  /// Lengths are in units of what they may have to change for f to fall by the gap; values in those times the steepest
  /// slope.
  void write_cuts(const Cuts& cuts, double m, ConstVectorView c, double value) {
    for (Index i = 0; i < cuts_; ++i) {
      write_row(i, cuts.gradients()(i));
      const VectorView g = row(i).segment(0, n_);
      double below = cuts.offset(i);
      if (folds_ == Folds::quadratic) below += bend(cuts.origin(i).segment(neurons_, n_), m, c, g);
      below += folds_ == Folds::quadratic ? 0.0 : vec::dot(g, c);
      vec::scale_to(1 / steepest_, g, g);
      offsets_(i) = (value - below) / (steepest_ * length_);
    }
  }
  /// A cut leaves out m |v|^2 / 2 where the program leaves out v'H v / 2: its gradient g becomes that at c, and what is
  /// returned belongs to its value there. What else there is in H bends away from the point where the cut was made.
  double bend(ConstVectorView made_at, double m, ConstVectorView c, VectorView g) {
    curve(made_at, at_cut_);
    vec::add_scaled(-m, made_at, at_cut_);
    vec::add_scaled(-1, at_cut_, g);
    const double there = 0.5 * vec::dot(at_cut_, made_at) + vec::dot(g, c);
    curve(c, at_cut_);
    vec::add_scaled(1, at_cut_, g);
    return there + 0.5 * vec::dot(at_cut_, c);
  }
  /// out := H v
  void curve(ConstVectorView v, VectorView out) const {
    if (is_dense_) return vec::dots(curvature_, v, out);
    for (Index j = 0; j < n_; ++j) out(j) = curvature_(j, j) * v(j);
  }

  /// Rows after the cuts and the objective. A neuron's unit is how fast its argument changes; it begins at the least value
  /// that it may have at the center.
  void write_free(const std::vector<Index>& free) {
    for (Index i = 0; i < free_; ++i) {
      const double slope = gap(free[static_cast<std::size_t>(i)]);
      const ConstVectorView a(a_.data() + i * n_, n_), b(b_.data() + i * most_free_, free_);
      const double speed = slope * vec::norm(a);
      unit_(i) = (speed > 0 ? speed : steepest_) * length_;
      const VectorView to = row(cuts_ + 1 + i);
      vec::scale_to(slope * length_ / unit_(i), a, to);
      vec::fill(to.segment(n_, free_), 0);
      double least = slope * e_(i) / unit_(i);
      offsets_(cuts_ + 1 + i) = -least;
      for (Index j = 0; j < i; ++j) {
        if (b(j) == 0) continue;
        to(n_ + j) = slope * b(j) * unit_(j) / unit_(i);
        least += to(n_ + j) * start_(n_ + j);
      }
      to(n_ + i) = -1;
      start_(n_ + i) = std::max(0.0, least);
    }
  }
  void write_objective(double value) {
    const VectorView to = row(cuts_);
    vec::scale_to(1 / steepest_, gradient_, to);
    for (Index i = 0; i < free_; ++i) to(n_ + i) = weights_(i) * unit_(i) / (steepest_ * length_);
    offsets_(cuts_) = value / (steepest_ * length_);
  }
  void write_set(const Polytope& set, ConstVectorView c) {
    for (Index i = 0; i < set.row_count(); ++i) {
      write_row(cuts_ + 1 + free_ + i, set.rows()(i));
      offsets_(cuts_ + 1 + free_ + i) = (set.limits()(i) - vec::dot(set.rows()(i), c)) / length_;
    }
    for (Index i = 0; i < set.equality_count(); ++i) {
      const VectorView to(equalities_.data() + i * size_, size_);
      vec::copy(set.equalities()(i), to);
      vec::fill(to.segment(n_, free_), 0);
      // The center's own sums are what they are.
      right_hand_side_(i) = i < set.groups ? 0.0 : (set.right_hand_side()(i) - vec::dot(set.equalities()(i), c)) / length_;
    }
    for (Index j = 0; j < n_; ++j) {
      lower_(j) = (set.lower(j) - c(j)) / length_;
      upper_(j) = (set.upper(j) - c(j)) / length_;
      start_(j) = 0;
    }
  }
  void write_quadratic() {
    if (folds_ != Folds::quadratic) return;
    const double factor = length_ / steepest_;
    for (Index j = 0; j < n_; ++j) diagonal_(j) = curvature_(j, j) * factor;
    for (Index c = 0; c < size_ && is_dense_; ++c) {
      const VectorView to(dense_.data() + c * size_, size_);
      vec::fill(to, 0);
      if (c < n_) vec::scale_to(factor, {curvature_.data() + c * n_, n_}, to);
    }
  }

  Index n_, neurons_, most_free_ = 0;
  Folds folds_;
  bool is_dense_ = false, has_dense_room_ = false;
  Index free_ = 0, cuts_ = 0, size_ = 0;    ///< of the latest program; the last is n + free
  double steepest_ = 1, length_ = 1;        ///< its units
  Matrix<double> a_{}, b_{}, curvature_{};  ///< see FoldedView; H
  Vector<double> e_{}, gradient_{}, weights_{}, unit_{}, at_cut_{};
  Vector<double> rows_{}, offsets_{}, equalities_{}, right_hand_side_{}, dense_{};
  Vector<double> lower_{}, upper_{}, linear_{}, diagonal_{}, start_{};
  std::optional<InteriorPoint> solver_{};
};

}  // namespace icnn::inline ICNN_ISA
