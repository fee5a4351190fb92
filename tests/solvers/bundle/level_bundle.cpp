// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/ball.hpp>
#include <icnn/solvers/black_box.hpp>
#include <icnn/solvers/bundle/level_bundle.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/largest.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class F, class Set>
Result by_level_bundle(F f, const Set& set, double share, const Settings& settings = {}) {
  const Index n = set.dimension();
  Vector<double> scratch(n);
  BlackBoxBuffers buffers(n);
  FunctionModel model(f, buffers, settings.oracle_error, settings.strong_convexity);
  SetRegion region(set);
  BundleWorkspace ws(n);
  Result r;
  r.y.resize(n);
  detail::center(set, r.y, scratch);
  level_bundle(model, region, settings, ws, r, share);
  return r;
}

}  // namespace

TEST_CASE("levels and cutting planes minimize maxima of affine functions, balls included", "[solvers]") {
  Random random(1);
  Index most = 0;
  for (const Index n : {1, 2, 5, 20})
    for (const Index pieces : {1, 2, 10, 60}) {
      const Matrix<double> a = random_matrix<double>(random, n, pieces);
      const Vector<double> b = random_vector<double>(random, pieces);
      const auto f = largest(a, b);
      const Ball ball(Vector<double>::Constant(n, 0.2), 0.8);
      const Settings settings{.relative_gap = 1e-7};
      const auto check = [&](const Result& r) {
        INFO("n " << n << ", pieces " << pieces << ": " << r);
        CHECK(r.status == Status::optimal);
        most = std::max(most, r.evaluations);
      };
      check(by_level_bundle(f, Box::cube(n, -1, 2), 0.35, settings));
      check(by_level_bundle(f, Simplex(n, 2), 0.35, settings));
      check(by_level_bundle(f, ball, 0.35, settings));
      if (n > 1) check(by_level_bundle(f, Product(Ball(Vector<double>::Zero(1), 2), Box::unit(n - 1)), 0.35, settings));
      if (n <= 5) check(by_level_bundle(f, Box::cube(n, -1, 2), 0, settings));
      if (n <= 5) check(by_level_bundle(f, Simplex(n, 2), 0, settings));
    }
  CHECK(most <= 120);
}

TEST_CASE("an affine function on a ball: center minus radius times direction", "[solvers]") {
  const Vector<double> c{{3, -4}};
  const Ball ball(Vector<double>{{1, 2}}, 0.5);
  const auto f = [&](const Vector<double>& y, Vector<double>& g) { return g = c, c.dot(y); };
  const Result r = by_level_bundle(f, ball, 0.35, {.relative_gap = 1e-9});
  INFO(r);
  CHECK(r.status == Status::optimal);
  CHECK(std::abs(r.value - (3 - 8 - 2.5)) <= 1e-8);
  CHECK((r.y - Vector<double>{{1 - 0.3, 2 + 0.4}}).norm() <= 1e-4);
}

TEST_CASE("level methods end with a status whatever they are given", "[solvers]") {
  const auto down = [](const Vector<double>& y, Vector<double>& g) { return g.setConstant(1), y.sum(); };
  for (const double share : {0.0, 0.35}) {
    CHECK(by_level_bundle(down, Box::unit(3), share).status == Status::optimal);
    CHECK(by_level_bundle(down, Box::unit(3), share, {.max_evaluations = 0}).status == Status::budget_reached);
    CHECK(by_level_bundle(down, Box(Vector<double>::Ones(2), Vector<double>::Ones(2)), share).status == Status::optimal);
    CHECK(by_level_bundle(down, WholeSpace(2), share, {.max_evaluations = 200}).status != Status::optimal);
    const auto hill = [](const Vector<double>& y, Vector<double>& g) {
      return g = -2 * y.array() + 0.1, 0.1 * y.sum() - y.squaredNorm();
    };
    const Result h = by_level_bundle(hill, Box::cube(2, -1, 2), share);
    CHECK(h.status == Status::not_convex);
    const auto nan = [](const Vector<double>& y, Vector<double>& g) {
      return g.setConstant(1), y(0) < 0.4 ? std::nan("") : y.sum();
    };
    CHECK(by_level_bundle(nan, Box::unit(2), share).status == Status::non_finite);
  }
}
