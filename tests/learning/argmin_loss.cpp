// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/any.hpp>
#include <icnn/learning/argmin_loss.hpp>
#include <icnn/learning/initialize.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using Energy = AnyPicnn<double>;  // one type for all

template <class A>
Energy energy(std::uint64_t seed) {
  Energy f({.context = 3, .inputs = 4, .hidden = {8, 6}, .context_hidden = {5, 5}}, A{}, Tanh{});
  initialize(f, Random(seed));
  return f;
}

struct Samples {
  Matrix<double> x, targets;
  explicit Samples(std::uint64_t seed) {
    Random random(seed);
    x = random_matrix<double>(random, 3, 5);
    targets = Matrix<double>(4, 5);
    random.fill_uniform(targets, 0, 1);
  }
};

template <class Set, class L>
ArgminLossBatch loss_of(const Energy& f, const Samples& samples, const Set& set, const ArgminLossSettings& settings,
                        const L& loss, const Wanted<double>& wanted = {}) {
  ArgminLoss<Energy, Set> argmin_loss(f, set, settings);
  Matrix<double> predictions = Matrix<double>::Constant(4, 5, 0.25);
  return argmin_loss.evaluate(f, samples.x, samples.targets, predictions, loss, wanted);
}

/// The share of entries of the parameters, and all of the contexts, whose derivative is that by differences.
template <class A, class Set, class L>
void check_through_argmin(std::uint64_t seed, const Set& set, ArgminLossSettings settings, const L& loss) {
  const auto f = energy<A>(seed);
  const Samples samples(seed + 100);
  settings.inner = {.relative_gap = 1e-14, .absolute_gap = 0, .max_evaluations = 5000};
  Vector<double> gradient(f.parameter_count());
  Matrix<double> gx(3, 5);
  const ArgminLossBatch batch = loss_of(f, samples, set, settings, loss, {.x = gx, .parameters = gradient});
  CHECK(batch.undefined() == 0);
  CHECK(batch.count(DerivativeStatus::one_sided) == 0);
  if (settings.entropy > 0) CHECK(gradient.norm() > 1e-3);
  // What is asked without derivatives stops at its gap: ask with them, for the minimizer up to rounding.
  const auto value = [&](const Energy& g, const Samples& at) {
    Matrix<double> none(3, 5);
    return loss_of(g, at, set, settings, loss, {.x = none}).loss;
  };
  Random random(seed + 200);
  const double h = 1e-5, size = gradient.norm() + gx.norm();
  Vector<double> d = random_vector<double>(random, f.parameter_count());
  for (Index i = 0; i < d.size(); ++i) d(i) *= std::abs(f.parameters().vector()(i)) > 1e-3;
  const auto moved = [&](double t) {
    auto g = f;
    g.edit([&](auto& edit) { edit.vector() += t * d; });
    return value(g, samples);
  };
  const double by_parameters = (moved(h) - moved(-h)) / (2 * h);
  INFO(batch.loss << ": " << by_parameters << " and " << d.dot(gradient) << " of " << size);
  CHECK(std::abs(by_parameters - d.dot(gradient)) <= 1e-5 * (std::abs(by_parameters) + size) + 1e-10);
  const Matrix<double> direction = random_matrix<double>(random, 3, 5);
  const auto shifted = [&](double t) {
    Samples other = samples;
    other.x += t * direction;
    return value(f, other);
  };
  const double by_x = (shifted(h) - shifted(-h)) / (2 * h);
  CHECK(std::abs(by_x - (direction.array() * gx.array()).sum()) <= 1e-5 * (std::abs(by_x) + size) + 1e-10);
}

}  // namespace

TEST_CASE("gradients through the argmin are those by differences", "[learning]") {
  const Box box = Box::unit(4);
  const Simplex simplex(4);
  for (int k = 1; k <= cases(3, 3, 1); ++k) {
    INFO("seed " << k);
    const auto seed = static_cast<std::uint64_t>(k);
    check_through_argmin<Softplus>(seed, box, {}, SquaredDistance{});
    check_through_argmin<Softplus>(seed, box, {.entropy = 0.5}, CrossEntropy(2));
    check_through_argmin<Softplus>(seed, simplex, {.entropy = 0.5}, SoftF1{});
    check_through_argmin<Softplus>(seed, simplex, {}, SquaredDistance{});
    check_through_argmin<Relu>(seed, box, {.entropy = 0.3}, CrossEntropy());
    check_through_argmin<Relu>(seed, box, {.proximal = 0.7}, SquaredDistance{});
    check_through_argmin<Relu>(seed, simplex, {.proximal = 0.7}, SquaredDistance{});
    check_through_argmin<Relu>(seed, box, {}, SquaredDistance{});
  }
}

TEST_CASE("weights of samples, several threads, and contexts count as they should", "[learning]") {
  const auto f = energy<Softplus>(4);
  const Samples samples(5);
  const ArgminLossSettings settings{.entropy = 0.4, .inner = {.relative_gap = 1e-12}};
  Vector<double> one(f.parameter_count()), three(f.parameter_count());
  const auto loss = loss_of(f, samples, Box::unit(4), settings, SquaredDistance{}, {.parameters = one});
  auto shared = settings;
  shared.threads = 3;
  const auto same = loss_of(f, samples, Box::unit(4), shared, SquaredDistance{}, {.parameters = three});
  CHECK(std::abs(loss.loss - same.loss) < 1e-12);
  CHECK((one - three).norm() < 1e-9 * (1 + one.norm()));
  CHECK((loss.certified == 5 && same.certified == 5));
  RowVector<double> weights(5);
  weights << 1, 0, 0, 0, 0;
  Vector<double> of_first(f.parameter_count());
  const auto first =
      loss_of(f, samples, Box::unit(4), settings, SquaredDistance{}, {.parameters = of_first, .seeds = weights});
  Vector<double> gradient;
  const Result found = argmin(regularized(f.at(samples.x.col(0)), {.entropy = 0.4}), Box::unit(4), {.relative_gap = 1e-12});
  CHECK(std::abs(first.loss - SquaredDistance{}(found.y, samples.targets.col(0), gradient)) < 1e-5);
}

TEST_CASE("a corner teaches nothing, but for a surrogate", "[learning]") {
  auto f = energy<Relu>(6);
  const Samples samples(7);
  Vector<double> gradient(f.parameter_count());
  f.edit([](auto& edit) { edit["Wy[2]"].setConstant(50); });  // all minima in the corner 0
  const auto plain = loss_of(f, samples, Box::unit(4), {}, SquaredDistance{}, {.parameters = gradient});
  CHECK(plain.count(DerivativeStatus::zero) == 5);
  CHECK(gradient.norm() == 0);
  const auto with = loss_of(f, samples, Box::unit(4), {.surrogate = 200}, SquaredDistance{}, {.parameters = gradient});
  CHECK(with.loss == plain.loss);
  CHECK(gradient.norm() > 0);
}

TEST_CASE("the loss on the argmin refuses what does not fit", "[learning]") {
  const auto f = energy<Softplus>(8);
  const Samples samples(9);
  using Loss = ArgminLoss<Energy, Box>;
  CHECK_ERROR(Loss(f, Box::unit(3), {}), "a set in 4 dimensions");
  CHECK_ERROR(Loss(f, Box::unit(4), {.entropy = -1}), "a finite entropy >= 0");
  CHECK_ERROR(Loss(f, Box::unit(4), {.proximal = infinity}), "a finite proximal >= 0");
  CHECK_ERROR(Loss(f, Box::unit(4), {.surrogate = std::nan("")}), "a finite surrogate >= 0");
  CHECK_ERROR(Loss(f, Box::unit(4), {.threads = 0}), "threads >= 1");
  Loss loss(f, Box::unit(4), {});
  Matrix<double> predictions = Matrix<double>::Zero(4, 5), few(4, 2);
  CHECK_ERROR(loss.evaluate(f, samples.x, samples.targets, few, SquaredDistance{}), "predictions of shape 4 x 5");
  CHECK_ERROR(loss.evaluate(f, samples.x, few, predictions, SquaredDistance{}), "5 targets");
  CHECK_ERROR(loss.evaluate(f, Matrix<double>(3, 0), Matrix<double>(4, 0), predictions, SquaredDistance{}),
              "at least one sample");
  CHECK_ERROR(loss.evaluate(f, samples.x, samples.targets, predictions, SquaredDistance{}, {.y = few}), "a request for y");
}
