// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <type_traits>
#include <utility>

#include "icnn/inference/ball_dual.hpp"
#include "icnn/inference/choose_method.hpp"
#include "icnn/inference/find_multipliers.hpp"
#include "icnn/inference/minimize.hpp"
#include "icnn/inference/model.hpp"
#include "icnn/inference/verify.hpp"
#include "icnn/solvers/black_box.hpp"
#include "icnn/solvers/newton/projected_newton.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

struct Nothing {
  explicit Nothing(Index) noexcept {}
};

/// Functions of few inputs, known at compile time, are worth a Newton method of that size.
inline constexpr int max_tiny_inputs = 16;
template <class F>
inline constexpr bool is_tiny = F::Inputs != Dynamic&& F::Inputs <= max_tiny_inputs;
template <class F>
using TinyNewtonWorkspace = std::conditional_t<is_tiny<F>, BasicNewtonWorkspace<F::Inputs>, Nothing>;

}  // namespace detail

/// All scratch of argmin for one function, or another of the same shape (a PICNN at its next context, say). One per thread.
/// Room for a method is made here where it may be chosen, else when it is first asked for by name.
template <ConvexFunctionOfY F>
class ArgminWorkspace {
 public:
  [[gnu::cold]] explicit ArgminWorkspace(const F& f)
      : key(f.shape_key()),
        has_hessians(detail::may_use_newton(f)),
        model(make_model(f, has_hessians)),
        methods(f.inputs()),
        tiny(f.inputs()) {
    if constexpr (is_regularized<F>) methods.allow_entropies();
    if (has_hessians) methods.prepare({Method::newton}, detail::is_entropic(f));
    if (detail::may_use_truncated_newton(f)) methods.prepare({Method::truncated_newton}, false);
    if (detail::may_use_bundle(f)) {
      methods.prepare({Method::bundle}, detail::is_entropic(f));
      prepare_to_fold(true);
    }
  }

  /// Brings the model up to date with f, decides whether the plan can fold it, and makes room for the plan where there is
  /// none.
  [[gnu::noinline]] void prepare(Plan& plan, const F& f, Method asked) {
    if (plan.method == Method::newton && !has_hessians) {
      model = make_model(f, true);
      has_hessians = true;
      prepare_to_fold(true);
    } else {
      refresh(*model, f);
    }
    detail::fold_if_possible(plan, *model, asked);
    if (plan.method == Method::folding) prepare_to_fold(false);
    methods.prepare(plan, detail::is_entropic(f));
  }

  ShapeKey key;
  bool has_hessians;
  ModelPointer model;
  MethodWorkspace methods;
  [[no_unique_address]] detail::TinyNewtonWorkspace<F> tiny;

 private:
  void prepare_to_fold(bool anew) {
    if constexpr (may_fold<F>) {
      methods.prepare_to_fold(*model, anew);
      if constexpr (is_regularized<F>) methods.fold_with_entropies();
    }
  }
};

/// The same for black boxes of n variables.
struct BlackBoxWorkspace {
  explicit BlackBoxWorkspace(Index n) : buffers(detail::checked_dimension("BlackBoxWorkspace", n)), methods(n) {
    methods.prepare({Method::bundle}, false);
  }
  BlackBoxBuffers buffers;
  MethodWorkspace methods;
};

namespace detail {

template <class F>
inline constexpr bool is_a_problem_per_column = requires(const F& f) {
  f.network(), f.batch();
};

template <class F, class Set>
inline constexpr bool can_be_minimized() {
  static_assert(
      !requires { requires F::has_context; }, "argmin minimizes over y: put the network at a context, argmin(f.at(x), set)");
  static_assert(!is_a_problem_per_column<F>,
                "argmin solves one problem at a time: at(x) with a vector x (or a batch of them: "
                "icnn/inference/argmin_batch.hpp)");
  constexpr bool projectable = ProjectableSet<Set> || PolyhedralSet<Set>;
  static_assert(
      projectable,
      "this set cannot be projected onto (it has no project(y)): use a box, simplex, ball, affine set, half-space, "
      "polyhedron, product, or a set of your own");
  return true;
}

/// Throws Error where no certificate of slopes can be made.
inline void require_conjugates(const ConvexModel& model) {
  if (model.knows_conjugates()) return;
  fail({"argmin", "activations that know their conjugates, for a certificate", "one without",
        "give your activation a member double conjugate(double t) const, see HasConjugate"});
}

}  // namespace detail

/// The global minimum of a convex function over a convex set, with the proof of it: result.lower_bound <= f everywhere on
/// the set, whatever the status. Everything, bounds included, is computed in double precision about the function as stored;
/// bounds account for rounding. The starting point is settings.start (projected), or with warm_start result.y.
///
/// f: anything that is convex in y (see ConvexFunctionOfY) in float or double. Sets: whatever can be projected onto; bounded
/// ones (box, simplex, ball, products of these) are certified, on others a certificate needs a strongly convex f. With an
/// entropy as the outermost regularizer the set is its box or a simplex. With settings.certificate a network's result has a
/// certificate, too, for verify(), and with settings.multipliers those of its constraints; calls on half-spaces, affine sets
/// and products of these allocate, and those on another polyhedron than the latest one, unless it has as many rows.
///
/// Throws Error on misuse, before anything is written; numerical trouble is result.status. Allocates nothing with a
/// workspace that fits f and a result whose y has been used before. f may be shared by threads, the workspace not. The
/// method is chosen by choose_method(), unless the settings name one; for the cost see there.
template <ConvexFunctionOfY F, class Set>
void argmin(const F& f, const Set& set, const Settings& settings, ArgminWorkspace<F>& ws, Result& result) {
  static_assert(detail::can_be_minimized<F, Set>());
  if (f.shape_key() != ws.key) fail({"argmin", "a workspace made for this function", "one for a function of another shape"});
  detail::require_current("argmin", f);
  detail::refuse_inner_entropy("argmin", f);
  const bool entropic = detail::is_entropic(f);
  Plan plan = choose_method(f.regularity(), f.inputs(), kind_of<Set>, entropic, settings.method);
  if (settings.warm_start && result.y.size() > 0) detail::begin_near(plan, f.inputs(), settings.method);
  detail::check_problem(f.inputs(), set.dimension(), settings, ws.methods, result);
  const detail::OutermostEntropy<F> entropy(f, set);
  const EntropyTerm* term = entropy.term();
  if (settings.certificate) detail::require_conjugates(*ws.model);
  if (settings.multipliers) detail::require_constraints<Set>();
  ws.prepare(plan, f, settings.method);
  detail::RegionOf<Set> region(set, detail::uses_rows(kind_of<Set>, plan), settings, ws.methods);
  if (!detail::start(region.get(), settings, ws.methods, result)) return;
  if constexpr (detail::is_tiny<F> && kind_of<Set> == SetKind::simple) {
    if (plan == Plan{Method::newton} && !entropic) {
      projected_newton(*ws.model, region.get(), settings, ws.tiny, result,
                       detail::patience(plan, f.inputs(), settings.method));
      detail::try_again(*ws.model, region.get(), plan, settings, ws.methods, result);
      detail::finish_certificate(*ws.model, region.get(), term, ws.methods, result);
      return detail::find_multipliers(set, region.get(), term, settings, result);
    }
  }
  if constexpr (std::is_same_v<Set, Ball>) {
    detail::minimize_on_ball(*ws.model, region.get(), set, plan, settings, ws.methods, result);
  } else {
    detail::minimize(*ws.model, region.get(), term, plan, settings, ws.methods, result);
  }
  detail::finish_certificate(*ws.model, region.get(), term, ws.methods, result);
  detail::find_multipliers(set, region.get(), term, settings, result);
}

/// The same for a function of the user's: called as f(y, gradient), with vectors in double, it returns the value and writes
/// a subgradient; called as f(y, gradient, hessian) it also writes the second derivatives, n x n, all of them, for Newton's
/// method. The certificate is as good as value and gradient are: see Settings::oracle_error.
template <class F, class Set>
requires(!ConvexFunctionOfY<std::remove_cvref_t<F>> &&
         BlackBox<std::remove_reference_t<F>>) void argmin(F&& f, const Set& set, const Settings& settings,
                                                           BlackBoxWorkspace& ws, Result& result) {
  using Function = std::remove_reference_t<F>;
  static_assert(detail::can_be_minimized<std::remove_cvref_t<F>, Set>());
  constexpr bool curved = CurvedBlackBox<Function>;
  const Method method = settings.method;
  if (method == Method::folding) {
    fail({"argmin", "a network, for Method::folding", "a black box", "Method::automatic takes what fits"});
  }
  if (method == Method::mirror_gradient || (!curved && (method == Method::newton || method == Method::truncated_newton))) {
    fail({"argmin", "Method::projected_gradient or a bundle method (or automatic) for a black box without a Hessian",
          detail::text(to_string(method)), "Newton's methods need f(y, gradient, hessian)"});
  }
  if (settings.certificate) {
    fail({"argmin", "a network, for a certificate of slopes", "a black box", "its lower bound is of the same quality"});
  }
  if (settings.multipliers) detail::require_constraints<Set>();
  const Index n = ws.methods.inputs();
  const Regularity regularity{false, curved ? 2 : 0};
  Plan plan = choose_method(regularity, n, kind_of<Set>, false, method);
  if (method == Method::automatic && !curved && !detail::uses_rows(kind_of<Set>, plan)) {
    plan.gradient_evaluations = detail::gradients_at_first;
  }
  detail::check_problem(n, set.dimension(), settings, ws.methods, result);
  detail::RegionOf<Set> region(set, detail::uses_rows(kind_of<Set>, plan), settings, ws.methods);
  if (!detail::start(region.get(), settings, ws.methods, result)) return;
  FunctionModel<Function> model(f, ws.buffers, settings.oracle_error, settings.strong_convexity);
  detail::minimize(model, region.get(), nullptr, plan, settings, ws.methods, result);
  detail::find_multipliers(set, region.get(), nullptr, settings, result);
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
