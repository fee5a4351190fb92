// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/metrics.hpp"

#include "tests/support/catch.hpp"

using namespace icnn;
using namespace icnn::example;

TEST_CASE("F1 scores by hand", "[examples]") {
  Matrix<float> labels(3, 2), scores(3, 2);
  labels << 1, 0, 1, 0, 0, 1;
  scores << 0.9F, 0.1F, 0.2F, 0.8F, 0.1F, 0.7F;
  const F1 f = f1_scores(scores, labels, 0.5);  // sample 0: one hit, none wrong, one missed; sample 1: one hit, one wrong
  CHECK(std::abs(f.example - 2.0 / 3) < 1e-12);
  CHECK(std::abs(f.label_macro - (1.0 + 0.0 + 1.0) / 3) < 1e-12);
  CHECK(std::abs(f.micro - 2 * 2.0 / (3 + 3)) < 1e-12);
  CHECK(f1_scores(Matrix<float>::Zero(3, 2), labels, 0.5).example == 0);
  const auto curve = example_f1_curve(scores, labels);
  CHECK(curve.size() == thresholds().size());
  CHECK(curve.maxCoeff() >= f.example);
}
