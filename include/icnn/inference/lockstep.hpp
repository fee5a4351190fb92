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
             Result& result);

  /// Where step() evaluates f, and what it wants to know there.
  [[nodiscard]] ConstVectorView point() const { return newton_ ? newton_->steps.point() : folding_->steps.point(); }
  [[nodiscard]] kernels::Order order() const noexcept { return order_; }

  /// One evaluation, and what leads to the next. False at the end, when the result is there.
  [[nodiscard]] bool step();

 private:
  struct Newton {
    Newton(ConvexModel& model, Region& set, const Settings& settings, NewtonWorkspace& ws, Result& result, Index most);
    SetTerm term;
    SolveLog log;
    NewtonIterations<NewtonWorkspace> steps;
  };
  struct Fold {
    Fold(ConvexModel& model, Region& set, const Settings& settings, BundleWorkspace& cuts, FoldingWorkspace& ws,
         Result& result);
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

#if !defined(ICNN_COMPILED)
#include "icnn/inference/lockstep_impl.hpp"
#endif
