// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <Eigen/Cholesky>

#include "icnn/core/types.hpp"

/// Eigen's Cholesky factorisation in the caller's memory: the factor L takes the place of the lower triangle.
namespace icnn::inline ICNN_ISA::detail {

/// False where the matrix is not positive definite.
template <class M>
[[nodiscard]] bool factor_in_place(M&& matrix) {
  Eigen::Ref<Matrix<typename std::remove_cvref_t<M>::Scalar>> in_place(matrix);
  const Eigen::LLT<decltype(in_place)> factor(in_place);
  return factor.info() == Eigen::Success;
}

/// v := L^{-1} v
template <class M, class V>
void solve_lower(const M& factor, V&& v) {
  factor.template triangularView<Eigen::Lower>().solveInPlace(v);
}

/// v := L'^{-1} v
template <class M, class V>
void solve_upper(const M& factor, V&& v) {
  factor.template triangularView<Eigen::Lower>().transpose().solveInPlace(v);
}

}  // namespace icnn::inline ICNN_ISA::detail
