// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/core/types.hpp>

namespace icnn::test {

/// max_i a_i'y + b_i as a black box; the a_i are columns.
inline auto largest(const Matrix<double>& a, const Vector<double>& b) {
  return [a, b](const Vector<double>& y, Vector<double>& g) {
    Index best = 0;
    const double value = (a.transpose() * y + b).maxCoeff(&best);
    g = a.col(best);
    return value;
  };
}

}  // namespace icnn::test
