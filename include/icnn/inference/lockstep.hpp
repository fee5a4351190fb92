// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <optional>

#include "icnn/inference/method_rooms.hpp"
#include "icnn/inference/minimize.hpp"
#include "icnn/solvers/bundle/neuron_folding.hpp"
#include "icnn/solvers/newton/projected_newton.hpp"

namespace icnn::inline ICNN_ISA::detail {

/// A method on its way, which can be left whenever it is about to evaluate f. Newton's method and neuron folding can be;
/// what else a plan may ask for is carried out in one go, see minimize(). Refers to everything it is begun with.
class MethodOnItsWay {
 public:
  MethodOnItsWay() = default;
  MethodOnItsWay(const MethodOnItsWay&) = delete;
  MethodOnItsWay& operator=(const MethodOnItsWay&) = delete;

  [[nodiscard]] static bool can_be(const Plan& plan) noexcept {
    return (plan.method == Method::newton && plan.gradient_evaluations == 0) || plan.method == Method::folding;
  }

  /// The first half of minimize(), without an entropy. Allocates nothing where minimize() does not.
  void begin(ConvexModel& model, Region& set, const Plan& plan, const Settings& settings, MethodWorkspace& ws,
             Result& result) {
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

  /// Where step() evaluates f, and what it wants to know there.
  [[nodiscard]] ConstVectorView point() const { return newton_ ? newton_->steps.point() : folding_->steps.point(); }
  [[nodiscard]] kernels::Order order() const noexcept { return order_; }

  /// One evaluation, and what leads to the next. False at the end, when the result is there.
  [[nodiscard]] bool step() {
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

 private:
  struct Newton {
    Newton(ConvexModel& model, Region& set, const Settings& settings, NewtonWorkspace& ws, Result& result, Index most)
        : term(set), log(model, term, settings, ws.region, result), steps(log, set, ws, most) {}
    SetTerm term;
    SolveLog log;
    NewtonIterations<NewtonWorkspace> steps;
  };
  struct Fold {
    Fold(ConvexModel& model, Region& set, const Settings& settings, BundleWorkspace& cuts, FoldingWorkspace& ws,
         Result& result)
        : term(set),
          log(model, term, settings, cuts.region, result),
          bundle(log, set, cuts),
          steps(log, bundle, &set, cuts.set, nullptr, ws) {}
    SetTerm term;
    SolveLog log;
    ProximalBundle bundle;
    NeuronFolding steps;
  };

  std::optional<Newton> newton_{};
  std::optional<Fold> folding_{};
  kernels::Order order_ = kernels::Order::first;
};

}  // namespace icnn::inline ICNN_ISA::detail
