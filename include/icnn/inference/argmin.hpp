// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "icnn/inference/choose_method.hpp"
#include "icnn/inference/function_oracle.hpp"
#include "icnn/inference/minimize.hpp"
#include "icnn/inference/twin.hpp"
#include "icnn/inference/verify.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

struct Nothing {
  explicit Nothing(Index) noexcept {}
};

/// Functions of few inputs, known at compile time, are worth a Newton method of that size.
inline constexpr int most_tiny_inputs = 16;
template <class F>
inline constexpr bool is_tiny = F::Inputs != Dynamic && F::Inputs <= most_tiny_inputs;
template <class F>
using TinyNewtonWorkspace = std::conditional_t<is_tiny<F>, BasicNewtonWorkspace<F::Inputs>, Nothing>;

}  // namespace detail

/// All scratch of argmin for one function, or another of the same shape (a PICNN at its next context, say). One per thread.
/// Room for a method is made here where it may be chosen, else when it is first asked for by name.
template <ConvexFunctionOfY F>
class ArgminWorkspace {
 public:
  using Function = typename Twin<F>::Function;

  explicit ArgminWorkspace(const F& f)
      : twin(f),
        key(f.shape_key()),
        function(detail::sample_workspace(twin.refresh(f), detail::may_use_newton(f))),
        rounding(twin.refresh(f)),
        zero(Vector<double>::Zero(f.inputs())),
        methods(f.inputs()),
        tiny(f.inputs()) {
    if (detail::may_use_newton(f)) methods.prepare({Method::newton}, detail::is_entropic(f));
    if (detail::may_use_truncated_newton(f)) methods.prepare({Method::truncated_newton}, false);
    if (detail::may_use_bundle(f)) methods.prepare({Method::bundle}, detail::is_entropic(f));
  }

  /// Makes room for a plan where there is none.
  void prepare(const Plan& plan, const F& f) {
    if (plan.method == Method::newton && !methods.newton) function = detail::sample_workspace(twin.refresh(f), true);
    methods.prepare(plan, detail::is_entropic(f));
  }

  Twin<F> twin;
  ShapeKey key;
  decltype(detail::sample_workspace(std::declval<const Function&>(), true)) function;
  Rounding<Function> rounding;
  std::optional<Minorant<Function>> minorant;  ///< where a certificate has been asked for
  Vector<double> zero;
  MethodWorkspace methods;
  [[no_unique_address]] detail::TinyNewtonWorkspace<F> tiny;
};

/// The same for black boxes of n variables.
struct BlackBoxWorkspace {
  explicit BlackBoxWorkspace(Index n) : inputs(detail::checked_dimension("BlackBoxWorkspace", n)), gradient(n), methods(n) {
    methods.prepare({Method::bundle}, false);
  }
  Index inputs;
  Vector<double> gradient;
  MethodWorkspace methods;
};

namespace detail {

/// Checks what can be checked before anything is written, and puts the starting point into result.y. Set is Region.
template <class Set>
void start_argmin(Index inputs, const Set& set, const Settings& settings, MethodWorkspace& methods, Result& result) {
  settings.validate();
  if (set.dimension() != inputs) {
    fail({"argmin", text("a set in ", inputs, " dimensions, as many as the function has inputs"), text(set.dimension())});
  }
  GradientWorkspace& ws = methods.gradient;
  if (ws.y.size() != inputs) fail({"argmin", text("a workspace for ", inputs, " variables"), text(ws.y.size())});
  const bool warm = settings.warm_start && result.y.size() > 0;
  if (warm && (result.y.size() != inputs || !result.y.allFinite())) {
    fail({"argmin", text("a finite result.y of ", inputs, " coordinates, for a warm start"),
          result.y.size() == inputs ? std::string("NaN or infinity") : text(result.y.size(), " coordinates")});
  }
  if (!warm && settings.start.size() > 0) {
    require_shape("argmin", "a start", settings.start.rows(), settings.start.cols(), inputs, Index{1});
    result.y = settings.start;
  } else if (!warm) {
    result.y.resize(inputs);
    set.center(result.y, ws.mirror);
  }
  set.project(result.y, ws.mirror);
}

/// Throws Error where there is an activation of the user's that does not know its conjugate.
template <class F>
void prepare_minorant(const F& f, std::optional<Minorant<F>>& minorant) {
  if (!minorant) minorant.emplace(f);
  if (minorant->is_complete()) return;
  fail({"argmin", "activations that know their conjugates, for a certificate", "one without",
        "give your activation a member double conjugate(double t) const, see HasConjugate"});
}

/// Turns the proof that a method left, where one was asked for, into a certificate.
template <class F, class Set, class Function, class Workspace>
void finish_certificate(const F& f, const Set& set, const Function& function, Workspace& ws, Result& result) {
  if (result.certificate.empty()) return;
  with_term(f, set, result.certificate.multipliers, [&](const auto& term) {
    complete(function, *ws.minorant, term, ws.methods.gradient.region, ws.methods.gradient.g, result);
  });
}

template <class F>
inline constexpr bool is_a_problem_per_column = requires(const F& f) {
  f.network(), f.batch();
};

template <class F, class Set>
inline constexpr bool can_be_minimized() {
  static_assert(
      !requires { requires F::has_context; }, "argmin minimizes over y: put the network at a context, argmin(f.at(x), set)");
  static_assert(!is_a_problem_per_column<F>, "argmin solves one problem at a time: at(x) with a vector x");
  constexpr bool projectable = ProjectableSet<Set> || detail::is_polytope<Set>;
  static_assert(
      projectable,
      "this set cannot be projected onto (it has no project(y)): use a box, simplex, ball, affine set, half-space, "
      "polyhedron, product, or a set of your own");
  return true;
}

}  // namespace detail

/// The global minimum of a convex function over a convex set, with the proof of it: result.lower_bound <= f everywhere on
/// the set, whatever the status. Everything, bounds included, is computed in double precision about the function as stored;
/// bounds account for rounding. The starting point is settings.start (projected), or with warm_start result.y.
///
/// f: anything that is convex in y (see ConvexFunctionOfY) in float or double. Sets: whatever can be projected onto; bounded
/// ones (box, simplex, ball, products of these) are certified, on others a certificate needs a strongly convex f. With an
/// entropy as the outermost regularizer the set is its box or a simplex. With settings.certificate a network's result has a
/// certificate, too, for verify(); its first use allocates, and on a polyhedron every one.
///
/// Throws Error on misuse, before anything is written; numerical trouble is result.status. Allocates nothing with a
/// workspace that fits f and a result whose y has been used before. f may be shared by threads, the workspace not. The
/// method is chosen by choose_method(), unless the settings name one; for the cost see there.
template <ConvexFunctionOfY F, class Set>
void argmin(const F& f, const Set& set, const Settings& settings, ArgminWorkspace<F>& ws, Result& result) {
  static_assert(detail::can_be_minimized<F, Set>());
  if (f.shape_key() != ws.key) fail({"argmin", "a workspace made for this function", "one for a function of another shape"});
  if (detail::has_inner_entropy(f)) {
    fail({"argmin", "an entropy as the outermost regularizer alone", "one inside another function",
          "its gradient is infinite on the boundary: take the entropy last, regularized(restrict_to(f, ...), {.entropy = "
          "tau})"});
  }
  const bool entropic = detail::is_entropic(f);
  const Plan plan = choose_method<Set>(f.regularity(), f.inputs(), entropic, settings.method);
  std::optional<EntropyTerm> entropy;
  if constexpr (is_regularized<F>) {
    if (entropic) entropy.emplace(detail::entropy_term(f.terms(), set));
  }
  const auto view = detail::view_of(set);
  const Region& any_set = view;
  const auto& function = ws.twin.refresh(f);
  if (settings.certificate) detail::prepare_minorant(function, ws.minorant);
  detail::start_argmin(f.inputs(), any_set, settings, ws.methods, result);
  if (!detail::is_feasible(view, result)) return;
  ws.prepare(plan, f);
  FunctionOracle oracle(function, ws.function, ws.rounding, ws.zero,
                        settings.certificate ? &*ws.minorant : nullptr);
  if constexpr (detail::is_tiny<F> && !std::is_same_v<Set, Polyhedron>) {
    if (plan == Plan{Method::newton} && !entropic) {
      projected_newton(oracle, any_set, settings, ws.tiny, result);
      return detail::finish_certificate(f, set, function, ws, result);
    }
  }
  OracleView oracle_view(oracle);
  AnyOracle& any_oracle = oracle_view;
  detail::minimize(any_oracle, any_set, entropy ? &*entropy : nullptr, plan, settings, ws.methods, result);
  detail::finish_certificate(f, set, function, ws, result);
}

/// The same for a function of the user's: called as f(y, gradient), with vectors in double, it returns the value and writes
/// a subgradient. The certificate is as good as these are: see Settings::oracle_error.
template <class F, class Set>
requires(!ConvexFunctionOfY<std::remove_cvref_t<F>> &&
         BlackBox<std::remove_reference_t<F>>) void argmin(F&& f, const Set& set, const Settings& settings,
                                                           BlackBoxWorkspace& ws, Result& result) {
  static_assert(detail::can_be_minimized<std::remove_cvref_t<F>, Set>());
  const Method method = settings.method;
  if (method == Method::mirror_gradient || method == Method::newton || method == Method::truncated_newton) {
    fail({"argmin", "Method::projected_gradient or a bundle method (or Automatic) for a black box",
          detail::text(to_string(method))});
  }
  if (settings.certificate) {
    fail({"argmin", "a network, for a certificate of slopes", "a black box", "its lower bound is of the same quality"});
  }
  Plan plan = choose_method<Set>({}, ws.inputs, false, method);
  if (method == Method::automatic && !std::is_same_v<Set, Polyhedron>) {
    plan.gradient_evaluations = detail::gradients_at_first;
  }
  const auto view = detail::view_of(set);
  const Region& any_set = view;
  detail::start_argmin(ws.inputs, any_set, settings, ws.methods, result);
  if (!detail::is_feasible(view, result)) return;
  ws.gradient.resize(ws.inputs);  // an earlier function may have thrown it out of shape
  BlackBoxOracle<std::remove_reference_t<F>> oracle(f, ws.gradient, settings.oracle_error, settings.strong_convexity);
  OracleView oracle_view(oracle);
  AnyOracle& any_oracle = oracle_view;
  detail::minimize(any_oracle, any_set, nullptr, plan, settings, ws.methods, result);
}

/// The same with a result of its own; allocates its y.
template <class F, class Set, class Workspace>
Result argmin(F&& f, const Set& set, const Settings& settings, Workspace& ws) {
  Result result;
  argmin(f, set, settings, ws, result);
  return result;
}

/// The same without a workspace: convenient, and allocating.
template <class F, class Set>
Result argmin(F&& f, const Set& set, const Settings& settings = {}) {
  static_assert(detail::can_be_minimized<std::remove_cvref_t<F>, Set>());
  if constexpr (ConvexFunctionOfY<std::remove_cvref_t<F>>) {
    ArgminWorkspace<std::remove_cvref_t<F>> ws(f);
    return argmin(f, set, settings, ws);
  } else {
    static_assert(BlackBox<std::remove_reference_t<F>>,
                  "a function to minimize is a network at a context, or callable as f(y, gradient) -> value");
    BlackBoxWorkspace ws(set.dimension());
    return argmin(f, set, settings, ws);
  }
}

}  // namespace icnn::inline ICNN_ISA
