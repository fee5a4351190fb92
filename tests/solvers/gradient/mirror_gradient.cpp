// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/black_box.hpp>
#include <icnn/solvers/gradient/mirror_gradient.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class F, class Set>
Result by_mirror_gradient(F f, const Set& set, double tau, const Settings& settings = {}) {
  const Index n = set.dimension();
  BlackBoxBuffers buffers(n);
  FunctionModel model(f, buffers, settings.oracle_error);
  GradientWorkspace ws(n);
  Result r;
  r.y = Vector<double>::Zero(n);
  set.project(r.y);
  const EntropyTerm term(set, tau);
  mirror_gradient(model, term, settings, ws, r);
  return r;
}

}  // namespace

TEST_CASE("an affine function less entropy is solved at once, by sigmoid and softmax", "[solvers]") {
  const Vector<double> c = Vector<double>::LinSpaced(5, -3, 4);
  const auto f = [&](const Vector<double>& y, Vector<double>& g) { return g = c, c.dot(y); };
  const Result box = by_mirror_gradient(f, Box::unit(5), 0.5);
  CHECK(box.status == Status::optimal);
  CHECK(box.evaluations <= 2);
  CHECK((box.y.array() - 1 / (1 + (c.array() / 0.5).exp())).abs().maxCoeff() < 1e-6);
  const Result simplex = by_mirror_gradient(f, Simplex(5, 2), 0.5);
  CHECK(simplex.status == Status::optimal);
  const Vector<double> weights = (-c.array() / 0.5).exp();
  CHECK((simplex.y - 2 * weights / weights.sum()).norm() < 1e-6);
}

TEST_CASE("quadratics less entropy, from flat to steep", "[solvers]") {
  for (const double tau : {10.0, 1.0, 0.1, 0.01, 1e-3}) {
    for (const double target : {-0.5, 0.3, 0.999, 2.0}) {
      const auto f = [&](const Vector<double>& y, Vector<double>& g) {
        g = 50 * (y.array() - target).matrix();
        return 25 * (y.array() - target).square().sum();
      };
      const Result r = by_mirror_gradient(f, Box::unit(3), tau, {.relative_gap = 1e-9});
      INFO("tau " << tau << ", target " << target << ": " << r);
      CHECK(r.status == Status::optimal);
      // Optimality: 50 (y - target) + tau log(y / (1 - y)) = 0, by bisection.
      double low = 0, high = 1;
      for (int k = 0; k < 200; ++k) {
        const double y = 0.5 * (low + high);
        (50 * (y - target) + tau * (std::log(y) - std::log1p(-y)) > 0 ? high : low) = y;
      }
      CHECK(std::abs(r.y(0) - low) < 1e-4);
    }
  }
}
