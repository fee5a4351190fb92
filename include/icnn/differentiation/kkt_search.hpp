// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "icnn/differentiation/kkt_point.hpp"
#include "icnn/differentiation/kkt_system.hpp"
#include "icnn/sets/constraints.hpp"
#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/entropy_term.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of KktSearch.
struct KktTuning {
  double near[3] = {1e-7, 1e-5, 1e-3};  ///< how near to a constraint or a kink a point is taken to attain it; one by one
  int iterations = 40;
  double converged = 1e-10;  ///< a Newton step, relative
  double stalled = 1e-7;     ///< one that gets no shorter
  double diverged = 0.3, flat_step = 1e-6;
  double little = 1e-3;              ///< of probability
  double weak = 1e-7;                ///< a multiplier, a share of a piece or a distance, relative, that counts as 0
  double probe = 1e-6, jump = 1e-4;  ///< how far away, and by how much, derivatives have to change for a kink
};

/// The conditions of Karush, Kuhn and Tucker at the minimum of a convex function over a set, from a point near it: which
/// constraints are active, which neurons bend, and all multipliers.
///
/// Beginning with what is near, a primal-dual active-set method on the conditions, linearised, with Newton's method on what
/// is left; where it comes to an end the conditions hold up to rounding, which for a convex function is proof enough that
/// this is the minimizer. (The gap of the point that it began from plays no part.)
///
/// An entropy tau sum t log t scales coordinates by 1 / sqrt(its second derivative), so that bounds that are all but reached
/// do no harm. Cost: a few values, gradients and Hessians, and as many factorizations of a matrix of n + |A| + |K| rows,
/// with |A| active constraints and |K| neurons that bend. Allocates.
class KktSearch : public KktPoint {
 public:
  /// \p folds: neurons' kinks are known (see ConvexModel::fold). Model, constraints and entropy are referred to.
  KktSearch(ConvexModel& model, const Constraints& set, const EntropyTerm* entropy, bool folds)
      : model_(&model), set_(&set), entropy_(entropy), folds_(folds), n_(model.inputs()) {
    for (auto* v : {&g_, &sigma_, &step_}) v->resize(n_);
    h_.resize(n_, n_);
    multipliers.lower.resize(n_);
    multipliers.upper.resize(n_);
    multipliers.rows.resize(flat().b().size());
    multipliers.equalities.resize(flat().e().size());
    multipliers.balls.setZero(static_cast<Index>(set.balls.size()));
    if (folds_) {
      for (auto* v : {&low_, &high_, &kink_, &s_, &slopes}) v->resize(model.neurons());
      model.pieces(low_, high_, kink_);
      model.make_room_to_fold(model.neurons());
    }
  }

  KktSearch(const KktSearch&) = delete;
  KktSearch& operator=(const KktSearch&) = delete;

  /// Whether there is a point near \p start, within this distance of what it attains, where the conditions hold: y.
  [[nodiscard]] bool find(const Vector<double>& start, double near) {
    y = start;
    guess(near);
    return find();
  }

 protected:
  static constexpr KktTuning tuning{};
  enum class Kind { equality, row, ball, kink };
  struct Row {
    Kind kind;
    Index number;
  };

  [[nodiscard]] static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] const Polyhedron& flat() const { return set_->flat; }
  [[nodiscard]] const Box& box() const { return set_->flat.box(); }

  /// The multipliers of the system's rows, to where they belong.
  void hand_out(ConstraintValues& values, std::vector<double>& of_kinks) const {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double value = system_.multiplier(static_cast<Index>(i));
      const Index number = rows_[i].number;
      switch (rows_[i].kind) {
        case Kind::equality: values.equalities(number) = value; break;
        case Kind::row: values.rows(number) = value; break;
        case Kind::ball: values.balls(number) = value; break;
        case Kind::kink: of_kinks[at(number)] = value; break;
      }
    }
  }
  [[nodiscard]] double gap(Index k) const { return high_(kinks[at(k)]) - low_(kinks[at(k)]); }
  [[nodiscard]] double extent() const { return 1 + vec::largest_magnitude(y); }

  /// The outward normal of a ball, and how far y is outside.
  [[nodiscard]] double normal(const BallConstraint& ball, Vector<double>& u) const {
    const Vector<double>& c = ball.ball.center();
    u.setZero(n_);
    for (Index j = 0; j < c.size(); ++j) u(ball.first + j) = y(ball.first + j) - c(j);
    const double distance = vec::norm(u);
    for (Index j = 0; j < c.size() && distance > 0; ++j) u(ball.first + j) /= distance;
    return distance - ball.ball.radius();
  }

  /// Row i of a matrix.
  [[nodiscard]] static Vector<double> row_of(const Matrix<double>& m, Index i) {
    Vector<double> row(m.cols());
    for (Index j = 0; j < row.size(); ++j) row(j) = m(i, j);
    return row;
  }
  /// The gradient of a constraint, or of a bending neuron's argument.
  [[nodiscard]] Vector<double> row(const Row& of) const {
    switch (of.kind) {
      case Kind::equality: return row_of(flat().E(), of.number);
      case Kind::row: return row_of(flat().A(), of.number);
      case Kind::kink:
      case Kind::ball: break;
    }
    Vector<double> u(n_);
    if (of.kind == Kind::kink) {
      vec::copy(ConstColumns(a_)(of.number), u);
    } else {
      (void)normal(set_->balls[at(of.number)], u);
    }
    return u;
  }
  /// By how much y breaks it.
  [[nodiscard]] double excess(const Row& of) const {
    switch (of.kind) {
      case Kind::equality: return vec::dot(row(of), y) - flat().e()(of.number);
      case Kind::row: return vec::dot(row(of), y) - flat().b()(of.number);
      case Kind::kink: return e_(of.number);
      case Kind::ball: break;
    }
    Vector<double> u(n_);
    return normal(set_->balls[at(of.number)], u);
  }
  [[nodiscard]] double row_scale(Index i) const {
    const Vector<double> a = row_of(flat().A(), i);
    return 1e-300 + vec::absolute_dot(a, y) + std::abs(flat().b()(i)) + vec::largest_magnitude(a);
  }

  /// What is near counts as attained.
  void guess(double near) {
    side_.assign(at(n_), 0);
    active_.assign(at(flat().b().size()), 0);
    ball_.assign(set_->balls.size(), 0);
    for (Index j = 0; j < n_ && entropy_ == nullptr; ++j) {
      const double l = box().lower()(j), u = box().upper()(j), close = near * std::min(u - l, 1 + std::abs(y(j)));
      if (y(j) - l <= close) side_[at(j)] = -1;
      if (u - y(j) <= close && u - y(j) < y(j) - l) side_[at(j)] = 1;
    }
    for (Index i = 0; i < flat().b().size(); ++i) {
      active_[at(i)] = excess({Kind::row, i}) >= -near * row_scale(i);
    }
    for (std::size_t i = 0; i < ball_.size(); ++i) {
      ball_[i] = excess({Kind::ball, static_cast<Index>(i)}) >= -near * (extent() + set_->balls[i].ball.radius());
    }
    if (!folds_) return;
    evaluate();
    const double close = near * (1 + vec::largest_magnitude(s_));
    piece_.assign(at(s_.size()), 0);
    for (Index k = 0; k < s_.size(); ++k) {
      if (low_(k) == high_(k) || std::abs(s_(k) - kink_(k)) > close) piece_[at(k)] = s_(k) > kink_(k) ? 1 : -1;
    }
  }

  /// Puts coordinates on their bounds, and computes f and its derivatives there.
  void evaluate() {
    for (Index j = 0; j < n_; ++j) {
      if (side_[at(j)] < 0) y(j) = box().lower()(j);
      if (side_[at(j)] > 0) y(j) = box().upper()(j);
    }
    (void)model_->value(kernels::Order::second, y);
    model_->gradient(g_);
    if (!folds_ || model_->folds() == Folds::quadratic) {
      model_->hessian(h_);
    } else {
      h_.setZero();
    }
    if (folds_) model_->pre_activations(s_);
  }

  /// f without the pieces that bending neurons have beyond their lesser one.
  void fold() {
    kinks.clear();
    for (Index k = 0; k < s_.size(); ++k) {
      const signed char piece = piece_[at(k)];
      slopes(k) = piece > 0 ? high_(k) : low_(k);
      if (piece == 0) kinks.push_back(k);
    }
    const Index count = static_cast<Index>(kinks.size());
    a_.resize(n_, count);
    b_.setZero(count, count);
    e_.resize(count);
    weights_.resize(count);
    g_.setZero();
    double value = 0;
    model_->fold({slopes, kinks.data(), count}, y,
                 {a_.data(), n_, b_.data(), count, e_.data(), g_.data(), weights_.data(), &value});
  }

  void add_entropy() {
    sigma_.setOnes();
    if (entropy_ == nullptr) return;
    const double none = 1e-16 * extent();
    for (Index j = 0; j < n_; ++j) {
      double first = 0, second = 0;
      const double below = std::max(y(j) - box().lower()(j), 1e-300), above = std::max(box().upper()(j) - y(j), 1e-300);
      entropy_->derivatives(j, below, above, first, second);
      g_(j) += first;
      sigma_(j) = std::min(below, above) > none ? 1 / std::sqrt(second) : 0.0;
    }
  }

  /// The coordinates that move, the rows that hold, and the matrix of the system.
  void assemble() {
    std::vector<Index> free;
    for (Index j = 0; j < n_; ++j) {
      if (side_[at(j)] == 0 && sigma_(j) > 0) free.push_back(j);
    }
    system_.begin(std::move(free), sigma_);
    rows_.clear();
    is_degenerate = is_duplicated = false;
    const auto add = [&](Kind kind, Index number) {
      const Row of{kind, number};
      if (system_.add(row(of))) {
        rows_.push_back(of);
      } else {
        (kind == Kind::kink ? is_degenerate : is_duplicated) = true;
      }
    };
    for (Index i = 0; i < flat().e().size(); ++i) add(Kind::equality, i);
    for (Index i = 0; i < flat().b().size(); ++i) {
      if (active_[at(i)]) add(Kind::row, i);
    }
    for (Index i = 0; i < multipliers.balls.size(); ++i) {
      if (ball_[at(i)]) add(Kind::ball, i);
    }
    for (Index k = 0; k < static_cast<Index>(kinks.size()); ++k) add(Kind::kink, k);
    system_.factorize(h_, entropy_ != nullptr);
  }

  /// A Newton step on the conditions, with all multipliers. False where they contradict each other.
  bool newton_step() {
    steepest_ = 1e-300 + vec::largest_magnitude(g_) + 1e-3 * vec::largest_magnitude({h_.data(), h_.size()}) * extent();
    Vector<double> missing(system_.row_count());
    for (Index i = 0; i < missing.size(); ++i) missing(i) = -excess(rows_[at(i)]);
    Vector<double> downhill(n_);
    vec::scale_to(-1, g_, downhill);
    if (!system_.solve(downhill, missing, steepest_ + extent(), step_)) return false;
    multipliers.rows.setZero();
    multipliers.equalities.setZero();
    multipliers.balls.setZero();
    const Index count = static_cast<Index>(kinks.size());
    share_.assign(at(count), 0.0);
    hand_out(multipliers, share_);
    reduced_ = g_;
    vec::add_combination(h_, step_, reduced_);
    for (Index i = 0; i < missing.size(); ++i) vec::add_scaled(system_.multiplier(i), row(rows_[at(i)]), reduced_);
    // Neuron k's output counts as much as the function and the arguments of neurons above say: so much do its pieces share.
    weight_.assign(at(count), 0.0);
    for (Index k = 0; k < count; ++k) {
      weight_[at(k)] = weights_(k);
      for (Index j = k + 1; j < count; ++j) weight_[at(k)] += share_[at(j)] * b_(k, j);
    }
    for (Index k = 0; k < count; ++k) {
      share_[at(k)] = weight_[at(k)] > 0 ? share_[at(k)] / (gap(k) * weight_[at(k)]) : 0.0;
    }
    for (Index j = 0; j < n_; ++j) {
      multipliers.lower(j) = side_[at(j)] < 0 ? reduced_(j) : 0.0;
      multipliers.upper(j) = side_[at(j)] > 0 ? -reduced_(j) : 0.0;
    }
    return true;
  }

  /// Lets go of what a negative multiplier pushes off. Whether there was any.
  bool release() {
    bool any = false;
    const double least = -tuning.weak * steepest_;
    for (Index j = 0; j < n_; ++j) {
      if (side_[at(j)] == 0 || box().lower()(j) == box().upper()(j)) continue;
      if (multipliers.lower(j) + multipliers.upper(j) < least) side_[at(j)] = 0, any = true;
    }
    for (std::size_t i = 0; i < active_.size(); ++i) {
      const double size = vec::largest_magnitude(row_of(flat().A(), static_cast<Index>(i)));
      if (active_[i] && multipliers.rows(static_cast<Index>(i)) * size < least) active_[i] = 0, any = true;
    }
    for (std::size_t i = 0; i < ball_.size(); ++i) {
      if (ball_[i] && multipliers.balls(static_cast<Index>(i)) < least) ball_[i] = 0, any = true;
    }
    for (std::size_t k = 0; k < kinks.size(); ++k) {
      if (share_[k] < -tuning.weak) piece_[at(kinks[k])] = -1, any = true;
      if (share_[k] > 1 + tuning.weak) piece_[at(kinks[k])] = 1, any = true;
    }
    return any;
  }

  /// Takes the step, as far as it stays inside what it does not know yet, and holds on to what it meets. Whether anything.
  bool move() {
    const double reach = tuning.weak * extent();
    bool any = false;
    for (Index j = 0; j < n_ && entropy_ == nullptr; ++j) {
      if (side_[at(j)] != 0) continue;
      if (y(j) + step_(j) < box().lower()(j) - reach) side_[at(j)] = -1, any = true;
      if (y(j) + step_(j) > box().upper()(j) + reach) side_[at(j)] = 1, any = true;
    }
    const Vector<double> before = y;
    take_step();
    for (std::size_t i = 0; i < active_.size(); ++i) {
      const Index number = static_cast<Index>(i);
      if (!active_[i] && excess({Kind::row, number}) > tuning.weak * row_scale(number)) active_[i] = 1, any = true;
    }
    for (std::size_t i = 0; i < ball_.size(); ++i) {
      if (!ball_[i] && excess({Kind::ball, static_cast<Index>(i)}) > reach) ball_[i] = 1, any = true;
    }
    evaluate();
    if (folds_) {
      const double close = tuning.weak * (1 + vec::largest_magnitude(s_));
      for (Index k = 0; k < s_.size(); ++k) {
        const bool crossed =
            (piece_[at(k)] > 0 && s_(k) < kink_(k) - close) || (piece_[at(k)] < 0 && s_(k) > kink_(k) + close);
        if (low_(k) < high_(k) && crossed) piece_[at(k)] = 0, any = true;
      }
    }
    if (any) {
      y = before;
      evaluate();
    }
    return any;
  }

  /// With an entropy, probabilities that fall do so as exp does, and never get to 0.
  void take_step() {
    if (entropy_ == nullptr) {
      vec::add_scaled(1, step_, y);
      return;
    }
    for (Index j = 0; j < n_; ++j) {
      const double l = box().lower()(j), u = box().upper()(j), d = step_(j);
      if (d < 0) y(j) = l + (y(j) - l) * std::exp(d / (y(j) - l));
      if (d > 0 && !entropy_->on_simplex()) y(j) = u - (u - y(j)) * std::exp(-d / (u - y(j)));
      if (d > 0 && entropy_->on_simplex()) y(j) += d;
    }
    if (entropy_->on_simplex()) vec::scale_to(entropy_->total() / vec::sum(y), y, y);
  }

  /// The step beyond rounding, as a part of what it is added to; with an entropy of probabilities, but of at least \p least.
  [[nodiscard]] double relative_step(double least = 1e-300) const {
    double longest = 0;
    const bool entropic = entropy_ != nullptr;
    const double all = extent(), rounding = entropic ? 4e-16 * all : 0.0;
    for (Index j = 0; j < n_; ++j) {
      const double size = entropic ? std::max(sigma_(j) * sigma_(j) * entropy_->tau(), least) : all;
      longest = std::max(longest, (std::abs(step_(j)) - rounding) / size);
    }
    return longest;
  }

  [[nodiscard]] bool find() {
    double latest = infinity;
    bool has_converged = false;
    evaluate();
    for (int i = 0; i < tuning.iterations; ++i) {
      if (folds_) fold();
      curve();
      add_entropy();
      assemble();
      if (!newton_step()) return false;
      if (release()) {
        evaluate();
        continue;
      }
      // A probability that is all but 0 may be wrong by any factor: Newton's method gets there as long as little is added.
      if (!(relative_step(tuning.little) <= (system_.is_singular() ? tuning.flat_step : tuning.diverged))) return false;
      const double length = relative_step();
      if ((has_converged || length <= tuning.converged) && balls_are_settled()) {
        take_step();
        use_shares();
        return true;
      }
      if (!move()) has_converged = length >= 0.5 * latest && length <= tuning.stalled;  // rounding is all that is left
      latest = length;
    }
    return false;
  }

  /// At the end, a neuron that bends has the slope that its multiplier says.
  void use_shares() {
    for (std::size_t k = 0; k < kinks.size(); ++k) slopes(kinks[k]) += share_[k] * gap(static_cast<Index>(k));
  }

  /// H += the balls' own curvature, mu (I - u u') / |y - c|, with the latest multipliers mu.
  void curve() {
    curved_with_ = multipliers.balls;
    for (std::size_t i = 0; i < ball_.size(); ++i) {
      if (!ball_[i]) continue;
      const BallConstraint& ball = set_->balls[i];
      Vector<double> u(n_);
      const double distance = normal(ball, u) + ball.ball.radius();
      if (!(distance > 0)) continue;
      double& mu = curved_with_(static_cast<Index>(i));
      if (mu == 0) mu = std::max(0.0, -vec::dot(u, g_));  // to begin with
      for (Index j = 0; j < ball.ball.dimension(); ++j) h_(ball.first + j, ball.first + j) += mu / distance;
      for (Index j = 0; j < n_; ++j) vec::add_scaled(-mu / distance * u(j), u, {&h_(0, j), n_});
    }
  }
  /// Whether these multipliers have come out again.
  [[nodiscard]] bool balls_are_settled() const {
    bool settled = true;
    for (Index i = 0; i < curved_with_.size(); ++i) {
      const double mu = multipliers.balls(i);
      settled = settled && std::abs(mu - curved_with_(i)) <= 1e-9 * (std::abs(mu) + steepest_);
    }
    return settled;
  }

  ConvexModel* model_;
  const Constraints* set_;
  const EntropyTerm* entropy_;
  bool folds_;
  Index n_;
  KktSystem system_{};
  Vector<double> g_{}, sigma_{}, step_{}, reduced_{}, curved_with_{};
  Matrix<double> h_{};
  double steepest_ = 1;
  std::vector<signed char> side_{}, active_{}, ball_{}, piece_{};
  std::vector<Row> rows_{};
  // Of neurons, and of those that bend:
  Vector<double> low_{}, high_{}, kink_{}, s_{}, e_{}, weights_{};
  Matrix<double> a_{}, b_{};
  std::vector<double> share_{}, weight_{};
};

}  // namespace icnn::inline ICNN_ISA
