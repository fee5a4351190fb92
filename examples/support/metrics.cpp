// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/metrics.hpp"

namespace icnn::example {

namespace {

double f1(double hits, double predicted, double actual) {
  return predicted + actual > 0 ? 2 * hits / (predicted + actual) : 0.0;
}

}  // namespace

F1 f1_scores(const Matrix<float>& scores, const Matrix<float>& labels, double threshold) {
  const auto chosen = (scores.array() > static_cast<float>(threshold)).cast<double>().eval();
  const auto actual = labels.array().cast<double>().eval();
  const auto hits = (chosen * actual).eval();
  F1 result;
  for (Index c = 0; c < labels.cols(); ++c)
    result.example += f1(hits.col(c).sum(), chosen.col(c).sum(), actual.col(c).sum());
  for (Index r = 0; r < labels.rows(); ++r)
    result.label_macro += f1(hits.row(r).sum(), chosen.row(r).sum(), actual.row(r).sum());
  result.example /= static_cast<double>(labels.cols());
  result.label_macro /= static_cast<double>(labels.rows());
  result.micro = f1(hits.sum(), chosen.sum(), actual.sum());
  return result;
}

Vector<double> thresholds() {
  const Vector<double> logits = Vector<double>::LinSpaced(65, -6, 2);
  return (1 + (-logits.array()).exp()).inverse();
}

Vector<double> example_f1_curve(const Matrix<float>& scores, const Matrix<float>& labels) {
  Vector<double> curve = thresholds();
  for (double& value : curve) value = f1_scores(scores, labels, value).example;
  return curve;
}

}  // namespace icnn::example
