// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/tanh.hpp>
#include <icnn/learning/energy_loss.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using Network = Picnn<double, Softplus, Tanh>;

struct Problem {
  Network f{
      {.context = 3, .inputs = 4, .hidden = {8}, .context_hidden = {5}, .output = {.diagonal = true, .bilinear = true}}};
  Matrix<double> x, y;
  explicit Problem(std::uint64_t seed) {
    Random random(seed);
    randomize(f, random);
    x = random_matrix<double>(random, 3, 6);
    y = (random_matrix<double>(random, 4, 6).array() > 0).cast<double>();
  }
  [[nodiscard]] EnergyBatch loss(const Network& network, const EnergySettings& settings,
                                 const Wanted<double>& wanted = {}) const {
    EnergyLoss<Network> energy(network, settings, 6);
    Matrix<double> predictions = Matrix<double>::Constant(4, 6, 0.5);
    return energy.evaluate(network, x, y, predictions, wanted);
  }
};

}  // namespace

TEST_CASE("the energy loss is what its definition says, by brute force", "[learning]") {
  const Problem p(1);
  for (const double tau : {0.0, 0.7}) {
    const EnergySettings settings{
        .entropy = tau, .false_negative = 2, .false_positive = 0.5, .inner = {.relative_gap = 1e-9}};
    const EnergyBatch batch = p.loss(p.f, settings);
    CHECK(batch.certified == 6);
    double expected = 0;
    for (Index c = 0; c < 6; ++c) {
      const Vector<double> label = p.y.col(c);
      const auto inner = [&](const Vector<double>& v, Vector<double>& g) {
        const auto at = p.f.at(p.x.col(c));
        g = at.gradient(v);
        double value = at(v);
        for (Index j = 0; j < 4; ++j) {
          value -= 2 * label(j) * (1 - v(j)) + 0.5 * (1 - label(j)) * v(j);
          g(j) += 2 * label(j) - 0.5 * (1 - label(j));
          if (tau > 0) {  // kept off the boundary, where its slope is infinite
            value += tau * (v(j) * std::log(v(j)) + (1 - v(j)) * std::log1p(-v(j)));
            g(j) += tau * (std::log(v(j)) - std::log1p(-v(j)));
          }
        }
        return value;
      };
      const Box box = tau > 0 ? Box::cube(4, 1e-9, 1 - 1e-9) : Box::unit(4);
      const Result r =
          argmin(inner, box, {.relative_gap = 1e-6, .max_evaluations = 20000, .start = Vector<double>::Constant(4, 0.5)});
      expected += (p.f(p.x.col(c), p.y.col(c)) - r.value) / 6;
    }
    CHECK(std::abs(batch.loss - expected) < 1e-4);
    CHECK(batch.loss >= 0);
  }
}

TEST_CASE("its gradients are Danskin's, by differences in parameters and contexts", "[learning]") {
  Problem p(2);
  const EnergySettings settings{.entropy = 0.5, .inner = {.relative_gap = 1e-10, .max_evaluations = 5000}};
  Vector<double> gradient(p.f.parameter_count());
  Matrix<double> gx(3, 6);
  CHECK(p.loss(p.f, settings, {.x = gx, .parameters = gradient}).certified == 6);
  Random random(3);
  const double h = 1e-4;
  for (int k = 0; k < 30; ++k) {
    const Index i = random.index(p.f.parameter_count());
    const auto moved = [&](double step) {
      auto f = p.f;
      f.edit([&](auto& edit) { edit.vector()(i) += step; });
      return p.loss(f, settings).loss;
    };
    if (p.f.parameters().vector()(i) < 2 * h && p.f.parameters().vector()(i) >= 0) continue;
    INFO("parameter " << i);
    CHECK(std::abs((moved(h) - moved(-h)) / (2 * h) - gradient(i)) < 1e-5 * (1 + std::abs(gradient(i))));
  }
  for (Index c = 0; c < 6; ++c) {
    const auto moved = [&](double step) {
      Problem q = p;
      q.x(1, c) += step;
      return q.loss(q.f, settings).loss;
    };
    CHECK(std::abs((moved(h) - moved(-h)) / (2 * h) - gx(1, c)) < 1e-5 * (1 + std::abs(gx(1, c))));
  }
}

TEST_CASE("weights of samples: a weight of 2 is the sample twice, 0 is without it", "[learning]") {
  const Problem p(6);
  EnergyLoss<Network> energy(p.f, {.entropy = 0.3, .inner = {.relative_gap = 1e-10}}, 6);
  const auto evaluate = [&](const Matrix<double>& x, const Matrix<double>& y, const RowVector<double>& weights) {
    Vector<double> gradient(p.f.parameter_count());
    Matrix<double> predictions = Matrix<double>::Constant(4, x.cols(), 0.5);
    const EnergyBatch batch = energy.evaluate(p.f, x, y, predictions, {.parameters = gradient, .seeds = weights});
    return std::pair(batch.loss, gradient);
  };
  RowVector<double> weights(3), ones = RowVector<double>::Ones(3);
  weights << 2, 0, 1;
  const auto repeated = [](const Matrix<double>& m) {
    Matrix<double> result(m.rows(), 3);
    result << m.col(0), m.col(0), m.col(2);
    return result;
  };
  const auto [loss, gradient] = evaluate(p.x.leftCols(3), p.y.leftCols(3), weights);
  const auto [expected, expected_gradient] = evaluate(repeated(p.x), repeated(p.y), ones);
  CHECK(std::abs(loss - expected) < 1e-9);
  CHECK((gradient - expected_gradient).norm() < 1e-9 * (1 + gradient.norm()));
}

TEST_CASE("predictions come back for a warm start", "[learning]") {
  const Problem p(4);
  EnergyLoss<Network> energy(p.f, {.entropy = 0.2, .inner = {.relative_gap = 1e-8}}, 6);
  Matrix<double> predictions = Matrix<double>::Constant(4, 6, 0.5);
  const EnergyBatch cold = energy.evaluate(p.f, p.x, p.y, predictions, {});
  const EnergyBatch warm = energy.evaluate(p.f, p.x, p.y, predictions, {});
  CHECK(warm.evaluations < cold.evaluations);
  CHECK(std::abs(warm.loss - cold.loss) <= warm.gap + cold.gap + 1e-12);
  // A smaller batch, in float as well.
  const auto single = p.f.cast<float>();
  EnergyLoss<decltype(p.f.cast<float>())> in_float(single, {.entropy = 0.2}, 6);
  const EnergyBatch part = in_float.evaluate(single, p.x.leftCols(6).cast<float>(), p.y.cast<float>(), predictions, {});
  CHECK(std::abs(part.loss - warm.loss) < 1e-3);
}

TEST_CASE("on simplices, and with a chord in place of the Hamming loss, loss and gradient are those by their definition",
          "[learning]") {
  Problem p(7);
  for (Index c = 0; c < 6; ++c) p.y.col(c) = Vector<double>::Unit(4, c % 4);
  const auto delta = [](double label, double prediction) { return 3 * (label - prediction) * (label - prediction); };
  const Simplex simplex(4);
  for (const double tau : {0.0, 0.4}) {
    const EnergySettings settings{.entropy = tau, .delta = delta, .inner = {.relative_gap = 1e-11, .max_evaluations = 5000}};
    const auto loss = [&](const Network& f, const Wanted<double>& wanted) {
      EnergyLoss<Network, Simplex> energy(f, settings, 6, simplex);
      Matrix<double> predictions = Matrix<double>::Constant(4, 6, 0.25);
      return energy.evaluate(f, p.x, p.y, predictions, wanted);
    };
    Vector<double> gradient(p.f.parameter_count());
    const EnergyBatch batch = loss(p.f, {.parameters = gradient});
    CHECK(batch.certified == 6);
    double expected = 0;
    for (Index c = 0; c < 6; ++c) {
      // The chord of 3 (y - y')^2 over [0, 1]: 3 at the other end, for labels at an end.
      const Vector<double> label = p.y.col(c), slopes = 3 * (1 - 2 * label.array());
      const auto inner = [&](const Vector<double>& v, Vector<double>& g) {
        const auto at = p.f.at(p.x.col(c));
        g = at.gradient(v) - slopes;
        double value = at(v) - slopes.dot(v) - 3 * label.sum();
        for (Index j = 0; j < 4 && tau > 0; ++j) {
          const double q = std::max(v(j), 1e-12);
          value += tau * q * std::log(q);
          g(j) += tau * (1 + std::log(q));
        }
        return value;
      };
      const Result r = argmin(inner, simplex, {.relative_gap = 1e-5, .max_evaluations = 20000});
      expected += (p.f(p.x.col(c), p.y.col(c)) - r.value) / 6;
    }
    CHECK(std::abs(batch.loss - expected) < 1e-3 * (1 + std::abs(expected)));
    Random random(8);
    Vector<double> d = random_vector<double>(random, gradient.size());
    for (Index i = 0; i < d.size(); ++i) d(i) *= std::abs(p.f.parameters().vector()(i)) > 1e-2;
    const auto moved = [&](double t) {
      auto f = p.f;
      f.edit([&](auto& edit) { edit.vector() += t * d; });
      return loss(f, {}).loss;
    };
    CHECK(std::abs((moved(1e-4) - moved(-1e-4)) / 2e-4 - d.dot(gradient)) < 1e-5 * (1 + gradient.norm() * d.norm()));
  }
}

TEST_CASE("a sample that is proven to be satisfied adds no gradient", "[learning]") {
  Problem p(9);
  p.y.setZero();
  p.f.edit([](auto& edit) { edit["Wy[1]"].array() += 60; });  // all minima at the label 0
  Vector<double> gradient(p.f.parameter_count());
  const EnergyBatch batch = p.loss(p.f, {.inner = {.relative_gap = 1e-9}}, {.parameters = gradient});
  CHECK((batch.satisfied == 6 && batch.certified == 6));
  CHECK(gradient.norm() == 0);
  CHECK(std::abs(batch.loss) < 1e-7);
  p.y.row(1).setOnes();
  CHECK(p.loss(p.f, {.inner = {.relative_gap = 1e-9}}, {.parameters = gradient}).satisfied == 0);
  CHECK(gradient.norm() > 1);
}

TEST_CASE("the energy loss refuses what does not fit", "[learning]") {
  const Problem p(5);
  CHECK_ERROR(EnergyLoss<Network>(p.f, {.entropy = -1}, 1), "a finite entropy >= 0");
  CHECK_ERROR(EnergyLoss<Network>(p.f, {.false_negative = -1}, 1), "a finite false_negative >= 0");
  CHECK_ERROR(EnergyLoss<Network>(p.f, {.false_positive = std::nan("")}, 1), "a finite false_positive >= 0");
  CHECK_ERROR(EnergyLoss<Network>(p.f, {.inner = {.relative_gap = -1}}, 1), "relative_gap >= 0");
  CHECK_ERROR(EnergyLoss<Network>(p.f, {}, 1, Box::unit(3)), "a set in 4 dimensions");
  CHECK_ERROR(EnergyLoss<Network>(p.f, {}, 1, Box::cube(4, 0, infinity)), "a bounded box of labels");
  EnergyLoss<Network> energy(p.f, {}, 6);
  Matrix<double> predictions = Matrix<double>::Constant(4, 6, 0.5);
  EnergyLoss<Network, Simplex> on_simplex(p.f, {}, 6, Simplex(4));
  CHECK_ERROR(on_simplex.evaluate(p.f, p.x, Matrix<double>::Constant(4, 6, 0.5), predictions, {}), "labels of a sum of 1");
  EnergyLoss<Network> odd(p.f, {.delta = [](double, double) { return infinity; }}, 6);
  CHECK_ERROR(odd.evaluate(p.f, p.x, p.y, predictions, {}), "a finite delta");
  CHECK_ERROR(energy.evaluate(p.f, p.x.topRows(2), p.y, predictions, {}), "contexts x of shape 3 x 6");
  CHECK_ERROR(energy.evaluate(p.f, p.x, 2 * p.y, predictions, {}), "labels in [0, 1]");
  Matrix<double> few(4, 5);
  CHECK_ERROR(energy.evaluate(p.f, p.x, p.y, few, {}), "predictions of shape 4 x 6");
  EnergyLoss<Network> small(p.f, {}, 5);
  CHECK_ERROR(small.evaluate(p.f, p.x, p.y, predictions, {}), "a batch of 1..5 samples");
  RowVector<double> weights = RowVector<double>::Ones(5);
  CHECK_ERROR(energy.evaluate(p.f, p.x, p.y, predictions, {.seeds = weights}), "seeds (weights of samples) of shape 1 x 6");
  weights = RowVector<double>::Constant(6, -1);
  CHECK_ERROR(energy.evaluate(p.f, p.x, p.y, predictions, {.seeds = weights}), "seeds (weights of samples) >= 0");
}
