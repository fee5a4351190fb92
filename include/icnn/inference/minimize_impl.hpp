// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <utility>

#include "icnn/inference/method_rooms.hpp"
#include "icnn/inference/minimize.hpp"
#include "icnn/solvers/bundle/localize.hpp"
#include "icnn/solvers/bundle/neuron_folding.hpp"
#include "icnn/solvers/quadratic/polyhedron_region.hpp"

namespace icnn::inline ICNN_ISA {

[[gnu::cold]] ICNN_INLINE MethodWorkspace::MethodWorkspace(Index n) : inputs_(n), rooms_(std::make_unique<MethodRooms>(n)) {}
ICNN_INLINE MethodWorkspace::MethodWorkspace(MethodWorkspace&&) noexcept = default;
ICNN_INLINE MethodWorkspace& MethodWorkspace::operator=(MethodWorkspace&&) noexcept = default;
[[gnu::cold]] ICNN_INLINE MethodWorkspace::~MethodWorkspace() = default;

[[gnu::cold]] ICNN_INLINE void MethodWorkspace::prepare(const Plan& plan, bool entropic) {
  MethodRooms& r = *rooms_;
  const bool bundle = plan.method == Method::folding || plan.method == Method::bundle || plan.method == Method::level ||
                      plan.method == Method::cutting_plane;
  if (plan.method == Method::newton && !r.newton) r.newton.emplace(inputs_);
  if (plan.method == Method::truncated_newton && !r.truncated) r.truncated.emplace(inputs_);
  if (bundle && !entropic && !r.bundle) r.bundle.emplace(inputs_);
  if (bundle && entropic && !r.entropic.bundle) r.entropic.make_bundle(r.entropic, inputs_);
}

ICNN_INLINE void MethodWorkspace::prepare_to_fold(ConvexModel& model, bool anew) {
  if (model.folds() == Folds::no || (rooms_->folding.scratch && !anew)) return;
  rooms_->folding.scratch = std::make_shared<FoldingWorkspace>(model);
  rooms_->folding.minimize = [](void* ws, ConvexModel& f, Region& set, const Settings& settings, BundleWorkspace& cuts,
                                Result& result) {
    neuron_folding(f, set, settings, cuts, *static_cast<FoldingWorkspace*>(ws), result);
  };
}

namespace detail {

[[gnu::cold]] ICNN_INLINE void fold_if_possible(Plan& plan, const ConvexModel& model, Method asked) {
  const bool can_be = model.folds() != Folds::no;
  if (plan.method == Method::folding && !can_be) {
    fail({"argmin", "neurons with two linear pieces each, for Method::folding",
          "an activation that is curved, or none that is known", "Method::automatic takes what fits"});
  }
  if (plan.method == Method::bundle && asked == Method::automatic && can_be) {
    plan.method = Method::folding;
  }
}

[[gnu::cold]] ICNN_INLINE void check_problem(Index inputs, Index dimension, const Settings& settings,
                                             const MethodWorkspace& ws, const Result& result) {
  settings.validate();
  if (dimension != inputs) {
    fail({"argmin", text("a set in ", inputs, " dimensions, as many as the function has inputs"), text(dimension)});
  }
  if (ws.inputs() != inputs) fail({"argmin", text("a workspace for ", inputs, " variables"), text(ws.inputs())});
  const bool warm = settings.warm_start && result.y.size() > 0;
  if (warm && (result.y.size() != inputs || !vec::all_finite(result.y))) {
    fail({"argmin", text("a finite result.y of ", inputs, " coordinates, for a warm start"),
          result.y.size() == inputs ? std::string("NaN or infinity") : text(result.y.size(), " coordinates")});
  }
  if (!warm && settings.start.size() > 0) {
    require_shape("argmin", "a start", settings.start.rows(), settings.start.cols(), inputs, Index{1});
  }
}

[[gnu::cold]] ICNN_INLINE bool start(Region& set, const Settings& settings, MethodWorkspace& ws, Result& result) {
  Vector<double>& scratch = ws.rooms().gradient.mirror;
  if (!settings.warm_start || result.y.size() == 0) {
    result.y.resize(ws.inputs());
    if (settings.start.size() > 0) {
      vec::copy(settings.start, result.y);
    } else {
      set.center(result.y, scratch);
    }
  }
  set.project(result.y, scratch);
  if (set.has_point()) return true;
  forget_all_but_y(result);
  result.seconds = set.clock().seconds();
  result.status = set.is_empty()                          ? Status::infeasible
                  : result.seconds >= settings.time_limit ? Status::deadline_reached
                                                          : Status::uncertified;
  if (set.is_empty()) result.lower_bound = infinity;
  return false;
}

/// f - tau H, by the methods in mirror coordinates.
ICNN_INLINE void minimize_entropic(ConvexModel& model, const EntropyTerm& entropy, const Plan& plan,
                                   const Settings& settings, MethodWorkspace& ws, Result& result) {
  ws.prepare(plan, true);
  MethodRooms& r = ws.rooms();
  switch (plan.method) {
    case Method::newton: return mirror_newton(model, entropy, settings, *r.newton, result, plan.gradient_evaluations);
    case Method::folding:
      return r.folding.minimize_entropic(r.folding.scratch.get(), model, entropy, settings, *r.entropic.bundle, result);
    case Method::bundle: return entropy_bundle(model, entropy, settings, *r.entropic.bundle, result);
    default: return mirror_gradient(model, entropy, settings, r.gradient, result);
  }
}

}  // namespace detail

ICNN_INLINE void MethodWorkspace::allow_entropies() {
  rooms_->entropic.minimize = detail::minimize_entropic;
  rooms_->entropic.make_bundle = [](EntropicMethods& methods, Index n) {
    methods.bundle = std::make_shared<EntropyBundleWorkspace>(n);
  };
}

ICNN_INLINE void MethodWorkspace::fold_with_entropies() {
  rooms_->folding.minimize_entropic = [](void* ws, ConvexModel& f, const EntropyTerm& term, const Settings& settings,
                                         EntropyBundleWorkspace& cuts, Result& result) {
    neuron_folding(f, term, settings, cuts, *static_cast<FoldingWorkspace*>(ws), result);
  };
}

namespace detail {

ICNN_INLINE void minimize(ConvexModel& model, Region& set, const EntropyTerm* entropy, const Plan& plan,
                          const Settings& settings, MethodWorkspace& ws, Result& result) {
  if (entropy) return ws.rooms().entropic.minimize(model, *entropy, plan, settings, ws, result);
  minimize_once(model, set, plan, settings, ws, result);
  try_again(model, set, plan, settings, ws, result);
}

/// Whether a method knows no further step, though what it has found is no proof.
[[nodiscard]] inline bool is_stuck(const Result& result) {
  return result.status == Status::numerical_limit || result.status == Status::uncertified ||
         result.status == Status::non_finite;
}

/// Searches in boxes know simple sets as polyhedra, which a point may break by a little more than the rounding of their own
/// projection, and be better for it: back to the set, and its value again.
[[gnu::cold]] ICNN_INLINE void settle(ConvexModel& model, Region& set, const Settings& settings, MethodWorkspace& ws,
                                      Result& result) {
  if (set.multiplier_count() > 0) return;  // one itself, with its own account of that
  const Vector<double> before = result.y;
  set.project(result.y, ws.rooms().gradient.mirror);
  if (vec::equal(result.y, before)) return;
  ++result.evaluations;
  result.value = model.value(kernels::Order::value, result.y);
  result.value_error = model.value_error(result.y);
  const bool closed = result.gap() <= settings.tolerance(result.value);
  if (result.status == Status::optimal && !closed) result.status = Status::numerical_limit;
}

[[gnu::cold]] ICNN_INLINE void try_again(ConvexModel& model, Region& set, const Plan& plan, const Settings& settings,
                                         MethodWorkspace& ws, Result& result) {
  const auto stuck = [&] { return is_stuck(result); };
  if (!stuck() || settings.method != Method::automatic || !std::isfinite(result.value)) return;
  // A gap is closed where it is so with the value's own rounding error added, which boxes do not make smaller; and what a
  // cut loses there is about as much.
  if (result.status == Status::numerical_limit && 2 * result.value_error > settings.tolerance(result.value)) return;
  const bool by_folding = plan.method == Method::folding, by_bundle = plan.method == Method::bundle || by_folding,
             by_levels = plan.method == Method::level;
  if (ws.inputs() > newton_at_all && !by_bundle) return;  // cuts would take too much room
  MethodRooms& r = ws.rooms();
  ws.prepare({Method::bundle}, false);
  BundleWorkspace& bundle = *r.bundle;
  set.extents(bundle.region);
  const bool bounded = vec::all_finite(bundle.region), polytope = set.is_polytope();
  const auto at_most = [&](Index more) {
    Settings part_of_budget = settings;
    part_of_budget.max_evaluations = result.evaluations + std::min(settings.max_evaluations - result.evaluations, more);
    return part_of_budget;
  };
  const auto localize = [&](Method method, Index most) {
    const Settings part_of_budget = at_most(most);
    const auto search = [&, method](ConvexModel& in_units, Region& part, const Settings& within, Result& best) {
      minimize_once(in_units, part, {method, 0}, within, ws, best);
    };
    Localizer(model, set, part_of_budget, bundle, search).run(result);
  };
  // Every face takes some evaluations.
  const bool affordable = 4 * ws.inputs() <= settings.max_evaluations - result.evaluations;
  const Method method = plan.method == Method::truncated_newton ? Method::newton : plan.method;
  if (polytope && affordable) localize(method, by_bundle ? settings.max_evaluations : patience_for_one_method);
  if (stuck()) {
    const SetTerm term(set);
    SolveLog log(model, term, settings, bundle.region, result, true);
    if (polytope && (!by_bundle || by_folding)) bundle_iterations(log, set, bundle);
    if (!log.ended() && bounded && !by_levels) level_iterations(log, set, bundle, level_bundle_tuning.share);
    log.finish();
    if (polytope && affordable && !by_bundle && stuck()) localize(Method::bundle, settings.max_evaluations);
  }
  if (polytope && affordable) settle(model, set, settings, ws, result);
  result.seconds = set.clock().seconds();
}

ICNN_INLINE void minimize_once(ConvexModel& model, Region& set, const Plan& plan, const Settings& settings,
                               MethodWorkspace& ws, Result& result) {
  ws.prepare(plan, false);
  MethodRooms& r = ws.rooms();
  if (plan.method == Method::folding) {
    return r.folding.minimize(r.folding.scratch.get(), model, set, settings, *r.bundle, result);
  }
  const Index most = patience(plan, ws.inputs(), settings.method);
  const SetTerm term(set);
  SolveLog log(model, term, settings, r.gradient.region, result);
  const Index gradients = plan.method == Method::projected_gradient ? most : plan.gradient_evaluations;
  if (gradients > 0) gradient_iterations(log, set, r.gradient, gradients);
  const auto is_next = [&](Method method) { return plan.method == method && !log.ended(); };
  bool by_hessians = is_next(Method::newton);
  if (is_next(Method::truncated_newton)) {
    const bool may_form = settings.method == Method::automatic && ws.inputs() <= hessians_at_all;
    truncated_iterations(log, set, *r.truncated, most, may_form ? 2 * products_of_newton_step(model) : no_limit);
    by_hessians = may_form && !log.ended();
  }
  if (by_hessians) {
    ws.prepare({Method::newton}, false);
    newton_iterations(log, set, *r.newton, most);
  }
  if (is_next(Method::bundle)) bundle_iterations(log, set, *r.bundle);
  if (is_next(Method::level)) level_iterations(log, set, *r.bundle, level_bundle_tuning.share);
  if (is_next(Method::cutting_plane)) level_iterations(log, set, *r.bundle, 0);
  log.finish();
}

ICNN_INLINE Region& region_in(MethodWorkspace& ws, const Polyhedron& set, double time_limit, bool near) {
  std::unique_ptr<Region>& kept = ws.rooms().polyhedron;
  auto* region = static_cast<PolyhedronRegion*>(kept.get());
  if (region != nullptr && region->is_prepared() && region->set() == set) {
    region->begin(time_limit);
  } else if (region != nullptr && region->has_shape_of(set)) {
    region->move(set, time_limit, near);
  } else {
    kept = std::make_unique<PolyhedronRegion>(set, true, time_limit);
  }
  return *kept;
}

ICNN_INLINE std::unique_ptr<Region> region_of_rows(const Polyhedron& set) {
  return std::make_unique<PolyhedronRegion>(set, false);
}

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
