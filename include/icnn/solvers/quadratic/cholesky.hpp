// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <Eigen/Cholesky>

#include <cmath>

#include "icnn/core/types.hpp"

/// Cholesky factorization in the caller's memory, Eigen's where it is not tiny: the factor L takes the place of the lower
/// triangle. Only the functions here read it.
namespace icnn::inline ICNN_ISA::detail {

/// The size up to which Eigen's general code spends ten times the arithmetic on finding out what to do.
inline constexpr Index tiny_cholesky = 16;

/// Leaves the inverses of L's diagonal there: nothing divides by it more than once.
template <class M>
[[nodiscard]] bool factor_tiny(M& m) {
  const Index n = m.rows();
  for (Index k = 0; k < n; ++k) {
    if (!(m(k, k) > 0)) return false;
    const auto inverse = 1 / std::sqrt(m(k, k));
    m(k, k) = inverse;
    for (Index r = k + 1; r < n; ++r) m(r, k) *= inverse;
    for (Index c = k + 1; c < n; ++c) {
      for (Index r = c; r < n; ++r) m(r, c) -= m(r, k) * m(c, k);
    }
  }
  return true;
}

/// False where the matrix is not positive definite.
template <class M>
[[nodiscard]] bool factor_in_place(M&& matrix) {
  if (matrix.rows() <= tiny_cholesky) return factor_tiny(matrix);
  Eigen::Ref<Matrix<typename std::remove_cvref_t<M>::Scalar>> in_place(matrix);
  const Eigen::LLT<decltype(in_place)> factor(in_place);
  return factor.info() == Eigen::Success;
}

/// v := L^{-1} v
template <class M, class V>
void solve_lower(const M& factor, V&& v) {
  if (const Index n = factor.rows(); n <= tiny_cholesky) {
    for (Index c = 0; c < n; ++c) {
      const auto x = v(c) *= factor(c, c);
      for (Index r = c + 1; r < n; ++r) v(r) -= factor(r, c) * x;
    }
    return;
  }
  factor.template triangularView<Eigen::Lower>().solveInPlace(v);
}

/// v := L'^{-1} v
template <class M, class V>
void solve_upper(const M& factor, V&& v) {
  if (const Index n = factor.rows(); n <= tiny_cholesky) {
    for (Index c = n; c-- > 0;) {
      for (Index r = c + 1; r < n; ++r) v(c) -= factor(r, c) * v(r);
      v(c) *= factor(c, c);
    }
    return;
  }
  factor.template triangularView<Eigen::Lower>().transpose().solveInPlace(v);
}

}  // namespace icnn::inline ICNN_ISA::detail
