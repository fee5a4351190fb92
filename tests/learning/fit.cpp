// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/any.hpp>
#include <icnn/learning/fit.hpp>
#include <icnn/learning/initialize.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

Matrix<double> bowl(const Matrix<double>& y) { return 0.5 * y.colwise().squaredNorm(); }

}  // namespace

TEST_CASE("fit learns a FICNN, a PICNN and a feed-forward network, with Adam and SGD", "[learning]") {
  Random random(1);
  const Matrix<double> y = random_matrix<double>(random, 2, 400), x = random_matrix<double>(random, 3, 400);
  const TrainingSettings settings{.epochs = 100, .batch = 20, .final_rate = 0.01};
  const double variance = (bowl(y).array() - bowl(y).mean()).square().mean();
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {16}});
  initialize(f, random);
  const TrainingResult r = fit(f, y, bowl(y), settings, SquaredLoss{}, Adam<double>({.rate = 1e-2}));
  INFO(r);
  CHECK(r.status == TrainingStatus::finished);
  CHECK((f(y) - bowl(y)).squaredNorm() / 400 < 0.02 * variance);
  CHECK(audit(f.layout(), f.parameters().vector()).empty());

  Picnn<double, Softplus, Tanh> g({.context = 3, .inputs = 2, .hidden = {16}, .context_hidden = {16}});
  initialize(g, random);
  const Matrix<double> shifted = bowl(y).array() + x.row(0).array().sin();
  CHECK(fit(g, x, y, shifted, settings, SquaredLoss{}, Adam<double>({.rate = 1e-2})).status == TrainingStatus::finished);
  CHECK((g(x, y) - shifted).squaredNorm() / 400 < 0.05);

  FeedForward<double, Tanh> h({.inputs = 3, .hidden = {16}, .outputs = 2});
  initialize(h, random);
  const Matrix<double> labels = (x.topRows(2).array() > 0).cast<double>();
  CHECK(fit(h, x, labels, settings, LogisticLoss(), Sgd<double>({.rate = 0.1, .momentum = 0.9})).status ==
        TrainingStatus::finished);
  CHECK(((h(x).array() > 0).cast<double>() - labels.array()).abs().mean() < 0.03);
}

TEST_CASE("the same seed gives the same network, another one another", "[learning]") {
  Random random(2);
  const Matrix<float> y = random_matrix<float>(random, 2, 50), t = 0.5F * y.colwise().squaredNorm();
  const auto learn = [&](std::uint64_t seed, Index threads = 1) {
    Ficnn<float, Relu> f({.inputs = 2, .hidden = {8}});
    initialize(f, Random(1));
    (void)fit(f, y, t, {.epochs = 3, .batch = 8, .seed = seed, .threads = threads});
    return f;
  };
  CHECK(learn(1) == learn(1));
  CHECK_FALSE(learn(1) == learn(2));
  const auto serial = learn(1), threaded = learn(1, 3);
  CHECK(threaded == learn(1, 3));
  CHECK((serial.parameters().vector() - threaded.parameters().vector()).norm() < 1e-4F);
}

TEST_CASE("a rate that diverges is a status, and the network stays finite", "[learning]") {
  Random random(3);
  const Matrix<double> y = random_matrix<double>(random, 2, 50);
  for (const double rate : {1e3, 1e150, 1e300}) {
    Ficnn<double, Softplus, Square> wild({.inputs = 2, .hidden = {8, 8}});
    initialize(wild, random);
    const TrainingResult r = fit(wild, y, bowl(y), {.epochs = 50, .batch = 10}, SquaredLoss{}, Sgd<double>({.rate = rate}));
    INFO(rate << ": " << r);
    CHECK(r.status == TrainingStatus::diverged);
    CHECK(wild.parameters().vector().allFinite());
    CHECK(std::isfinite(wild(Vector<double>(Vector<double>::Zero(2)))));
  }
}

TEST_CASE("fit refuses empty data, wrong shapes and NaN, and changes nothing", "[learning]") {
  Random random(4);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {4}});
  initialize(f, random);
  const auto before = f;
  Matrix<double> y = Matrix<double>::Ones(2, 3), t = Matrix<double>::Ones(1, 3);
  CHECK_ERROR(fit(f, Matrix<double>(2, 0), Matrix<double>(1, 0)), "at least one sample");
  CHECK_ERROR(fit(f, Matrix<double>::Ones(3, 3), t), "points y of shape 2 x B");
  CHECK_ERROR(fit(f, y, Matrix<double>::Ones(1, 2)), "targets of shape 1 x B");
  t(0, 1) = std::nan("");
  CHECK_ERROR(fit(f, y, t), "finite targets");
  t(0, 1) = 0;
  y(0, 0) = infinity;
  CHECK_ERROR(fit(f, y, t), "finite points y");
  CHECK(f == before);
}

namespace {

/// The relative error of a network on fresh points of [-2, 2]^d, fitted to target(A y + b) at random A, b.
template <class Network, class Target>
double regression_error(Network f, Index samples, const TrainingSettings& settings, double rate, const Target& target) {
  using S = typename Network::Scalar;
  Random random(5);
  Matrix<S> A(5, f.inputs()), y(f.inputs(), samples), fresh(f.inputs(), 1000);
  Vector<S> b(5);
  random.fill_normal(A, 1 / std::sqrt(static_cast<double>(f.inputs())));
  random.fill_normal(b);
  random.fill_uniform(y, -2, 2);
  random.fill_uniform(fresh, -2, 2);
  const auto values = [&](const Matrix<S>& points) {
    Matrix<S> t(1, points.cols());
    for (Index c = 0; c < points.cols(); ++c) t(0, c) = target(Vector<S>(A * points.col(c) + b));
    return t;
  };
  initialize(f, random);
  (void)fit(f, y, values(y), settings, SquaredLoss{}, Adam<S>({.rate = rate}));
  const Matrix<S> exact = values(fresh);
  return static_cast<double>((f(fresh) - exact).norm() / exact.norm());
}

}  // namespace

TEST_CASE("convex regression to one percent on fresh points", "[learning]") {
  const auto log_sum_exp = [](const auto& s) { return std::log(s.array().exp().sum()); };
  const TrainingSettings settings{.epochs = 150, .batch = 32, .final_rate = 1e-3};
  const Ficnn<double, Softplus> plane({.inputs = 2, .hidden = {32, 32}});
  CHECK(regression_error(plane, 2000, settings, 1e-2, log_sum_exp) < 0.01);
#ifndef ICNN_FEWER_CASES  // for its time
  const auto quadratic = [](const auto& s) { return s.squaredNorm() / 2; };
  const auto maximum = [](const auto& s) { return s.maxCoeff(); };
  CHECK(regression_error(plane, 2000, settings, 1e-2, quadratic) < 0.01);
  // A maximum of k affine functions takes k - 1 layers to write down.
  const Ficnn<double, Relu> kinked({.inputs = 2, .hidden = {32, 32, 32, 32}});
  CHECK(regression_error(kinked, 2000, settings, 1e-2, maximum) < 0.01);
  const TrainingSettings longer{.epochs = 60, .batch = 64, .final_rate = 1e-3};
  const Ficnn<float, Softplus> smooth({.inputs = 10, .hidden = {64, 64}});
  CHECK(regression_error(smooth, 10000, longer, 1e-2, log_sum_exp) < 0.01);
  CHECK(regression_error(smooth, 10000, longer, 1e-2, quadratic) < 0.01);
  const Ficnn<float, Relu> deep({.inputs = 10, .hidden = {32, 32, 32, 32}});
  CHECK(regression_error(deep, 20000, longer, 1e-2, maximum) < 0.01);
#endif
}

TEST_CASE("fit: samples in rows, steps that are too large and targets that are too far away are said", "[learning]") {
  Random random(5);
  const Matrix<double> y = random_matrix<double>(random, 2, 50);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {8}});
  initialize(f, random);
  CHECK_ERROR(fit(f, Matrix<double>(y.transpose()), bowl(y)), "samples are columns: transpose it");
  CHECK_ERROR(fit(f, y, Matrix<double>(bowl(y).transpose())), "1 x B, a column for every one of the same B samples");
  auto wild = f;
  const TrainingResult huge = fit(wild, y, bowl(y), {.epochs = 20}, SquaredLoss{}, Sgd<double>({.rate = 1e6}));
  CHECK(huge.status == TrainingStatus::diverged);
  CHECK(wild.parameters().vector().cwiseAbs().maxCoeff() < 1e8);
  auto far = f;
  const Matrix<double> targets = 1e6 * (1 + bowl(y).array());
  CHECK(fit(far, y, targets, {.epochs = 20}).status == TrainingStatus::no_progress);
  // What the message says helps.
  auto near = f;
  const double center = targets.mean(), scale = std::sqrt((targets.array() - center).square().mean());
  CHECK(fit(near, y, (targets.array() - center) / scale, {.epochs = 20}).status == TrainingStatus::finished);
}
