// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/ball.hpp>
#include <icnn/sets/simplex.hpp>
#include <icnn/solvers/black_box.hpp>
#include <icnn/solvers/gradient/projected_gradient.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

/// The solver on its own, without networks: black boxes with known minima.
using namespace icnn;
using namespace icnn::test;

namespace {

template <class F, class Set>
Result by_projected_gradient(F f, const Set& set, const Settings& settings = {}) {
  const Index n = set.dimension();
  BlackBoxBuffers buffers(n);
  FunctionModel model(f, buffers, settings.oracle_error, settings.strong_convexity);
  SetRegion region(set);
  GradientWorkspace ws(n);
  Result r;
  r.y = Vector<double>::Zero(n);
  set.project(r.y);
  projected_gradient(model, region, settings, ws, r);
  return r;
}

}  // namespace

TEST_CASE("badly conditioned quadratics over a box reach the minimum of their coordinates", "[solvers]") {
  for (const double condition : {1.0, 1e2, 1e4}) {
    const Index n = 20;
    const Vector<double> c = Vector<double>::LinSpaced(n, 1, condition);
    const Vector<double> target = Vector<double>::LinSpaced(n, -2, 2);
    const auto f = [&](const Vector<double>& y, Vector<double>& g) {
      g = c.cwiseProduct(y - target);
      return 0.5 * (y - target).dot(g);
    };
    const Result r = by_projected_gradient(f, Box::cube(n, -1, 1), {.relative_gap = 1e-8});
    INFO(condition << ": " << r);
    CHECK(r.status == Status::optimal);
    const Vector<double> best = target.cwiseMax(-1.0).cwiseMin(1.0);
    CHECK(std::abs(r.value - 0.5 * c.dot(Vector<double>((best - target).cwiseAbs2()))) <= 1e-8 * std::max(1.0, r.value));
  }
}

TEST_CASE("a linear function is solved by one step", "[solvers]") {
  const auto f = [](const Vector<double>& y, Vector<double>& g) {
    g = Vector<double>::LinSpaced(y.size(), 1, 2);
    return g.dot(y);
  };
  const Result simplex = by_projected_gradient(f, Simplex(5));
  CHECK(simplex.status == Status::optimal);
  CHECK(std::abs(simplex.value - 1) < 1e-12);
  const Result ball = by_projected_gradient(f, Ball(Vector<double>::Zero(5), 2));
  CHECK(ball.status == Status::optimal);
}

TEST_CASE("Rosenbrock-like valleys that are convex, over the whole space", "[solvers]") {
  const auto f = [](const Vector<double>& y, Vector<double>& g) {  // log-sum-exp of three affine functions, plus |y|^2 / 200
    const double a = std::exp(y(0) + 3 * y(1) - 0.1), b = std::exp(y(0) - 3 * y(1) - 0.1), c = std::exp(-y(0) - 0.1);
    g(0) = (a + b - c) / (a + b + c) + 0.01 * y(0);
    g(1) = 3 * (a - b) / (a + b + c) + 0.01 * y(1);
    return std::log(a + b + c) + 0.005 * y.squaredNorm();
  };
  const Result r = by_projected_gradient(f, Ball(Vector<double>::Constant(2, 1), 5), {.relative_gap = 1e-8});
  CHECK(r.status == Status::optimal);
  CHECK(std::abs(r.y(1)) < 1e-4);
}

TEST_CASE("an infinite value on the way shortens the step", "[solvers]") {
  const auto f = [](const Vector<double>& y, Vector<double>& g) {  // -log y + y: infinite at 0
    if (y(0) <= 0) return g(0) = -1, infinity;
    g(0) = 1 - 1 / y(0);
    return y(0) - std::log(y(0));
  };
  const Box box(Vector<double>::Zero(1), Vector<double>::Constant(1, 50));
  BlackBoxBuffers buffers(1);
  FunctionModel model(f, buffers);
  SetRegion region(box);
  GradientWorkspace ws(1);
  Result r;
  r.y = Vector<double>::Constant(1, 40);
  projected_gradient(model, region, {}, ws, r);
  CHECK(r.status == Status::optimal);
  CHECK(std::abs(r.y(0) - 1) < 1e-3);
}
