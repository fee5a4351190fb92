// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "tests/support/networks.hpp"

namespace icnn::test {

/// Contexts and two labels each, of which one holds where both contexts have the same sign, and the other where not.
struct ExclusiveLabels {
  Matrix<double> x, y;
  ExclusiveLabels(Random& random, Index samples) : x(random_matrix<double>(random, 2, samples)), y(2, samples) {
    for (Index c = 0; c < samples; ++c) {
      y(0, c) = x(0, c) * x(1, c) > 0 ? 1 : 0;
      y(1, c) = 1 - y(0, c);
    }
  }

  /// How many samples are predicted right, by predict(x).
  template <class Predict>
  [[nodiscard]] Index right(const Predict& predict) const {
    Index count = 0;
    for (Index c = 0; c < x.cols(); ++c) {
      const Vector<double> found = predict(Vector<double>(x.col(c)));
      count += (found(0) > 0.5) == (y(0, c) > 0.5) && (found(1) > 0.5) == (y(1, c) > 0.5) ? 1 : 0;
    }
    return count;
  }
};

}  // namespace icnn::test
