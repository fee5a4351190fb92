// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/any.hpp>
#include <icnn/learning/fit.hpp>
#include <icnn/learning/initialize.hpp>
#include <icnn/learning/signal.hpp>

#include "tests/support/cases.hpp"
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
  initialize(f, random, y.leftCols(300));
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

TEST_CASE("convex regression in full: one percent in every dimension", "[learning]") {
  const Index most = cases(50, 0, 0);  // minutes
  const auto log_sum_exp = [](const auto& s) { return std::log(s.array().exp().sum()); };
  const auto quadratic = [](const auto& s) { return s.squaredNorm() / 2; };
  const auto maximum = [](const auto& s) { return s.maxCoeff(); };
  const auto norm = [](const auto& s) { return s.norm(); };
  for (Index d = 2; d <= most; d *= 5) {
    const Index samples = d < 10 ? 20000 : 100000;
    const TrainingSettings settings{.epochs = 60, .batch = 64, .final_rate = 1e-3};
    const Ficnn<float, Softplus> smooth({.inputs = d, .hidden = {64, 64}});
    const Ficnn<float, Softplus> wide({.inputs = d, .hidden = {128, 128}});
    const Ficnn<float, Relu> deep({.inputs = d, .hidden = {32, 32, 32, 32}});
    INFO(d << " dimensions");
    CHECK(regression_error(smooth, samples, settings, 1e-2, log_sum_exp) < 0.01);
    CHECK(regression_error(smooth, samples, settings, 1e-2, quadratic) < 0.01);
    CHECK(regression_error(wide, samples, settings, 5e-3, norm) < 0.01);
    CHECK(regression_error(deep, samples, settings, 5e-3, maximum) < 0.01);
  }
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

TEST_CASE("a training that is interrupted anywhere and resumed ends in the same bits", "[learning]") {
  Random random(6);
  const Matrix<float> y = random_matrix<float>(random, 2, 60), t = 0.5F * y.colwise().squaredNorm();
  Ficnn<float, Softplus> start({.inputs = 2, .hidden = {8}});
  initialize(start, random);
  for (const double average : {0.0, 0.9}) {
    const auto settings = [&](TrainingState& state, int stop) {
      return TrainingSettings{.epochs = 6,
                              .batch = 8,
                              .final_rate = 0.1,
                              .clip_norm = 0.5,
                              .average = average,
                              .validation = 0.2,
                              .seed = 9,
                              .observer = [n = 0, stop](const TrainingProgress&) mutable { return ++n != stop; },
                              .state = &state};
    };
    auto whole = start;
    TrainingState of_whole;
    const auto done = fit(whole, y, t, settings(of_whole, -1));
    for (const int stop : {1, 6, 17, 36}) {
      auto part = start;
      TrainingState state;
      Adam<float> adam;
      CHECK(fit(part, y, t, settings(state, stop), SquaredLoss{}, adam).status == TrainingStatus::stopped);
      // As from a file: another network, and copies of state and optimizer.
      Ficnn<float, Softplus> other({.inputs = 2, .hidden = {8}});
      TrainingState copy = state;
      Adam<float> continued = adam;
      const auto rest = fit(other, y, t, settings(copy, -1), SquaredLoss{}, continued);
      CHECK(other == whole);
      CHECK((rest.validation == done.validation && rest.best_epoch == done.best_epoch && rest.loss == done.loss));
      copy.seconds = of_whole.seconds;
      CHECK(copy == of_whole);
      Ficnn<float, Softplus> wider({.inputs = 2, .hidden = {9}});
      const auto untouched = wider;
      CHECK_ERROR(fit(wider, y, t, settings(state, -1)), "a network of the same architecture");
      CHECK(wider == untouched);
    }
  }
}

TEST_CASE("the best epoch and the average become the result", "[learning]") {
  Random random(7);
  const Matrix<double> y = random_matrix<double>(random, 2, 100);
  const Matrix<double> noisy = bowl(y) + 0.3 * random_matrix<double>(random, 1, 100);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {16}});
  initialize(f, random);
  auto g = f, h = f;
  TrainingState state;
  const auto r = fit(f, y, noisy, {.epochs = 200, .batch = 10, .validation = 0.3, .patience = 10, .state = &state},
                     SquaredLoss{}, Adam<double>({.rate = 3e-2}));
  INFO(r);
  CHECK(r.best_epoch >= 1);
  double loss = 0;
  for (const Index i : state.held_out) loss += 0.5 * std::pow(f(y.col(i)) - noisy(0, i), 2);
  CHECK(std::abs(loss / static_cast<double>(state.held_out.size()) - r.validation) < 1e-10);
  // The average of a noisy descent is nearer to the best than where the descent is.
  const Sgd<double> sgd({.rate = 0.05});
  (void)fit(g, y, noisy, {.epochs = 100, .batch = 1}, SquaredLoss{}, Sgd<double>(sgd));
  (void)fit(h, y, noisy, {.epochs = 100, .batch = 1, .average = 0.999}, SquaredLoss{}, Sgd<double>(sgd));
  CHECK((h(y) - noisy).squaredNorm() < (g(y) - noisy).squaredNorm());
  CHECK(audit(h.layout(), h.parameters().vector()).empty());
}

TEST_CASE("long gradients are shortened", "[learning]") {
  Random random(8);
  const Matrix<double> y = random_matrix<double>(random, 2, 10);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {4}});
  initialize(f, random);
  f.edit([](auto& edit) { edit["Wz[1]"].array() += 1; });  // so that no projection adds to the step
  const auto before = f;
  (void)fit(f, y, 1e4 * bowl(y), {.epochs = 1, .batch = 10, .clip_norm = 1e-3}, SquaredLoss{}, Sgd<double>({.rate = 1}));
  CHECK(std::abs((f.parameters().vector() - before.parameters().vector()).norm() - 1e-3) < 1e-9);
}

TEST_CASE("W^z >= 0 by softplus and exponential learns as projection does", "[learning]") {
  Random random(9);
  const Matrix<double> y = random_matrix<double>(random, 2, 400);
  for (const auto how : {NonNegativity::softplus, NonNegativity::exponential}) {
    Ficnn<double, Softplus> f({.inputs = 2, .hidden = {16, 16}});
    initialize(f, Random(3));
    (void)fit(f, y, bowl(y), {.epochs = 60, .batch = 20, .final_rate = 0.01}, SquaredLoss{},
              Adam<double>({.rate = 1e-2, .non_negativity = how}));
    CHECK((f(y) - bowl(y)).squaredNorm() / 400 < 0.01);
    CHECK(f.parameters()["Wz[1]"].minCoeff() > 0);
  }
}

TEST_CASE("Sobolev losses fit values and slopes, and have the gradient that differences have", "[learning]") {
  Random random(10);
  const Matrix<double> y = random_matrix<double>(random, 3, 40), x = random_matrix<double>(random, 2, 40);
  const Matrix<double> slopes = y;
  // One step of plain gradient descent against differences of the loss by hand.
  Picnn<double, Softplus, Tanh> p({.context = 2, .inputs = 3, .hidden = {6}, .context_hidden = {5}});
  initialize(p, random);
  p.edit([](auto& edit) { edit["Wz[1]"].array() += 1; });
  const SobolevLoss<HuberLoss> loss{HuberLoss(0.7), 2.5};
  const auto value = [&](const auto& f) {
    Matrix<double> gradient(3, 40);
    auto ws = f.workspace({.columns = 40});
    const RowVector<double> values = f.gradients(x, y, {.y = gradient}, ws);
    double sum = 0;
    for (Index c = 0; c < 40; ++c) sum += loss.values.value(values(c), bowl(y)(0, c));
    return (sum + 0.5 * loss.slope_weight * (gradient - slopes).squaredNorm()) / 40;
  };
  auto stepped = p;
  const double rate = 1e-3;
  const auto r = fit(stepped, x, y, bowl(y), slopes, {.epochs = 1, .batch = 40}, loss, Sgd<double>({.rate = rate}));
  CHECK(std::abs(r.loss - value(p)) < 1e-10);
  const Vector<double> gradient = (p.parameters().vector() - stepped.parameters().vector()) / rate;
  const Vector<double> d = random_vector<double>(random, gradient.size());
  const auto moved = [&](double t) {
    auto q = p;
    q.edit([&](auto& edit) { edit.vector() += t * d; }, Positivity::project);
    return value(q);
  };
  CHECK(std::abs((moved(1e-5) - moved(-1e-5)) / 2e-5 - d.dot(gradient)) < 1e-6 * (1 + d.norm() * gradient.norm()));

  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {24, 24}});
  initialize(f, random);
  (void)fit(f, y, bowl(y), slopes, {.epochs = 400, .batch = 20, .final_rate = 0.01}, SobolevLoss<>{},
            Adam<double>({.rate = 1e-2}));
  Matrix<double> found(3, 40);
  auto ws = f.workspace({.columns = 40});
  static_cast<void>(f.gradients(y, {.y = found}, ws));
  CHECK((found - slopes).norm() < 0.05 * slopes.norm());
  CHECK_ERROR(fit(f, y, bowl(y), slopes, {}, SobolevLoss<>{{}, -1}), "a finite slope_weight >= 0");
  CHECK_ERROR(fit(f, y, bowl(y), slopes.topRows(2), {}), "slopes of shape 3 x B");
}
