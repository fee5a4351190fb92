// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/product.hpp>
#include <icnn/solvers/black_box.hpp>
#include <icnn/solvers/bundle/proximal_bundle.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/largest.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class F, class Set>
Result by_proximal_bundle(F f, const Set& set, const Settings& settings = {}) {
  const Index n = set.dimension();
  Vector<double> scratch(n);
  BlackBoxBuffers buffers(n);
  FunctionModel model(f, buffers, settings.oracle_error, settings.strong_convexity);
  SetRegion region(set);
  BundleWorkspace ws(n);
  Result r;
  r.y.resize(n);
  detail::center(set, r.y, scratch);
  proximal_bundle(model, region, settings, ws, r);
  return r;
}

}  // namespace

TEST_CASE("maxima of affine functions are minimized to 1e-8", "[solvers]") {
  Random random(1);
  Index most = 0;
  for (const Index n : {1, 2, 5, 20, 60})
    for (const Index pieces : {1, 2, 3, 10, 100}) {
      Matrix<double> a = random_matrix<double>(random, n, pieces);
      Vector<double> b = random_vector<double>(random, pieces);
      if (pieces > 3) a.col(2) = a.col(1);  // duplicates
      for (const double scale : {1e-6, 1.0, 1e6}) {
        const Settings settings{.relative_gap = 1e-8, .absolute_gap = 1e-8 * scale};
        const auto f = largest(scale * a, scale * b);
        std::vector<Result> results{by_proximal_bundle(f, Box::cube(n, -1, 2), settings),
                                    by_proximal_bundle(f, Simplex(n, 2), settings)};
        if (n > 1) results.push_back(by_proximal_bundle(f, Product(Simplex(1), Box::cube(n - 1, -1, 1)), settings));
        for (const Result& r : results) {
          INFO("n " << n << ", pieces " << pieces << ", scale " << scale << ": " << r);
          CHECK(r.status == Status::optimal);
          most = std::max(most, r.evaluations);
        }
      }
    }
  CHECK(most <= 250);
}

TEST_CASE("|y| and its sums, minimum at a kink known", "[solvers]") {
  const auto f = [](const Vector<double>& y, Vector<double>& g) {
    double sum = 0;
    for (Index j = 0; j < y.size(); ++j) {
      const double d = y(j) - 0.1 * static_cast<double>(j);
      sum += std::abs(d);
      g(j) = d > 0 ? 1 : -1;
    }
    return sum;
  };
  for (const Index n : {1, 2, 10}) {
    const Result r = by_proximal_bundle(f, Box::cube(n, -3, 4), {.relative_gap = 1e-9});
    INFO(r);
    CHECK(r.status == Status::optimal);
    for (Index j = 0; j < n; ++j) CHECK(std::abs(r.y(j) - 0.1 * static_cast<double>(j)) <= 1e-8);
  }
}

TEST_CASE("strong convexity certifies kinked functions on the whole space", "[solvers]") {
  const auto f = [](const Vector<double>& y, Vector<double>& g) {
    g = y.array() - 3 + y.array().sign();
    return 0.5 * (y.array() - 3).square().sum() + y.cwiseAbs().sum();
  };
  const Result r =
      by_proximal_bundle(f, WholeSpace(4), {.relative_gap = 1e-8, .oracle_error = 1e-13, .strong_convexity = 1});
  INFO(r);
  CHECK(r.status == Status::optimal);
  CHECK((r.y.array() - 2).abs().maxCoeff() <= 1e-3);
  CHECK(by_proximal_bundle(f, WholeSpace(4)).status != Status::optimal);  // nobody said so
}

TEST_CASE("a bundle ends with a status whatever it is given", "[solvers]") {
  const auto down = [](const Vector<double>& y, Vector<double>& g) { return g.setConstant(1), y.sum(); };
  CHECK(by_proximal_bundle(down, Box::unit(3)).status == Status::optimal);
  CHECK(by_proximal_bundle(down, Box::unit(3), {.max_evaluations = 0}).status == Status::budget_reached);
  CHECK(by_proximal_bundle(down, Box(Vector<double>::Ones(2), Vector<double>::Ones(2))).status == Status::optimal);
  const Status lost = by_proximal_bundle(down, WholeSpace(2)).status;
  CHECK((lost == Status::unbounded || lost == Status::uncertified));
  const auto constant = [](const Vector<double>&, Vector<double>& g) { return g.setZero(), 7.0; };
  CHECK(by_proximal_bundle(constant, Box::unit(3)).status == Status::optimal);
  const auto hill = [](const Vector<double>& y, Vector<double>& g) {
    return g = -2 * y.array() + 0.1, 0.1 * y.sum() - y.squaredNorm();
  };
  const Result h = by_proximal_bundle(hill, Box::cube(2, -1, 2));
  CHECK(h.status == Status::not_convex);
  const auto nan = [](const Vector<double>& y, Vector<double>& g) {
    return g.setConstant(1), y(0) < 0.4 ? std::nan("") : y.sum();
  };
  CHECK(by_proximal_bundle(nan, Box::unit(2)).status == Status::non_finite);
  const auto later = [](const Vector<double>& y, Vector<double>& g) {
    return g.setConstant(y(0) < 0.4 ? infinity : 1.0), y.sum();
  };
  const Result r = by_proximal_bundle(later, Box::unit(2));  // values are finite, and bounded by the gradients that are
  CHECK((r.status == Status::optimal && r.value <= 1e-6));
}
