// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/learning/initialize.hpp>
#include <icnn/learning/learn_energy.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/labels.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("energy learning finds labels that depend on the context and on each other", "[learning]") {
  Random random(1);
  const ExclusiveLabels data(random, 300);
  Picnn<double, Softplus> f({.context = 2, .inputs = 2, .hidden = {16}, .context_hidden = {32}});
  initialize(f, random);
  const EnergyTraining r =
      learn_energy(f, data.x, data.y, {.epochs = 40, .batch = 20}, {.entropy = 0.1}, Adam<double>({.rate = 1e-2}));
  INFO(r);
  CHECK(r.status == TrainingStatus::finished);
  CHECK(r.last.certified == 300);
  CHECK(r.last.evaluations > 0);
  CHECK(r.last.gap < 1e-2);
  CHECK(data.right([&](const Vector<double>& x) { return argmin(f.at(x), Box::unit(2), {.relative_gap = 1e-4}).y; }) > 280);
}

TEST_CASE("energy learning refuses what fit refuses", "[learning]") {
  Picnn<double, Softplus> f({.context = 2, .inputs = 1, .hidden = {4}, .context_hidden = {4}});
  const Matrix<double> x = Matrix<double>::Ones(2, 3), y = Matrix<double>::Ones(1, 3);
  CHECK_ERROR(learn_energy(f, Matrix<double>(2, 0), Matrix<double>(1, 0)), "at least one sample");
  CHECK_ERROR(learn_energy(f, x, Matrix<double>::Ones(1, 2)), "labels y of shape 1 x B");
  CHECK_ERROR(learn_energy(f, x, y * std::nan("")), "finite labels y");
  CHECK_ERROR(learn_energy(f, x, 2 * y), "labels in [0, 1]");
  CHECK_ERROR(learn_energy(f, x, y, {.epochs = 0}), "epochs >= 1");
  CHECK_ERROR(learn_energy(f, x, y, {}, {.inner = {.max_evaluations = 0}}), "inner.max_evaluations >= 1");
}

TEST_CASE("energy learning on several threads, with what is held out, is repeatable and about the same", "[learning]") {
  Random random(2);
  const Matrix<double> x = random_matrix<double>(random, 2, 50);
  const Matrix<double> y = (x.array() > 0).cast<double>();
  Picnn<double, Softplus> start({.context = 2, .inputs = 2, .hidden = {6}, .context_hidden = {6}});
  initialize(start, random);
  const auto learn = [&](Index threads) {
    auto f = start;
    const EnergyTraining r =
        learn_energy(f, x, y, {.epochs = 3, .batch = 7, .validation = 0.1, .threads = threads}, {.entropy = 0.1});
    CHECK((r.last.certified == 45 && r.best_epoch > 0));
    return f;
  };
  const auto one = learn(1), three = learn(3);
  CHECK(three == learn(3));
  CHECK((one.parameters().vector() - three.parameters().vector()).norm() < 1e-3 * one.parameters().vector().norm());
  auto f = start;
  CHECK_ERROR(learn_energy(f, x, 2 * y, {.threads = 2}), "labels in [0, 1]");
  CHECK_ERROR(learn_energy(f, x, y, {.threads = 2}, {.delta = [](double, double) { return std::nan(""); }}),
              "a finite delta");
  CHECK(f == start);
}

TEST_CASE("energy learning of classes, one of three, on a simplex", "[learning]") {
  Random random(3);
  const Matrix<double> x = random_matrix<double>(random, 2, 150);
  Matrix<double> y = Matrix<double>::Zero(3, 150);
  const auto class_of = [](double a, double b) { return a > 0 ? 0 : b > 0 ? 1 : 2; };
  for (Index c = 0; c < 150; ++c) y(class_of(x(0, c), x(1, c)), c) = 1;
  Picnn<double, Softplus> f({.context = 2, .inputs = 3, .hidden = {8}, .context_hidden = {16}});
  initialize(f, random);
  const EnergyTraining r = learn_energy(f, x, y, Simplex(3), {.epochs = 40, .batch = 15}, {}, Adam<double>({.rate = 1e-2}));
  INFO(r);
  CHECK((r.status == TrainingStatus::finished && r.last.certified == 150 && r.last.satisfied > 50));
  Index right = 0;
  for (Index c = 0; c < 150; ++c) {
    Index found = 0;
    argmin(f.at(x.col(c)), Simplex(3)).y.maxCoeff(&found);
    right += found == class_of(x(0, c), x(1, c)) ? 1 : 0;
  }
  CHECK(right > 135);
  CHECK_ERROR(learn_energy(f, x, Matrix<double>::Ones(3, 150), Simplex(3)), "labels of a sum of 1");
}
