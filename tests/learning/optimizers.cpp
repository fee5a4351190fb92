// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/softplus.hpp>
#include <icnn/learning/optimizers.hpp>
#include <icnn/networks/ficnn.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("Adam's steps are the formulas of the paper", "[learning]") {
  Adam<double> adam({.rate = 0.1, .beta1 = 0.8, .beta2 = 0.9, .epsilon = 1e-3, .weight_decay = 0.5});
  double p = 2, m = 0, v = 0;
  Vector<double> parameters = Vector<double>::Constant(1, p), g(1);
  for (int t = 1; t <= 5; ++t) {
    g(0) = 3 - t;
    m = 0.8 * m + 0.2 * g(0);
    v = 0.9 * v + 0.1 * g(0) * g(0);
    p -= 0.1 * 0.5 * p;
    p -= 0.1 * (m / (1 - std::pow(0.8, t))) / (std::sqrt(v / (1 - std::pow(0.9, t))) + 1e-3);
    adam.step(parameters, g);
    CHECK(std::abs(parameters(0) - p) < 1e-14);
  }
}

TEST_CASE("SGD with momentum is the heavy ball", "[learning]") {
  Sgd<double> sgd({.rate = 0.1, .momentum = 0.9});
  Vector<double> p = Vector<double>::Zero(1), g = Vector<double>::Ones(1);
  sgd.step(p, g);
  CHECK(std::abs(p(0) + 0.1) < 1e-15);
  sgd.step(p, g, 0.5);
  CHECK(std::abs(p(0) + 0.1 + 0.05 * 1.9) < 1e-15);
}

TEST_CASE("a step projects negative W^z, and refuses to make anything that is not finite", "[learning]") {
  Random random(1);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  Sgd<double> sgd({.rate = 1});
  const Vector<double> large = Vector<double>::Constant(f.parameter_count(), 100);
  CHECK(take_step(f, sgd, large));
  CHECK(f.parameters()["Wz[1]"].cwiseAbs().maxCoeff() == 0);
  CHECK(f.parameters()["Wy[0]"].maxCoeff() < -90);
  const auto before = f;
  Vector<double> bad = large;
  bad(1) = std::nan("");
  CHECK_FALSE(take_step(f, sgd, bad));
  CHECK(f == before);
  CHECK_FALSE(take_step(f, sgd, Vector<double>(large * 1e307)));  // overflows
  CHECK(f == before);
  CHECK_ERROR(take_step(f, sgd, Vector<double>::Ones(1)), "a gradient of shape");
}

TEST_CASE("a sweep is a step on the whole vector and a projection, signs by lines included", "[learning]") {
  Random random(2);
  Ficnn<float, Softplus> f({.inputs = 3, .hidden = {40, 50}, .non_decreasing = {1}, .output = {.linear = true}});
  randomize(f, random);
  Adam<float> swept({.rate = 0.3, .weight_decay = 0.01}), whole = swept;
  Vector<float> before, expected = f.parameters().vector();
  for (int step = 0; step < 5; ++step) {
    const auto g = random_vector<float>(random, f.parameter_count());
    whole.step(expected, g, 0.5);
    Parameters<float>::project(f.layout(), expected);
    CHECK(take_step(f, swept, g, 0.5, before));
    CHECK((f.parameters().vector() - expected).cwiseAbs().maxCoeff() < 1e-6F);  // Eigen rounds square roots by alignment
    expected = f.parameters().vector();
  }
  CHECK(audit(f.layout(), f.parameters().vector()).empty());
}

TEST_CASE("a sweep that fails or throws leaves the network as it was", "[learning]") {
  Random random(3);
  Ficnn<double, Softplus> f({.inputs = 30, .hidden = {50, 50}});
  randomize(f, random);
  const auto kept = f;
  Vector<double> before;
  for (const Index bad : {Index{0}, Index{1023}, Index{1500}, f.parameter_count() - 1}) {
    const auto spoil = [&](Index first, auto piece, bool by_throwing) {
      piece.array() -= 1;
      if (bad < first || bad >= first + piece.size()) return;
      if (by_throwing) fail({"spoil", "no more", "stop"});
      piece(bad - first) = infinity;
    };
    CHECK_FALSE(f.sweep([&](Index first, auto piece) { spoil(first, piece, false); }, before));
    CHECK(f == kept);
    CHECK_ERROR(f.sweep([&](Index first, auto piece) { spoil(first, piece, true); }, before), "stop");
    CHECK(f == kept);
  }
}

/// What a user may write: a step on the whole vector, and nothing else.
struct Plain {
  template <class P, class G>
  void step(P&& parameters, const G& gradient, double factor) {
    parameters -= factor * gradient;
  }
};

TEST_CASE("an optimizer needs no more than step()", "[learning]") {
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  Plain plain;
  const Vector<double> g = Vector<double>::Ones(f.parameter_count());
  CHECK(take_step(f, plain, g, 0.5));
  CHECK(f.parameters()["Wz[1]"].isZero());
  CHECK(f.parameters()["Wy[0]"].isConstant(-0.5));
}

TEST_CASE("optimizers refuse settings out of range", "[learning]") {
  CHECK_ERROR(Adam<double>({.epsilon = infinity}), "a finite epsilon > 0");
  CHECK_ERROR(Adam<double>({.weight_decay = infinity}), "a finite weight_decay >= 0");
  CHECK_ERROR(Adam<double>({.rate = 0}), "a finite rate > 0");
  CHECK_ERROR(Adam<double>({.beta1 = 1}), "beta1 in [0, 1)");
  CHECK_ERROR(Adam<double>({.beta2 = -0.1}), "beta2 in [0, 1)");
  CHECK_ERROR(Adam<double>({.epsilon = 0}), "epsilon > 0");
  CHECK_ERROR(Adam<double>({.weight_decay = -1}), "weight_decay >= 0");
  CHECK_ERROR(Sgd<double>({.rate = std::nan("")}), "a finite rate > 0");
  CHECK_ERROR(Sgd<double>({.momentum = 1}), "momentum in [0, 1)");
  CHECK_ERROR(Sgd<double>({.weight_decay = -1}), "weight_decay >= 0");
}
