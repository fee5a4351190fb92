// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "icnn/inference/choose_method.hpp"
#include "icnn/solvers/region.hpp"
#include "icnn/solvers/bundle/entropy_bundle.hpp"
#include "icnn/solvers/bundle/level_bundle.hpp"
#include "icnn/solvers/newton/mirror_newton.hpp"
#include "icnn/solvers/quadratic/polyhedron_region.hpp"
#include "icnn/solvers/bundle/proximal_bundle.hpp"
#include "icnn/solvers/newton/truncated_newton.hpp"

namespace icnn::inline ICNN_ISA {

/// Scratch of all methods in n dimensions. Room for Newton's method, some n^2 numbers, and for a bundle method, some 100 n,
/// is made where it may be chosen, else when it is first asked for.
class MethodWorkspace {
 public:
  explicit MethodWorkspace(Index n) : gradient(n) {}

  /// Makes room for a plan where there is none.
  void prepare(const Plan& plan, bool entropic) {
    const Index n = gradient.y.size();
    if (plan.method == Method::newton && !newton) newton.emplace(n);
    if (plan.method == Method::truncated_newton && !truncated) truncated.emplace(n);
    if (is_bundle(plan.method) && !entropic && !bundle) bundle.emplace(n);
    if (is_bundle(plan.method) && entropic && !entropy_bundle) entropy_bundle.emplace(n);
  }

  GradientWorkspace gradient;
  std::optional<NewtonWorkspace> newton;
  std::optional<TruncatedWorkspace> truncated;
  std::optional<BundleWorkspace<double>> bundle;
  std::optional<EntropyBundleWorkspace<double>> entropy_bundle;

 private:
  [[nodiscard]] static bool is_bundle(Method method) {
    return method == Method::bundle || method == Method::level || method == Method::cutting_plane;
  }
};

namespace detail {

/// A set as the solvers see it.
template <class Set>
[[nodiscard]] auto view_of(const Set& set) {
  if constexpr (std::is_same_v<Set, Polyhedron>) {
    return PolyhedronRegion<double>(set);
  } else {
    return SetRegion<Set>(set);
  }
}

/// Whether there is a point to begin at; if not, result says so. Only a polyhedron can be empty.
template <class View>
[[nodiscard]] bool is_feasible(const View& view, Result& result) {
  if constexpr (requires { view.has_point(); }) {
    if (view.has_point()) return true;
    result = Result{.y = std::move(result.y)};
    result.status = view.is_empty() ? Status::infeasible : Status::uncertified;
    if (view.is_empty()) result.lower_bound = infinity;
    return false;
  } else {
    return true;
  }
}

/// Carries out a plan that fits function and set, from result.y. With an entropy its term is minimized beside f. A template,
/// as the solvers are, so that only who minimizes pays for compiling them: once, for O and Set are AnyOracle and Region.
template <class O, class Set>
void minimize(O& oracle, const Set& set, const EntropyTerm* entropy, const Plan& plan, const Settings& settings,
              MethodWorkspace& ws, Result& result) {
  ws.prepare(plan, entropy != nullptr);
  switch (plan.method) {
    case Method::newton: {
      if (entropy) return mirror_newton(oracle, *entropy, settings, *ws.newton, result, plan.gradient_evaluations);
      return projected_newton(oracle, set, settings, *ws.newton, result, plan.gradient_evaluations);
    }
    case Method::truncated_newton: {
      return truncated_newton(oracle, set, settings, *ws.truncated, result, plan.gradient_evaluations);
    }
    case Method::bundle: {
      if (entropy) return entropy_bundle(oracle, *entropy, settings, *ws.entropy_bundle, result);
      [[fallthrough]];
    }
    case Method::level:
    case Method::cutting_plane: {
      const SetTerm<Set> term(set);
      Search search(oracle, term, settings, ws.bundle->region, result);
      if (plan.gradient_evaluations > 0) gradient_iterations(search, set, ws.gradient, plan.gradient_evaluations);
      if (!search.ended()) {
        if (plan.method == Method::bundle) bundle_iterations(search, set, *ws.bundle);
        if (plan.method == Method::level) level_iterations(search, set, *ws.bundle, level_share);
        if (plan.method == Method::cutting_plane) level_iterations(search, set, *ws.bundle, 0);
      }
      return search.finish();
    }
    default: {
      if (entropy) return mirror_gradient(oracle, *entropy, settings, ws.gradient, result);
      return projected_gradient(oracle, set, settings, ws.gradient, result);
    }
  }
}

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
