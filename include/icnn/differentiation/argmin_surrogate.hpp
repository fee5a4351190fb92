// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/differentiation/argmin_derivative.hpp"
#include "icnn/inference/argmin.hpp"

namespace icnn::inline ICNN_ISA {

/// A finite difference in place of the derivative of an argmin: what argmin_surrogate() found.
struct [[nodiscard]] ArgminSurrogate {
  double tau = 0;
  Result above{}, below{};                                    ///< argmin f + tau <v, y> and argmin f - tau <v, y>, certified
  DerivativeStatus status = DerivativeStatus::gap_too_large;  ///< of the derivatives of both minima

  /// L_tau, and how far it can be from the exact one.
  [[nodiscard]] double value() const noexcept { return (above.value - below.value) / (2 * tau); }
  [[nodiscard]] double error() const noexcept { return (above.gap() + below.gap()) / (2 * tau); }
};

namespace detail {

template <class F, class X, class Set>
ArgminSurrogate argmin_surrogate(const F& f, const X& x, const Set& set, const Vector<double>& v, double tau,
                                 const Wanted<typename F::Scalar>& wanted, const Settings& settings) {
  using S = typename F::Scalar;
  if (!(tau > 0) || !std::isfinite(tau)) fail({"argmin_surrogate", "a finite tau > 0", text(tau)});
  require_shape("argmin_surrogate", "dL/dy", v.rows(), v.cols(), f.inputs(), Index{1});
  if (!vec::all_finite(v)) fail({"argmin_surrogate", "a finite dL/dy", "NaN or infinity"});
  if (wanted.y) fail({"argmin_surrogate", "derivatives in x and the parameters", "a request for y"});
  check_wanted("argmin_surrogate", wanted, {f.inputs(), f.context_size(), 1, 1}, f.layout());
  ArgminSurrogate found{.tau = tau};
  DerivativeStatus of[2];
  Wanted<S> part = wanted;
  const auto side = [&](S sign, Result& result) {
    auto tilted = detail::tilted(f);
    tilted.set_linear(tilted.terms().linear - sign * static_cast<S>(tau) * v.template cast<S>());
    Matrix<S> seed(1, 1);
    seed(0, 0) = sign * (wanted.seeds ? wanted.seeds.map()(0, 0) : S(1)) / static_cast<S>(2 * tau);
    part.seeds = MatrixView<const S>(seed);
    const auto differentiate = [&](auto&& derivative) { return derivative.minimum(part); };
    result = argmin(at_point(tilted, x), set, settings);
    if constexpr (F::has_context) {
      return differentiate(ArgminDerivative(tilted, x, set, result));
    } else {
      return differentiate(ArgminDerivative(tilted, set, result));
    }
  };
  of[0] = side(S(1), found.above);
  part.accumulate = true;
  of[1] = side(S(-1), found.below);
  found.status = of[0] == DerivativeStatus::exact ? of[1] : of[0];
  return found;
}

}  // namespace detail

/// A direction for learning where the derivative of y* = argmin f is zero (at a vertex) or is not there: the exact gradient
/// in the parameters, or in the context, of
///
///     L_tau = (m(tau) - m(-tau)) / (2 tau),   m(t) = min f + t <v, y> over the set,   v = dL/dy,
///
/// which tends to <v, y*> as tau falls and is off by O(tau^2) where the argmin is smooth. Two certified solves; tau large
/// enough for the minimizer to move. Throws Error on misuse, before anything is written. Allocates.
template <class F, class Set>
requires(!F::has_context) ArgminSurrogate
    argmin_surrogate(const F& f, const Set& set, const Vector<double>& dL_dy, double tau,
                     const Wanted<typename F::Scalar>& wanted, const Settings& settings = {}) {
  return detail::argmin_surrogate(f, detail::NoPoint{}, set, dL_dy, tau, wanted, settings);
}
/// The same for a network of a context, f(x, y).
template <class F, class X, class Set>
requires(F::has_context) ArgminSurrogate
    argmin_surrogate(const F& f, const Eigen::MatrixBase<X>& x, const Set& set, const Vector<double>& dL_dy, double tau,
                     const Wanted<typename F::Scalar>& wanted, const Settings& settings = {}) {
  return detail::argmin_surrogate(f, Vector<typename F::Scalar>(x), set, dL_dy, tau, wanted, settings);
}

}  // namespace icnn::inline ICNN_ISA
