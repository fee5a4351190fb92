// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/inference/lockstep.hpp"

namespace icnn::inline ICNN_ISA::detail {

ICNN_INLINE MethodOnItsWay::Newton::Newton(ConvexModel& model, Region& set, const Settings& settings, NewtonWorkspace& ws,
                                           Result& result, Index most)
    : term(set), log(model, term, settings, ws.region, result), steps(log, set, ws, most) {}

ICNN_INLINE MethodOnItsWay::Fold::Fold(ConvexModel& model, Region& set, const Settings& settings, BundleWorkspace& cuts,
                                       FoldingWorkspace& ws, Result& result)
    : term(set),
      log(model, term, settings, cuts.region, result),
      bundle(log, set, cuts),
      steps(log, bundle, &set, cuts.set, nullptr, ws) {}

ICNN_INLINE void MethodOnItsWay::begin(ConvexModel& model, Region& set, const Plan& plan, const Settings& settings,
                                       MethodWorkspace& ws, Result& result) {
  MethodRooms& rooms = ws.rooms();
  if (plan.method == Method::newton) {
    newton_.emplace(model, set, settings, *rooms.newton, result, patience(plan, ws.inputs(), settings.method));
    order_ = kernels::Order::second;
  } else {
    folding_.emplace(model, set, settings, *rooms.bundle, *static_cast<FoldingWorkspace*>(rooms.folding.scratch.get()),
                     result);
    order_ = kernels::Order::first;
  }
}

ICNN_INLINE bool MethodOnItsWay::step() {
  if (newton_ ? newton_->steps.step() : folding_->steps.step()) return true;
  if (newton_) {
    newton_->log.finish();
  } else {
    folding_->log.finish();
  }
  newton_.reset();
  folding_.reset();
  return false;
}

}  // namespace icnn::inline ICNN_ISA::detail
