// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/core/types.hpp>

namespace icnn::example {

/// The F1 scores of multi-label predictions: for every sample, averaged (example); for every label, averaged (label-macro);
/// of all decisions together (micro). Where there is nothing to find and nothing was found, F1 counts as 0.
struct F1 {
  double example = 0;
  double label_macro = 0;
  double micro = 0;
};

/// A label is predicted where its score is above the threshold. Both n x B.
[[nodiscard]] F1 f1_scores(const Matrix<float>& scores, const Matrix<float>& labels, double threshold);

/// example-F1 at thresholds between 0.002 and 0.88, evenly spaced in their logarithmic odds.
[[nodiscard]] Vector<double> thresholds();
[[nodiscard]] Vector<double> example_f1_curve(const Matrix<float>& scores, const Matrix<float>& labels);

}  // namespace icnn::example
