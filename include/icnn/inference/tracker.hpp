// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "icnn/core/lifetime.hpp"
#include "icnn/inference/argmin.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// A network at a context that changes, or the function itself.
template <class F>
class Followed {
 public:
  using Function = F;
  explicit Followed(const F& f) : f_(f) {}
  [[nodiscard]] const F& get() const { return f_.get(); }

 private:
  Watched<F> f_;
};
template <class F>
requires(F::has_context) class Followed<F> {
 public:
  using Function = typename F::AtContext;
  explicit Followed(const F& f)
      : f_(f), ws_(f.workspace()), at_(f.at(Vector<typename F::Scalar>::Zero(f.context_size()).eval())) {}
  [[nodiscard]] const Function& get() const { return at_; }
  template <class X>
  void move_to(const Eigen::MatrixBase<X>& x) {
    f_.get().rebind(at_, x, ws_);
  }

 private:
  Watched<F> f_;
  decltype(std::declval<const F&>().workspace()) ws_;
  Function at_;
};

}  // namespace detail

/// argmin for a problem that changes a little from step to step, as in a control loop: begins each time at the latest
/// solution, with what the methods have kept of it (the neurons that bent, the scratch), within a budget, and allocates
/// nothing after the first step. What changes may be
///
/// * the context of a PICNN: Tracker(network, set, settings).solve(x);
/// * anything in a function of y alone, which is referred to: solve() sees edits of its network, a rebind(),
///   set_known() of a restriction, set_offset() of a precomposition, set_linear() of a regularizer;
/// * the set, which the tracker holds: set_bounds() of boxes and polyhedra, set_right_hand_sides() of polyhedra, or another
///   one of the same shape.
///
/// settings.max_evaluations and settings.time_limit are kept to within one evaluation, and every result is certified, be it
/// optimal or not: its gap says how far it may be from the minimum. One per thread. The function has to outlive it; where it
/// has been given another shape since, or has lost its network, solve() throws Error.
template <class F, class Set>
class Tracker {
  static constexpr bool has_context = F::has_context;

 public:
  using Function = typename detail::Followed<F>::Function;

  /// Throws Error as argmin does. Allocates.
  Tracker(const F& f, Set set, Settings settings = {})
      : followed_(f), set_(std::move(set)), settings_(std::move(settings)), ws_(followed_.get()) {
    settings_.validate();
    if (set_.dimension() != f.inputs()) {
      fail({"Tracker", detail::text("a set in ", f.inputs(), " dimensions, as many as the function has inputs"),
            detail::text(set_.dimension())});
    }
    settings_.warm_start = true;
  }
  Tracker(const F&&, Set, Settings = {}) = delete;  // would be referred to after its end

  /// The problem as it is now. Throws Error where argmin does, and then leaves the latest result as it was.
  const Result& solve() requires(!has_context) {
    argmin(followed_.get(), set_, settings_, ws_, result_);
    return result_;
  }
  /// The same at a context.
  template <class X>
  const Result& solve(const Eigen::MatrixBase<X>& x) requires(has_context) {
    followed_.move_to(x);
    argmin(followed_.get(), set_, settings_, ws_, result_);
    return result_;
  }

  [[nodiscard]] const Result& result() const noexcept { return result_; }
  [[nodiscard]] const Set& set() const noexcept { return set_; }
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

  /// Other evaluations and seconds from now on.
  void set_budget(Index max_evaluations, double time_limit = infinity) {
    Settings changed = {.max_evaluations = max_evaluations, .time_limit = time_limit};
    changed.validate();
    settings_.max_evaluations = max_evaluations;
    settings_.time_limit = time_limit;
  }
  /// Throw Error on other sizes and on an empty box, and change nothing then.
  void set_bounds(ConstPointRef lower, ConstPointRef upper) { set_.set_bounds(lower, upper); }
  void set_right_hand_sides(ConstPointRef b, ConstPointRef e = Vector<double>()) { set_.set_right_hand_sides(b, e); }
  /// Another set of as many dimensions; allocates what copying it does.
  void set_set(const Set& set) {
    if (set.dimension() != set_.dimension()) {
      fail({"Tracker", detail::text("a set in ", set_.dimension(), " dimensions"), detail::text(set.dimension())});
    }
    set_ = set;
  }

  /// For a horizon that recedes: the next step begins at the latest solution moved forward by so many coordinates, the last
  /// of them kept, y_j := y_{j + by}. Throws Error unless 0 <= by <= n.
  void shift(Index by) {
    Vector<double>& y = result_.y;
    if (by < 0 || by > set_.dimension()) {
      fail({"Tracker::shift", detail::text("0 to ", set_.dimension(), " coordinates"), detail::text(by)});
    }
    for (Index j = 0; j + by < y.size(); ++j) y(j) = y(j + by);
  }
  /// The next step begins at \p y, projected onto the set. Throws Error on another size and on NaN.
  void restart_at(const Vector<double>& y) {
    require_shape("Tracker::restart_at", "a start", y.rows(), y.cols(), set_.dimension(), Index{1});
    if (!vec::all_finite(y)) fail({"Tracker::restart_at", "a finite start", "NaN or infinity"});
    result_.y = y;
  }

 private:
  detail::Followed<F> followed_;
  Set set_;
  Settings settings_;
  ArgminWorkspace<Function> ws_;
  Result result_{};
};

}  // namespace icnn::inline ICNN_ISA
