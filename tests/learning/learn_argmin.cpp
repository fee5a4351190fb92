// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/learning/fit.hpp>
#include <icnn/learning/learn_argmin.hpp>
#include <icnn/learning/learn_energy.hpp>
#include <icnn/learning/signal.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/labels.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("training through the argmin finds labels that depend on the context and on each other", "[learning]") {
  Random random(1);
  const ExclusiveLabels data(random, 200);
  Picnn<double, Softplus> f({.context = 2, .inputs = 2, .hidden = {16}, .context_hidden = {32}});
  initialize(f, random);
  const auto start = f;
  const TrainingSettings settings{.epochs = cases(30, 30, 2), .batch = 20, .threads = 2};
  const ArgminLossSettings entropic{.entropy = 0.2};
  const auto train_it = [&](auto& network) {
    return learn_argmin(network, data.x, data.y, Box::unit(2), settings, entropic, CrossEntropy(),
                        Adam<double>({.rate = 1e-2}));
  };
  const ArgminTraining r = train_it(f);
  INFO(r);
  CHECK(r.status == TrainingStatus::finished);
  CHECK(r.last.certified == 200);
  CHECK(r.last.count(DerivativeStatus::exact) + r.last.count(DerivativeStatus::zero) ==
        200);  // zero: where rounding says so
  CHECK((r.last.undefined() == 0 && r.last.evaluations > 0 && r.last.gap < 0.1));
  CHECK(std::abs(r.last.loss - r.loss) < 1e-9);
  CHECK(data.right([&](const Vector<double>& x) { return argmin(regularized(f.at(x), {.entropy = 0.2}), Box::unit(2)).y; }) >
        cases(190, 190, 0));
  auto again = start;
  static_cast<void>(train_it(again));
  CHECK(again == f);
}

TEST_CASE("three ways to learn a planted energy of many labels", "[learning]") {
  // The labels are what the argmin of an energy says that is known; predictions are compared with it on fresh contexts.
  const Index n = cases(20, 6, 4), samples = cases(3000, 300, 100), fresh = 200;
  Random random(2);
  using Planted = Picnn<double, Softplus>;
  Planted truth({.context = 6, .inputs = n, .hidden = {12}, .context_hidden = {8}, .output = {.bilinear = true}});
  initialize(truth, random);
  truth.edit([&](auto& edit) { random.fill_normal(edit["C"], 1); });
  const double tau = 0.2;
  const auto predict = [&](const Planted& f, const Matrix<double>& x) {
    return argmin(regularized(f.at(x), {.entropy = tau}), Box::unit(n), {.relative_gap = 1e-4}).y;
  };
  const Matrix<double> x = random_matrix<double>(random, 6, samples), test_x = random_matrix<double>(random, 6, fresh);
  const auto rounded = [](const Matrix<double>& p) { return Matrix<double>((p.array() > 0.5).cast<double>()); };
  const Matrix<double> y = rounded(predict(truth, x)), test_y = rounded(predict(truth, test_x));
  const auto score = [&](const Planted& f) { return 1 - (rounded(predict(f, test_x)) - test_y).cwiseAbs().mean(); };
  Planted start({.context = 6, .inputs = n, .hidden = {32}, .context_hidden = {32}, .output = {.bilinear = true}});
  initialize(start, Random(3));
  const TrainingSettings settings{.epochs = cases(60, 40, 20), .batch = 32, .final_rate = 0.05};
  const double chance = 1 - (test_y.colwise() - Vector<double>(test_y.rowwise().mean().array().round())).cwiseAbs().mean();
  const double least = cases(95, 90, 60) / 100.0;
  INFO("always the same labels: " << chance);
  CHECK(score(truth) == 1);
  CHECK(chance < 0.9);

  auto by_value = start;
  Matrix<double> points(n, samples);
  random.fill_uniform(points, 0, 1);
  static_cast<void>(
      fit(by_value, x, points, Matrix<double>(truth(x, points)), settings, SquaredLoss{}, Adam<double>({.rate = 1e-2})));
  CHECK(score(by_value) >= least);
  auto by_energy = start;
  static_cast<void>(learn_energy(by_energy, x, y, settings, {.entropy = tau}, Adam<double>({.rate = 1e-2})));
  CHECK(score(by_energy) >= least);
  auto by_argmin = start;
  static_cast<void>(
      learn_argmin(by_argmin, x, y, Box::unit(n), settings, {.entropy = tau}, CrossEntropy(), Adam<double>({.rate = 1e-2})));
  CHECK(score(by_argmin) >= least);
}

TEST_CASE("training through the argmin refuses what fit refuses, and its settings", "[learning]") {
  Picnn<double, Softplus> f({.context = 2, .inputs = 1, .hidden = {4}, .context_hidden = {4}});
  const Matrix<double> x = Matrix<double>::Ones(2, 3), y = Matrix<double>::Ones(1, 3);
  const Box box = Box::unit(1);
  CHECK_ERROR(learn_argmin(f, Matrix<double>(2, 0), Matrix<double>(1, 0), box), "at least one sample");
  CHECK_ERROR(learn_argmin(f, x, Matrix<double>::Ones(1, 2), box), "targets of shape 1 x B");
  CHECK_ERROR(learn_argmin(f, x, y * std::nan(""), box), "finite targets");
  CHECK_ERROR(learn_argmin(f, x, y, box, {.epochs = 0}), "epochs >= 1");
  CHECK_ERROR(learn_argmin(f, x, y, Box::unit(2)), "a set in 1 dimensions");
  CHECK_ERROR(learn_argmin(f, x, y, box, {}, {.entropy = -1}), "a finite entropy >= 0");
}
