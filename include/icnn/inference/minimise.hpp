// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <optional>

#include "icnn/inference/choose_method.hpp"
#include "icnn/solvers/any_set.hpp"
#include "icnn/solvers/entropy_bundle.hpp"
#include "icnn/solvers/mirror_newton.hpp"
#include "icnn/solvers/proximal_bundle.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of all methods in n dimensions. Room for Newton's method, some n^2 numbers, and for a bundle method, some 100 n,
/// is made where it may be chosen, else when it is first asked for.
struct MethodWorkspace {
  explicit MethodWorkspace(Index n) : gradient(n) {}

  /// Makes room for a plan where there is none.
  void prepare(const Plan& plan, bool entropic) {
    const Index n = gradient.y.size();
    if (plan.method == Method::Newton && !newton) newton.emplace(n);
    if (plan.method == Method::Bundle && !entropic && !bundle) bundle.emplace(n);
    if (plan.method == Method::Bundle && entropic && !entropy_bundle) entropy_bundle.emplace(n);
  }

  GradientWorkspace gradient;
  std::optional<NewtonWorkspace> newton;
  std::optional<BundleWorkspace<double>> bundle;
  std::optional<EntropyBundleWorkspace<double>> entropy_bundle;
};

namespace detail {

/// Carries out a plan that fits function and set, from result.y. With an entropy its term is minimised beside f. A template,
/// as the solvers are, so that only who minimises pays for compiling them: once, for O and Set are AnyOracle and AnySet.
template <class O, class Set>
void minimise(O& oracle, const Set& set, const EntropyTerm* entropy, const Plan& plan, const Settings& settings,
              MethodWorkspace& ws, Result& result) {
  ws.prepare(plan, entropy != nullptr);
  switch (plan.method) {
    case Method::Newton: {
      if (entropy) return mirror_newton(oracle, *entropy, settings, *ws.newton, result, plan.gradient_evaluations);
      return projected_newton(oracle, set, settings, *ws.newton, result, plan.gradient_evaluations);
    }
    case Method::Bundle: {
      if (entropy) return entropy_bundle(oracle, *entropy, settings, *ws.entropy_bundle, result);
      return proximal_bundle(oracle, set, settings, *ws.bundle, ws.gradient, result, plan.gradient_evaluations);
    }
    default: {
      if (entropy) return mirror_gradient(oracle, *entropy, settings, ws.gradient, result);
      return projected_gradient(oracle, set, settings, ws.gradient, result);
    }
  }
}

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
