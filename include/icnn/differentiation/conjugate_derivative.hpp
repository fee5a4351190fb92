// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/differentiation/argmin_derivative.hpp"
#include "icnn/inference/conjugate.hpp"

namespace icnn::inline ICNN_ISA {

/// The gradient of f*(q) = max <q, y> - f(y; theta) over a set in the parameters: minus that of f at the maximiser, which
/// \p result has; see ArgminDerivative::minimum(), also for the status. Throws Error on misuse. Allocates.
template <ConvexFunctionOfY F, class Set>
DerivativeStatus conjugate_derivative(const F& f, const Vector<typename F::Scalar>& q, const Set& set,
                                      const ConjugateResult& result, Wanted<typename F::Scalar> wanted) {
  using S = typename F::Scalar;
  require_shape("conjugate_derivative", "q", q.rows(), q.cols(), f.inputs(), Index{1});
  auto tilted = detail::tilted(f);
  tilted.set_linear(tilted.terms().linear + q);
  Matrix<S> seed(1, 1);
  seed(0, 0) = wanted.seeds ? -wanted.seeds.map()(0, 0) : S(-1);
  wanted.seeds = MatrixView<const S>(seed);
  Result minimum;
  minimum.y = result.gradient;
  return ArgminDerivative(tilted, set, minimum).minimum(wanted);
}
/// The same over the whole space.
template <ConvexFunctionOfY F>
DerivativeStatus conjugate_derivative(const F& f, const Vector<typename F::Scalar>& q, const ConjugateResult& result,
                                      const Wanted<typename F::Scalar>& wanted) {
  return conjugate_derivative(f, q, WholeSpace(f.inputs()), result, wanted);
}

}  // namespace icnn::inline ICNN_ISA
