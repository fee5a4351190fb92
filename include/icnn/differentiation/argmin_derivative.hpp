// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>
#include <optional>
#include <type_traits>

#include "icnn/differentiation/find_kkt_point.hpp"
#include "icnn/functions/maximum.hpp"
#include "icnn/inference/entropy.hpp"
#include "icnn/inference/model.hpp"
#include "icnn/layers/wanted.hpp"
#include "icnn/solvers/result.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

template <class F>
inline constexpr bool is_maximum = false;
template <class Parts>
inline constexpr bool is_maximum<Maximum<Parts>> = true;

/// Whether there is a maximum of functions anywhere: its kinks are none of a neuron's.
template <class F>
[[nodiscard]] bool has_maximum(const F& f) {
  if constexpr (is_maximum<F>) {
    return true;
  } else if constexpr (requires { f.any_part([](const auto&) { return true; }); }) {
    return f.any_part([](const auto& part) { return has_maximum(part); });
  } else if constexpr (requires { f.function(); }) {
    return has_maximum(f.function());
  } else {
    return false;
  }
}

/// A function at a context, or as it is.
struct NoPoint {};
template <class F, class X>
[[nodiscard]] decltype(auto) at_point(const F& f, const X& x) {
  if constexpr (std::is_same_v<X, NoPoint>) {
    return (f);
  } else {
    return f.at(x);
  }
}

}  // namespace detail

/// What moves the minimizer: for a loss L of which dL/dy is given at y* = argmin f.
struct ArgminSensitivity {
  DerivativeStatus status = DerivativeStatus::gap_too_large;
  /// dL/dq, for f - <q, y>: w of KktSensitivity.
  Vector<double> linear{};
  /// dL for each unit of a bound, of an entry of b or e, of a radius.
  ConstraintValues constraints{};
  /// That of `constraints`: one-sided where constraints depend on each other, else the same.
  DerivativeStatus constraint_status = DerivativeStatus::gap_too_large;
};

/// The derivatives of y* = argmin f(y; theta) over a set, and of the minimum, in the parameters, in the context of a PICNN
/// and in the set's bounds; from the solution that argmin found. With them layers learn through an argmin.
///
///     ArgminDerivative derivative(f.at(x) or a FICNN, set, result);         // of a function of y alone, or
///     ArgminDerivative derivative(network, x, set, result);                 // of a network of a context, f(x, y)
///     derivative.backward(dL_dy, {.x = dL_dx, .parameters = dL_dtheta});
///
/// Smooth f: the implicit function theorem, dL/dtheta = -w' (d/dtheta) grad_y f with H w = dL/dy in the coordinates that are
/// free. Two-piece neurons, |K| of which bend at y*: these stay bent while y* moves, so that the change of their arguments
/// counts as well, with the multipliers c of the same system; with a quadratic beside them or without, with an entropy or
/// without. Sets: boxes, simplices, balls, affine sets, half-spaces, polyhedra, products of these, the whole space.
///
/// What there is to be said is status(): see DerivativeStatus. Derivatives are exact about the exact minimizer, which is
/// found from result.y on the way, y(). Refers to the function, which must outlive it; one per thread. Allocates. Cost: see
/// KktSearch, and about two evaluations for each backward().
template <class F>
class ArgminDerivative {
  using S = typename F::Scalar;
  using X = std::conditional_t<F::has_context, Vector<S>, detail::NoPoint>;
  using AtPoint = decltype(detail::at_point(std::declval<const F&>(), std::declval<const X&>()));

 public:
  /// Throws Error on sizes that do not fit, on a result without a finite point, and where argmin would for the set.
  template <class Set>
  ArgminDerivative(const F& f, const Set& set, const Result& result) requires(!F::has_context)
      : ArgminDerivative(detail::NoPoint{}, f, set, result) {}
  template <class Context, class Set>
  ArgminDerivative(const F& f, const Eigen::MatrixBase<Context>& x, const Set& set,
                   const Result& result) requires(F::has_context)
      : ArgminDerivative(Vector<S>(x), f, set, result) {}
  template <class... Rest>
  ArgminDerivative(const F&&, const Rest&...) = delete;  // would be referred to after its end

  [[nodiscard]] DerivativeStatus status() const noexcept { return point_->status; }
  /// The minimizer.
  [[nodiscard]] const Vector<double>& y() const noexcept { return point_->y; }
  /// The multipliers of the constraints, > 0 where these are active; the derivative of the minimum in their right-hand
  /// sides is minus these, and plus them for lower bounds.
  [[nodiscard]] const ConstraintValues& multipliers() const noexcept { return point_->multipliers; }
  /// The neurons that bend at the minimizer, counted from the first layer to the last.
  [[nodiscard]] const std::vector<Index>& kinks() const noexcept { return point_->kinks; }

  /// From dL/dy to dL/dtheta and dL/dx, as far as they are wanted (seeds multiply them); zero where nothing can be said.
  /// Throws Error on wrong sizes, before anything is written.
  ArgminSensitivity backward(const Vector<double>& dL_dy, const Wanted<S>& wanted = {}) {
    check("ArgminDerivative::backward", wanted);
    require_shape("ArgminDerivative::backward", "dL/dy", dL_dy.rows(), dL_dy.cols(), f_->inputs(), Index{1});
    ArgminSensitivity result{.status = point_->status, .constraint_status = point_->status};
    result.linear = point_->solve(dL_dy, result.constraints);
    if (point_->says_something() && point_->is_duplicated) result.constraint_status = DerivativeStatus::one_sided;
    if (!wanted.x && !wanted.parameters) return result;
    detail::clear(wanted, f_->layout());
    if (!point_->says_something()) return result;
    forward(Order::second);
    w_ = result.linear.template cast<S>();
    f_->tangent(w_, ws_);
    bend();
    f_->second_backward(seeded(wanted, S(-1)), ws_);
    return result;
  }

  /// The derivatives of the minimum itself, no linear system asked: those of f at y*, where neurons that bend have the share
  /// of their pieces that their multipliers say. With a status of their own: a weak constraint does them no harm. Where a
  /// point is not resolved they are f's at result.y, off by about the gap.
  DerivativeStatus minimum(const Wanted<S>& wanted) {
    check("ArgminDerivative::minimum", wanted);
    detail::clear(wanted, f_->layout());
    forward(Order::first);
    f_->backward(seeded(wanted, S(1)), ws_);
    return point_->has_unique_shares() ? DerivativeStatus::exact : point_->status;
  }

 private:
  template <class Set>
  ArgminDerivative(X x, const F& f, const Set& set, const Result& result)
      : f_(&f),
        x_(std::move(x)),
        at_(detail::at_point(f, x_)),
        constraints_(constraints_of(set)),
        model_(make_model(at_, true)),
        ws_(f.workspace()),
        seed_(1, 1) {
    const Index n = f.inputs();
    detail::require_current("ArgminDerivative", f);
    if (set.dimension() != n) {
      fail({"ArgminDerivative", detail::text("a set in ", n, " dimensions, as many as the function has inputs"),
            detail::text(set.dimension())});
    }
    if (result.y.size() != n || !vec::all_finite(result.y)) {
      fail({"ArgminDerivative", detail::text("a finite result.y of ", n, " coordinates"),
            result.y.size() == n ? std::string("NaN or infinity") : detail::text(result.y.size(), " coordinates"),
            "hand in what argmin has found for this function and set"});
    }
    detail::refuse_inner_entropy("ArgminDerivative", at_);
    if constexpr (is_regularized<F>) {
      if (detail::is_entropic(f)) add_entropy(f.terms(), set);
    }
    const Regularity regularity = at_.regularity();
    point_ =
        find_kkt_point(*model_, constraints_, entropy_ ? &*entropy_ : nullptr,
                       model_->folds() != Folds::no && !detail::has_maximum(at_), regularity.derivatives >= 2, result.y);
  }
  ArgminDerivative(const ArgminDerivative&) = delete;
  ArgminDerivative& operator=(const ArgminDerivative&) = delete;

  /// The same entropy, about sets that are kept here.
  template <class Terms, class Set>
  void add_entropy(const Terms& terms, const Set& set) {
    (void)detail::entropy_term(terms, set);  // checks
    if constexpr (std::is_same_v<Set, Simplex>) {
      entropy_.emplace(simplex_.emplace(set), static_cast<double>(terms.entropy));
    } else {
      entropy_.emplace(constraints_.flat.box(), static_cast<double>(terms.entropy));
    }
  }

  void check(const char* where, const Wanted<S>& wanted) const {
    if (wanted.y) fail({where, "derivatives in x and the parameters", "a request for y", "backward() returns dL/dq"});
    detail::check_wanted(where, wanted, {f_->inputs(), f_->context_size(), 1, 1}, f_->layout());
  }

  [[nodiscard]] Wanted<S> seeded(Wanted<S> wanted, S sign) {
    seed_(0, 0) = wanted.seeds ? sign * wanted.seeds.map()(0, 0) : sign;
    wanted.seeds = MatrixView<const S>(seed_);
    return wanted;
  }

  /// f at the minimizer, with the slopes of neurons that bend.
  void forward(Order order) {
    y_ = point_->y.template cast<S>();
    if constexpr (F::has_context) f_->bind(x_, ws_);
    f_->forward(order, y_, ws_);
    each_kink([&](auto& tape, Index neuron, std::size_t k) {
      tape.first(neuron, 0) = static_cast<S>(point_->slopes(point_->kinks[k]));
    });
  }
  /// Where a neuron bends, its second derivative times the change of its argument is a multiplier.
  void bend() {
    each_kink([&](auto& tape, Index neuron, std::size_t k) {
      tape.second(neuron, 0) = S(1);
      tape.ds(neuron, 0) = static_cast<S>(point_->bends[k]);
    });
  }
  template <class Visit>
  void each_kink(Visit visit) {
    if constexpr (may_fold<std::remove_cvref_t<AtPoint>>) {
      Index first = 0;
      std::size_t k = 0;
      f_->each_tape(ws_, [&](auto& tape) {
        const Index end = first + tape.z.rows();
        for (; k < point_->kinks.size() && point_->kinks[k] < end; ++k) visit(tape, point_->kinks[k] - first, k);
        first = end;
      });
    }
  }

  const F* f_;
  [[no_unique_address]] X x_;
  AtPoint at_;
  Constraints constraints_;
  ModelPointer model_;
  std::optional<Simplex> simplex_{};
  std::optional<EntropyTerm> entropy_{};
  decltype(std::declval<const F&>().workspace()) ws_;
  Matrix<S> seed_;
  Vector<S> y_{}, w_{};
  std::unique_ptr<KktPoint> point_{};
};

template <class F, class Set>
ArgminDerivative(const F&, const Set&, const Result&) -> ArgminDerivative<F>;
template <class F, class X, class Set>
ArgminDerivative(const F&, const Eigen::MatrixBase<X>&, const Set&, const Result&) -> ArgminDerivative<F>;

}  // namespace icnn::inline ICNN_ISA
