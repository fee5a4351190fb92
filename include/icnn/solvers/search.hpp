// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/core/observer.hpp"
#include "icnn/solvers/bundle/cuts.hpp"
#include "icnn/solvers/oracle.hpp"
#include "icnn/solvers/result.hpp"
#include "icnn/solvers/settings.hpp"
#include "icnn/solvers/simple_term.hpp"

namespace icnn::inline ICNN_ISA {

/// The bookkeeping that every method shares: it counts evaluations, keeps the best point and the best lower bound of
/// f + phi, and knows when to end and what to call it. A method calls evaluate() and cut() until one of them says no. Point
/// is a vector in double, of any extent.
template <class O, class Term, class Point>
requires Oracle<O, Point>
class Search {
 public:
  /// \p region is scratch of the dimension. Result.y is the starting point, in the set.
  Search(O& oracle, const Term& term, const Settings& settings, Point& region, Result& result)
      : oracle_(oracle), term_(term), settings_(settings), region_(region), result_(result) {
    result.value = infinity;
    result.lower_bound = -infinity;
    result.value_error = result.seconds = 0;
    result.evaluations = result.iterations = 0;
    result.status = Status::not_run;
    if constexpr (requires { oracle.adjoint_count(); }) {
      if (settings.certificate) adjoints_ = oracle.adjoint_count();
    }
  }

  [[nodiscard]] const Term& term() const noexcept { return term_; }
  [[nodiscard]] O& oracle() const noexcept { return oracle_; }
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  [[nodiscard]] Result& result() const noexcept { return result_; }  ///< the best point so far, and where to begin
  [[nodiscard]] bool ended() const noexcept { return result_.status != Status::not_run; }

  /// Counts an evaluation to come; false where there may be none.
  [[nodiscard]] bool may_evaluate() {
    if (ended()) return false;
    if (result_.evaluations >= settings_.max_evaluations) return end(Status::budget_reached);
    if (is_late()) return end(Status::deadline_reached);
    ++result_.evaluations;
    return true;
  }

  /// value := (f + phi)(y). False when the search has ended.
  [[nodiscard]] bool evaluate(const Point& y, double& value) {
    if (!may_evaluate()) return false;
    smooth_ = oracle_.value(y);
    value = smooth_ + term_.value(y);
    const bool first = result_.evaluations == 1;
    if (std::isnan(value) || value == -infinity || (first && value == infinity)) return end(Status::non_finite);
    if (first) scale_ = std::max(1.0, std::abs(value));
    if (value < result_.value || first) {
      result_.value = value;
      result_.y = y;
      error_known_ = false;
    }
    return true;
  }

  /// g := the gradient of f at the y of the latest evaluate(), and the lower bound that it gives. False when ended.
  [[nodiscard]] bool cut(const Point& y, Point& g) {
    oracle_.gradient(g);
    if (!g.allFinite()) return end(Status::non_finite);
    if (covered_at_ > 0) {
      const double norm = g.stableNorm();
      if (norm <= 0.1 * covered_at_) cover(y, oracle_.strong_convexity(), norm);
    }
    const bool covered = (y.array().abs() <= region_.array()).all();
    cut_error_ = covered ? oracle_.cut_error() : infinity;
    return bound_again(y, g);
  }

  /// The lower bound of the latest cut, at \p y with gradient \p g; once more where the term has learned to be sharper.
  [[nodiscard]] bool bound_again(const Point& y, const Point& g) {
    if (cut_error_ < infinity) {
      const double model = term_.minimum(g, y, oracle_.strong_convexity(), region_);
      const double bound = smooth_ + model - cut_error_ - 8 * epsilon * (std::abs(smooth_) + std::abs(model));
      if (bound > result_.lower_bound) {
        result_.lower_bound = bound;
        if (adjoints_ > 0) {
          Certificate& proof = prove();
          write_adjoints(proof.slopes);
          proof.center = y;
        }
      }
    }
    return consistent();
  }

  /// A lower bound of f + phi on the set, from the latest combination of these cuts. False when ended.
  [[nodiscard]] bool bound(double lower, const Cuts& cuts) {
    if (lower > result_.lower_bound) {
      result_.lower_bound = lower;
      if (adjoints_ > 0) {
        Certificate& proof = prove();
        proof.slopes = cuts.combined_origin().head(adjoints_);
        proof.center = cuts.combined_origin().tail(region_.size());
      }
    }
    return consistent();
  }

  /// Forgets all cuts, and adds the latest, at \p y with gradient \p g; \p m is f's modulus of strong convexity, or 0. Where
  /// a certificate is wanted, they know where they come from.
  void clear(Cuts& cuts) const { cuts.clear(adjoints_ > 0 ? adjoints_ + region_.size() : 0); }
  void add_cut(Cuts& cuts, const Point& y, const Point& g, double m) {
    cuts.add(smooth_, cut_error_, g, y, m, region_);
    if (adjoints_ == 0) return;
    write_adjoints(cuts.origin().head(adjoints_));
    cuts.origin().tail(y.size()) = y;
  }

  /// Whether a lower bound of f at a point, from cuts made elsewhere, agrees with its value there: for a convex f it does, up
  /// to rounding. Otherwise the search has ended.
  [[nodiscard]] bool agree(double lower, double value) {
    const double excess = lower - value;
    if (excess > 1e-7 * std::max(1.0, std::abs(value)) && excess > noise()) return end(Status::not_convex);
    return true;
  }

  /// f at the latest point, and the error of its cut in the region: f(v) >= smooth_value() + g'(v - y) - cut_error().
  [[nodiscard]] double smooth_value() const noexcept { return smooth_; }
  [[nodiscard]] double cut_error() const noexcept { return cut_error_; }
  [[nodiscard]] const Point& region() const noexcept { return region_; }

 private:
  /// Whether value and bound may both be true, and are not yet close enough.
  [[nodiscard]] bool consistent() {
    const double excess = result_.lower_bound - result_.value;
    if (excess > 1e-7 * std::max(1.0, std::abs(result_.value)) && excess > value_error()) return end(Status::not_convex);
    if (result_.lower_bound == -infinity && result_.value < -1e12 * scale_ && !region_.allFinite()) {
      return end(Status::unbounded);
    }
    return closed() ? end(Status::optimal) : true;
  }

 public:
  /// One more iteration has been done. False when ended.
  [[nodiscard]] bool iterate() {
    ++result_.iterations;
    if (!ended() && is_late()) return end(Status::deadline_reached);
    if (!settings_.observer) return !ended();
    const ArgminProgress progress{result_.iterations, result_.evaluations, clock_.seconds(), result_.value,
                                  result_.lower_bound};
    return settings_.observer(progress) ? !ended() : end(Status::stopped);
  }

  /// How far rounding may move the values that a line search compares. That of a cut holds for its value, too.
  [[nodiscard]] double noise() {
    if (!std::isfinite(cut_error_)) return value_error();
    return cut_error_ + term_.value_error(result_.y) + 4 * epsilon * std::abs(result_.value);
  }
  /// Whether a difference of values is more than that. Far from it the latest cut's error tells, entropies aside.
  [[nodiscard]] bool is_above_noise(double difference) { return difference > 10 * cut_error_ || difference > noise(); }

  /// The last word, when the method has ended or knows no further step.
  void finish() {
    if (result_.evaluations == 0 && !ended()) end(Status::budget_reached);
    const double rounding = std::isfinite(result_.value) ? value_error() : 0;
    result_.value_error = rounding;
    if (!ended()) {
      const double without = result_.value - result_.lower_bound - 2 * cut_error_ - rounding;
      end(without <= tolerance() ? Status::numerical_limit : Status::uncertified);
    }
    if (!proven_) result_.certificate = {};
    result_.seconds = clock_.seconds();
  }

 private:
  template <class Out>
  void write_adjoints(Out&& out) const {
    if constexpr (requires { oracle_.adjoints(out); }) oracle_.adjoints(out);
  }

  /// Where the proof of the best lower bound goes: the adjoints of all neurons, from which slopes are made in the end.
  [[nodiscard]] Certificate& prove() {
    Certificate& proof = result_.certificate;
    proof.slopes.resize(adjoints_);
    proof.multipliers.resize(0);
    if constexpr (requires { term_.set().multipliers(); }) {
      if (const Vector<double>* values = term_.set().multipliers()) proof.multipliers = *values;
    }
    proven_ = true;
    return proof;
  }

  static constexpr double epsilon = std::numeric_limits<double>::epsilon();

  bool end(Status status) {
    result_.status = status;
    return false;
  }

  [[nodiscard]] bool is_late() const {  // the clock is not asked where nobody waits for it
    return settings_.time_limit < infinity && clock_.seconds() >= settings_.time_limit;
  }

  [[nodiscard]] double tolerance() const {
    return std::max(settings_.absolute_gap, settings_.relative_gap * std::max(1.0, std::abs(result_.value)));
  }

  /// The rounding error of the best value (a pass over the function, made when it matters), and of its point in the set.
  [[nodiscard]] double value_error() {
    if (!error_known_) {
      error_ = oracle_.value_error(best()) + term_.value_error(result_.y) + 4 * epsilon * std::abs(result_.value);
      if (std::isnan(error_)) error_ = infinity;  // something overflowed
      error_known_ = true;
    }
    return error_ + term_.violation_cost(result_.y);
  }

  /// result.y as a point of the extent that the oracle works with.
  [[nodiscard]] decltype(auto) best() const {
    if constexpr (Point::SizeAtCompileTime == Dynamic) {
      return (result_.y);
    } else {
      return Eigen::Map<const Point>(result_.y.data());
    }
  }

  [[nodiscard]] bool closed() {
    const double open = result_.value - result_.lower_bound;
    return open <= tolerance() && open + value_error() <= tolerance();
  }

  /// Chooses the region in which cuts have to hold: the set's own extents or, where they are infinite and f is strongly
  /// convex, a ball around y that is certain to hold the minimizer: f(v) > f(y) once m r / 2 > |g|, rounding included. The
  /// smaller the gradient, the smaller the ball, and the rounding terms with it.
  void cover(const Point& y, double m, double norm) {
    covered_at_ = 0;
    extents();
    if (!region_.allFinite() && m > 0) {
      covered_at_ = norm;
      double radius = 4 * norm / m + 1e-6 * (1 + y.stableNorm());
      for (int attempt = 0; attempt < 20; ++attempt, radius *= 4) {
        extents();
        for (Index j = 0; j < y.size(); ++j) {
          region_(j) = std::min(region_(j), std::abs(y(j)) + 2 * radius);  // twice: room for the iterates
        }
        oracle_.cover(region_);
        if (0.5 * m * radius * radius > 1.001 * norm * radius + oracle_.cut_error()) return;
      }
      region_.setConstant(infinity);
    }
    oracle_.cover(region_);
  }

  /// The set's own extents, with room for the rounding of points on its boundary.
  void extents() {
    term_.extents(region_);
    region_ *= 1 + 8 * epsilon;
  }

  O& oracle_;
  const Term& term_;
  const Settings& settings_;
  Point& region_;
  Result& result_;
  Stopwatch clock_;
  double smooth_ = 0;             ///< f at the latest point
  double scale_ = 1;              ///< of the first value
  double cut_error_ = infinity;   ///< of the latest cut
  double covered_at_ = infinity;  ///< the gradient at which the region was chosen; 0: once and for all
  double error_ = 0;              ///< of the best value, where known
  bool error_known_ = false;
  Index adjoints_ = 0;   ///< of a certificate; 0: none is wanted
  bool proven_ = false;  ///< there is a lower bound, and its proof in result.certificate
};

}  // namespace icnn::inline ICNN_ISA
