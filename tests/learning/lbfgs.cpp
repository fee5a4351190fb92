// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/learning/fit.hpp>
#include <icnn/learning/initialize.hpp>
#include <icnn/learning/lbfgs.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// Parameters without a network around them: two that have to be >= 0 and the rest.
struct Point {
  using Scalar = double;
  Layout shape;
  Parameters<double> values;
  explicit Point(Index n) : shape(of(n)), values(shape) {}
  static Layout of(Index n) {
    Layout layout;
    layout.add({.name = "Wz", .rows = 2, .cols = 1, .sign = Sign::non_negative});
    layout.add({.name = "W", .rows = n - 2, .cols = 1});
    return layout;
  }
  [[nodiscard]] const Layout& layout() const { return shape; }
  [[nodiscard]] const Parameters<double>& parameters() const { return values; }
  template <class Change>
  void edit(Change change, Positivity positivity = Positivity::refuse) {
    values.edit(change, positivity);
  }
};

}  // namespace

TEST_CASE("L-BFGS finds the minimum of an ill-conditioned quadratic under signs", "[learning]") {
  // sum c_i (p_i - t_i)^2 / 2 + coupling; the first sign is active at the minimum, the second not.
  const Index n = 30;
  Random random(1);
  Vector<double> c(n), t = random_vector<double>(random, n);
  for (Index i = 0; i < n; ++i) c(i) = std::pow(10.0, 4.0 * static_cast<double>(i) / static_cast<double>(n - 1));
  t(0) = -2;
  t(1) = 3;
  Point p(n);
  int evaluations = 0;
  const auto evaluate = [&](Vector<double>& g) {
    ++evaluations;
    const Vector<double> off = p.values.vector() - t;
    g = c.cwiseProduct(off);
    return 0.5 * off.dot(g);
  };
  Lbfgs<double> lbfgs;
  Vector<double> g(n);
  double loss = evaluate(g), last = loss;
  for (int k = 0; k < 1000 && !lbfgs.is_done(); ++k) {
    REQUIRE(lbfgs.minimize(p, loss, g, evaluate));
    CHECK(loss <= last);
    last = loss;
  }
  Vector<double> expected = t;
  expected(0) = 0;
  CHECK(lbfgs.is_done());
  CHECK((p.values.vector() - expected).cwiseAbs().maxCoeff() < 1e-6);
  CHECK(evaluations < 1000);
  Vector<double> bad = g;
  bad(3) = std::nan("");
  CHECK_FALSE(lbfgs.minimize(p, loss, bad, evaluate));
}

TEST_CASE("fit by L-BFGS is ahead of Adam at the same number of evaluations, and repeatable", "[learning]") {
  Random random(2);
  const Matrix<double> y = random_matrix<double>(random, 3, 200), t = 0.5 * y.colwise().squaredNorm();
  Ficnn<double, Softplus> start({.inputs = 3, .hidden = {16, 16}});
  initialize(start, random);
  auto adam = start, quasi = start;
  const auto by_adam = fit(adam, y, t, {.epochs = 400, .batch = 200}, SquaredLoss{}, Adam<double>({.rate = 1e-2}));
  const TrainingSettings settings{.epochs = 200, .batch = 200};
  const auto r = fit(quasi, y, t, settings, SquaredLoss{}, Lbfgs<double>());
  INFO(r << " / " << by_adam);
  CHECK(r.status == TrainingStatus::finished);
  CHECK(r.loss < 0.5 * by_adam.loss);
  CHECK(audit(quasi.layout(), quasi.parameters().vector()).empty());
  auto again = start;
  static_cast<void>(fit(again, y, t, settings, SquaredLoss{}, Lbfgs<double>()));
  CHECK(again == quasi);
  // Averages are of its steps, and an interrupted training ends in the same bits.
  const auto averaged = [&](TrainingState& state, int stop) {
    return TrainingSettings{.epochs = 30,
                            .batch = 200,
                            .average = 0.5,
                            .validation = 0.1,
                            .observer = [n = 0, stop](const TrainingProgress&) mutable { return ++n != stop; },
                            .state = &state};
  };
  auto whole = start, part = start;
  TrainingState of_whole, of_part;
  static_cast<void>(fit(whole, y, t, averaged(of_whole, -1), SquaredLoss{}, Lbfgs<double>()));
  CHECK((whole(y) - t).squaredNorm() < 0.01 * (start(y) - t).squaredNorm());
  Lbfgs<double> continued;
  static_cast<void>(fit(part, y, t, averaged(of_part, 11), SquaredLoss{}, continued));
  CHECK_FALSE(part == whole);
  static_cast<void>(fit(part, y, t, averaged(of_part, -1), SquaredLoss{}, continued));
  CHECK(part == whole);
  CHECK_ERROR(fit(again, y, t, {.batch = 199}, SquaredLoss{}, Lbfgs<double>()), "all 200 samples in a batch");
}

TEST_CASE("L-BFGS refuses settings out of range", "[learning]") {
  CHECK_ERROR(Lbfgs<double>({.memory = 0}), "memory >= 1");
  CHECK_ERROR(Lbfgs<double>({.evaluations = 0}), "evaluations >= 1");
  CHECK_ERROR(Lbfgs<double>({.decrease = 0.5}), "decrease in (0, 1/2)");
}
