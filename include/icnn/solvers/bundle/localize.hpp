// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "icnn/solvers/bundle/proximal_bundle.hpp"
#include "icnn/solvers/model_in_units.hpp"
#include "icnn/solvers/slope_bound.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of Localizer.
struct LocalizeTuning {
  double reach = 10;               ///< the box reaches so far around y at most at first, times 1 + |y_j|,
  double rise = 1;                 ///< and no farther than where f has risen by about so much, times max(1, |f(y)|),
  double enough = 10;              ///< (within this factor)
  int probes = 4;                  ///< looked for with so many evaluations on each side of a coordinate,
  double least_share = 1e-3;       ///< each as near as this share of the one before;
  double least_reach = 1e-6;       ///< but as far as this times |y_j|: rounding at y is that large anyway
  double growth = 30;              ///< this times as far where that was too near,
  double drift = 3;                ///< (and the others so much, where y moves)
  double shrink = 0.1;             ///< and all so much nearer where rounding keeps the gap open;
  double coarse = 1e-2;            ///< the relative gap that is enough to see how far,
  int attempts = 12;               ///< so often in all
  Index evaluations_of_face = 60;  ///< to show that f is larger there
};

namespace detail {

/// Searches in a box around result.y, and shows that nothing outside of it is better. Rounding terms, which grow with the
/// width of a set, then do so with that of the box.
///
/// f being convex, its minimum over the set is that over the part in the box if f is larger than that on all faces of the
/// box that lie in the set: from the minimizer there to a better point, f would have to rise on the way. The same method
/// bounds f from below on each face, until that is known. The box is as narrow in each coordinate as f is steep, and all is
/// done in units of the box.
template <class Search>
class Localizer {
 public:
  /// search(model, region, settings, result) minimizes over a region from result.y. Refers to everything.
  [[gnu::cold]] Localizer(ConvexModel& model, Region& set, const Settings& settings, BundleWorkspace& bundle, Search search)
      : model_(model),
        in_units_(model),
        set_(set),
        settings_(settings),
        bundle_(bundle),
        search_(std::move(search)),
        lower_(set.dimension()),
        upper_(lower_) {
    set.describe(bundle.set);
    lowest_ = bundle.set.lower;
    highest_ = bundle.set.upper;
  }

  /// Leaves a better result, or the one that there is with more evaluations.
  [[gnu::cold]] void run(Result& result) {
    shrink(result);
    if (result.status == Status::optimal || out_of_time(result)) return;
    Result best;
    best.y = result.y;
    best.value = infinity;
    Vector<double> below(lower_.size()), above(lower_.size());
    for (Index j = 0; j < below.size(); ++j) {
      below(j) = reach_along(j, -1, best.y, result);
      above(j) = reach_along(j, 1, best.y, result);
    }
    double smallest_gap = infinity, relative_gap = std::max(settings_.relative_gap, tuning.coarse);
    for (int attempt = 0; attempt < tuning.attempts; ++attempt) {
      for (Index j = 0; j < below.size(); ++j) {
        lower_(j) = std::max(lowest_(j), std::min(best.y(j) - below(j), highest_(j)));
        upper_(j) = std::min(highest_(j), std::max(best.y(j) + above(j), lowest_(j)));
      }
      const double known = result.lower_bound;
      search_in_box(lower_, upper_, relative_gap, result, best);
      if (result.lower_bound > known && result.status != Status::optimal) shrink(result);
      if (result.status == Status::optimal) return;
      if (out_of_time(result) || !std::isfinite(best.value)) return;
      if (grow_where_on_a_face(best.y, below, above)) {
        smallest_gap = infinity;
        relative_gap = std::max(relative_gap, tuning.coarse);
        continue;
      }
      if (relative_gap > settings_.relative_gap) {
        relative_gap = settings_.relative_gap;
        continue;
      }
      if (best.status != Status::optimal) {  // rounding keeps the gap open: less so in a smaller box
        if (!(best.gap() <= 0.5 * smallest_gap)) return;
        smallest_gap = best.gap();
        for (Index j = 0; j < below.size(); ++j) {
          below(j) = tuning.shrink * (best.y(j) - lower_(j));
          above(j) = tuning.shrink * (upper_(j) - best.y(j));
        }
        continue;
      }
      if (is_larger_on_faces(best, below, above, result)) return raise_bound(best.lower_bound, best.minorant, result);
      if (out_of_time(result)) return;
    }
  }

 private:
  static constexpr LocalizeTuning tuning{};

  /// Where f is strongly convex, nothing needs to be shown: m |v - y|^2 / 2 <= f(y) - f(v) <= gap for its minimizer v. The
  /// smaller the gap, the smaller the box, and with that the gap again.
  [[gnu::cold]] void shrink(Result& result) {
    const double m = model_.strong_convexity();
    Vector<double> lower = lower_, upper = lower_;
    Result best;
    for (double gap = result.gap(), before = infinity; m > 0 && gap < 0.5 * before && !out_of_time(result);) {
      const double reach = 1.01 * std::sqrt(2 * gap / m);
      for (Index j = 0; j < lower_.size(); ++j) {
        lower(j) = std::max(lowest_(j), result.y(j) - reach);
        upper(j) = std::min(highest_(j), result.y(j) + reach);
      }
      best.y = result.y;
      search_in_box(lower, upper, settings_.relative_gap, result, best);
      if (!(best.gap() < infinity)) return;
      raise_bound(best.lower_bound, best.minorant, result);
      if (result.status == Status::optimal) return;
      before = gap;
      gap = result.gap();
    }
  }
  [[gnu::cold]] void raise_bound(double bound, const Minorant& minorant, Result& result) const {
    if (bound > result.lower_bound) {
      result.lower_bound = bound;
      result.minorant = minorant;
    }
    if (result.gap() <= settings_.tolerance(result.value)) result.status = Status::optimal;
  }

  /// What proves the bound in the box does so in the whole set, as far as the minorant's minimum is in the box. Where that
  /// closes the gap, or leaves a small box that strong convexity makes sure of, no face has to be looked at.
  [[gnu::cold]] void bound_everywhere(Result& best, Result& result) {
    Certificate& proof = best.certificate;
    if (proof.empty()) return;
    for (Index j = 0; j < proof.center.size(); ++j) proof.center(j) *= in_units_.units()(j);
    if (set_.multiplier_count() == 0) proof.multipliers.resize(0);
    if (proof.multipliers.size() != set_.multiplier_count() || !set_.assign_multipliers(proof.multipliers)) return;
    proof.y = best.y;
    const Vector<double> adjoints = proof.slopes;
    model_.make_slopes(proof.slopes);
    const double upper = best.value + best.value_error;
    const double bound = prove(model_, SetTerm(set_), proof, upper, bundle_.region, bundle_.scratch).lower_bound;
    if (settings_.certificate && bound > result.lower_bound) {
      result.certificate = std::move(proof);
      result.certificate.slopes = adjoints;
    }
    raise_bound(bound, best.minorant, result);
  }

  /// How far the box should reach from y to one side of a coordinate: functions may be steep in one and flat in another.
  [[nodiscard, gnu::cold]] double reach_along(Index j, double side, const Vector<double>& y, Result& result) {
    const double end = side < 0 ? y(j) - lowest_(j) : highest_(j) - y(j), size = std::abs(y(j));
    const double rise = tuning.rise * std::max(1.0, std::abs(result.value));
    double reach = tuning.reach * (1 + size);
    Vector<double> probe = y;
    for (int k = 0; k < tuning.probes && !out_of_time(result); ++k) {
      probe(j) = y(j) + side * std::min(reach, end);
      if (k == 0 && !set_.contains(probe)) break;
      ++result.evaluations;
      const double higher = model_.value(kernels::Order::value, probe) - result.value;
      if (higher <= tuning.enough * rise) break;
      const double share = std::sqrt(rise / higher);  // right for squares, and still far enough for what is linear
      reach = std::min(reach, end) * (share > tuning.least_share ? share : tuning.least_share);
    }
    return std::max(reach, tuning.least_reach * size);
  }

  /// Whether y is on faces, where f is not larger for sure; those become farther away.
  [[nodiscard, gnu::cold]] bool grow_where_on_a_face(const Vector<double>& y, Vector<double>& below,
                                                     Vector<double>& above) const {
    bool on_a_face = false;
    for (Index j = 0; j < y.size(); ++j) {
      const auto side = [&](double at, double end, double& reach) {
        if (at == end || y(j) != at) return;
        on_a_face = true;
        reach *= tuning.growth / tuning.drift;
      };
      side(lower_(j), lowest_(j), below(j));
      side(upper_(j), highest_(j), above(j));
    }
    for (Index j = 0; j < y.size() && on_a_face; ++j) {
      below(j) *= tuning.drift;
      above(j) *= tuning.drift;
    }
    return on_a_face;
  }

  /// Whether f > best.value on all faces; those where that is not known become farther away.
  [[nodiscard, gnu::cold]] bool is_larger_on_faces(const Result& best, Vector<double>& below, Vector<double>& above,
                                                   Result& result) {
    choose_units(lower_, upper_);
    bool proven = true;
    for (Index j = 0; j < below.size(); ++j) {
      const auto side = [&](double at, double end, double& reach) {
        if (at == end || is_larger_at(j, at, best.value + best.value_error, result)) return;
        proven = false;
        reach *= tuning.growth;
      };
      side(lower_(j), lowest_(j), below(j));
      side(upper_(j), highest_(j), above(j));
      if (out_of_time(result)) return false;
    }
    return proven;
  }

  [[nodiscard, gnu::cold]] Settings within(const Result& spent, Index most) const {
    Settings settings = settings_;
    settings.max_evaluations = std::min(most, settings_.max_evaluations - spent.evaluations);
    settings.time_limit = std::max(0.0, settings_.time_limit - set_.clock().seconds());
    settings.certificate = false;
    settings.observer = {};
    return settings;
  }
  [[nodiscard]] bool out_of_time(const Result& spent) const {
    return spent.evaluations >= settings_.max_evaluations || set_.clock().seconds() >= settings_.time_limit;
  }
  static void count(const Result& part, Result& result) {
    result.evaluations += part.evaluations;
    result.iterations += part.iterations;
  }

  /// best := the minimum in the box, and what is better of it in the result, too. Nothing of an earlier box is left where
  /// there is no point in this one.
  [[gnu::cold]] void search_in_box(const Vector<double>& lower, const Vector<double>& upper, double relative_gap,
                                   Result& result, Result& best) {
    choose_units(lower, upper);
    Settings settings = within(result, settings_.max_evaluations);
    settings.relative_gap = relative_gap;
    settings.certificate = model_.knows_conjugates();
    if (!search_between(lower, upper, settings, result, best)) {
      forget_all_but_y(best);
      return;
    }
    if (best.value < result.value && set_.contains(best.y)) {  // rounding in the box's units may break rows
      result.y = best.y;
      result.value = best.value;
      result.value_error = best.value_error;
    }
    bound_everywhere(best, result);
  }
  /// Units of a box.
  void choose_units(const Vector<double>& lower, const Vector<double>& upper) {
    Vector<double> sizes = upper;
    vec::subtract(upper, lower, sizes);
    in_units_.choose_units(sizes);
  }
  /// best := the minimum between these bounds, from best.y, in the latest units. False where there is no point.
  [[gnu::cold]] bool search_between(const Vector<double>& lower, const Vector<double>& upper, const Settings& settings,
                                    Result& result, Result& best) {
    const Vector<double>& units = in_units_.units();
    Vector<double> least = lower, most = upper;
    for (Index j = 0; j < units.size(); ++j) {
      least(j) /= units(j);
      most(j) /= units(j);
    }
    const std::unique_ptr<Region> part = set_.part(least, most, units, settings.time_limit);
    if (vec::all_finite(least) && vec::all_finite(most)) part->set_box(least, most);
    if (part->is_empty()) best.lower_bound = infinity;
    if (!part->has_point()) return false;
    for (Index j = 0; j < units.size(); ++j) best.y(j) /= units(j);
    part->project(best.y, bundle_.scratch);
    search_(in_units_, *part, settings, best);
    if (best.minorant.slope.size() > 0) use_units(best, units);
    for (Index j = 0; j < units.size(); ++j) best.y(j) *= units(j);
    count(best, result);
    return true;
  }

  /// The minorant in units of 1, with f's own curvature and the same slope at the latest point. The faces of the box, where
  /// f is larger, have no part in it.
  [[gnu::cold]] void use_units(Result& best, const Vector<double>& units) {
    Minorant& below = best.minorant;
    const double m = model_.strong_convexity();
    for (Index j = 0; j < units.size(); ++j) {
      below.slope(j) = (below.slope(j) + below.curvature * best.y(j)) / units(j) - m * (best.y(j) * units(j));
    }
    below.curvature = m;
  }

  /// Whether f > value in the set where y_j = at.
  [[nodiscard, gnu::cold]] bool is_larger_at(Index j, double at, double value, Result& result) {
    Vector<double> lower = lower_, upper = upper_;
    lower(j) = upper(j) = at;
    Settings settings = within(result, tuning.evaluations_of_face);
    bool larger = false;
    settings.observer = [&](const ArgminProgress& progress) {
      larger = progress.lower_bound > value;
      return !larger && progress.value > value;
    };
    settings.relative_gap = 1e-15;
    settings.absolute_gap = 0;
    Result of_face;
    of_face.y = result.y;
    search_between(lower, upper, settings, result, of_face);
    return larger || of_face.lower_bound > value;
  }

  ConvexModel& model_;
  ModelInUnits in_units_;
  Region& set_;
  const Settings& settings_;
  BundleWorkspace& bundle_;
  Search search_;
  Vector<double> lowest_{}, highest_{}, lower_, upper_;  ///< bounds of the set, and of the box
};

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
