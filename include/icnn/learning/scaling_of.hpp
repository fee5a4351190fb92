// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/functions/standardized.hpp"
#include "icnn/learning/learner.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// Mean and deviation of every row; a row that does not vary keeps its size.
template <class S>
void take_units(const char* what, const Matrix<S>& data, Index samples, Vector<S>& center, Vector<S>& scale) {
  if (samples < 1) fail({"scaling_of", "at least one sample", "none"});
  require_data("scaling_of", what, data, data.rows(), samples);
  const Matrix<double> m = data.template cast<double>();
  const Vector<double> mean = m.rowwise().mean();
  center = mean.cast<S>();
  scale.resize(m.rows());
  for (Index r = 0; r < m.rows(); ++r) {
    const double deviation = std::sqrt((m.row(r).array() - mean(r)).square().mean());
    scale(r) = deviation > 1e-12 * std::abs(mean(r)) ? static_cast<S>(deviation) : S(1);
  }
}

}  // namespace detail

/// The units in which data have mean 0 and variance 1, for standardized(): of points y (n x B), contexts x (c x B) of a
/// PICNN and targets (1 x B). Throws Error on empty data, other shapes and NaN.
template <class S>
[[nodiscard]] Scaling<S> scaling_of(const Matrix<S>& y, const Matrix<S>& targets) {
  Scaling<S> units;
  Vector<S> center, scale;
  detail::take_units("points y", y, y.cols(), units.center, units.scale);
  detail::require_data("scaling_of", "targets", targets, 1, y.cols());
  detail::take_units("targets", targets, y.cols(), center, scale);
  units.output_center = center(0);
  units.output_scale = scale(0);
  return units;
}
template <class S>
[[nodiscard]] Scaling<S> scaling_of(const Matrix<S>& x, const Matrix<S>& y, const Matrix<S>& targets) {
  Scaling<S> units = scaling_of(y, targets);
  detail::take_units("contexts x", x, y.cols(), units.context_center, units.context_scale);
  return units;
}

}  // namespace icnn::inline ICNN_ISA
