// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "icnn/solvers/bundle/proximal_bundle.hpp"

namespace icnn::inline ICNN_ISA {

/// The constants of Localizer.
struct LocalizeTuning {
  double reach = 10;               ///< the box reaches so far around y at first, times 1 + |y_j|,
  double growth = 30;              ///< and this times as far where that was too near,
  int attempts = 6;                ///< so often in all
  Index evaluations_of_face = 60;  ///< to show that f is larger there
};

namespace detail {

/// Searches in a box around result.y, and shows that nothing outside of it is better. Rounding terms, which grow with the
/// width of a set, then do so with that of the box.
///
/// f being convex, its minimum over the set is that over the part in the box if f is larger than that on all faces of the
/// box that lie in the set: from the minimizer there to a better point, f would have to rise on the way. A bundle method
/// bounds f from below on each face, until that is known.
template <class Search>
class Localizer {
 public:
  /// search(region, settings, result) minimizes over a region from result.y. Refers to everything.
  Localizer(ConvexModel& model, const Region& set, const Settings& settings, BundleWorkspace& bundle, Search search)
      : model_(model),
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
    Vector<double> below(lower_.size());
    for (Index j = 0; j < below.size(); ++j) below(j) = tuning.reach * (1 + std::abs(best.y(j)));
    Vector<double> above = below;
    for (int attempt = 0; attempt < tuning.attempts; ++attempt) {
      for (Index j = 0; j < below.size(); ++j) {
        lower_(j) = std::max(lowest_(j), std::min(best.y(j) - below(j), highest_(j)));
        upper_(j) = std::min(highest_(j), std::max(best.y(j) + above(j), lowest_(j)));
      }
      search_in_box(result, best);
      if (best.status != Status::optimal) return;
      bool proven = true;
      for (Index j = 0; j < below.size(); ++j) {
        const auto side = [&](double at, double end, Vector<double>& reach) {
          if (at == end || is_larger_at(j, at, best.value + best.value_error, result)) return;
          proven = false;
          reach(j) *= tuning.growth;
        };
        side(lower_(j), lowest_(j), below);
        side(upper_(j), highest_(j), above);
        if (out_of_time(result)) return;
      }
      if (proven) return take(best, result);
    }
  }

 private:
  static constexpr LocalizeTuning tuning{};

  /// Where f is strongly convex, nothing needs to be shown: m |v - y|^2 / 2 <= f(y) - f(v) <= gap for its minimizer v. The
  /// smaller the gap, the smaller the box, and with that the gap again.
  void shrink(Result& result) {
    const double m = model_.strong_convexity();
    Result best;
    for (double gap = result.gap(), before = infinity; m > 0 && gap < 0.5 * before && !out_of_time(result);) {
      const double reach = 1.01 * std::sqrt(2 * gap / m);
      for (Index j = 0; j < lower_.size(); ++j) {
        lower_(j) = std::max(lowest_(j), result.y(j) - reach);
        upper_(j) = std::min(highest_(j), result.y(j) + reach);
      }
      best.y = result.y;
      search_in_box(result, best);
      if (best.status == Status::optimal) return take(best, result);
      if (!(best.gap() < infinity)) return;
      const Status status = result.status;
      if (best.gap() < gap) take(best, result);
      result.status = status;
      before = gap;
      gap = result.gap();
    }
  }
  static void take(const Result& best, Result& result) {
    result.y = best.y;
    result.value = best.value;
    result.value_error = best.value_error;
    result.lower_bound = std::max(result.lower_bound, best.lower_bound);
    result.status = Status::optimal;
  }

  [[nodiscard]] Settings within(const Result& spent, Index most) const {
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

  /// best := the minimum in the box.
  [[gnu::cold]] void search_in_box(Result& result, Result& best) {
    const Settings settings = within(result, settings_.max_evaluations);
    const std::unique_ptr<Region> part = set_.part(lower_, upper_, settings.time_limit);
    if (!part->has_point()) return;
    part->project(best.y, bundle_.scratch);
    search_(*part, settings, best);
    count(best, result);
  }

  /// Whether f > value in the set where y_j = at.
  [[nodiscard, gnu::cold]] bool is_larger_at(Index j, double at, double value, Result& result) {
    Vector<double> lower = lower_, upper = upper_;
    lower(j) = upper(j) = at;
    Settings settings = within(result, tuning.evaluations_of_face);
    const std::unique_ptr<Region> face = set_.part(lower, upper, settings.time_limit);
    if (face->is_empty()) return true;
    if (!face->has_point()) return false;
    bool larger = false;
    settings.observer = [&](const ArgminProgress& progress) {
      larger = progress.lower_bound > value;
      return !larger && progress.value > value;
    };
    settings.relative_gap = 1e-15;
    settings.absolute_gap = 0;
    Result of_face;
    of_face.y = result.y;
    face->project(of_face.y, bundle_.scratch);
    proximal_bundle(model_, *face, settings, bundle_, of_face);
    count(of_face, result);
    return larger || of_face.lower_bound > value;
  }

  ConvexModel& model_;
  const Region& set_;
  const Settings& settings_;
  BundleWorkspace& bundle_;
  Search search_;
  Vector<double> lowest_, highest_, lower_, upper_;  ///< bounds of the set, and of the box
};

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
