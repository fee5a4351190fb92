// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/black_box.hpp>
#include <icnn/solvers/bundle/entropy_bundle.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/largest.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class F, class Set>
Result by_entropy_bundle(F f, const Set& set, double tau, const Settings& settings = {}) {
  const Index n = set.dimension();
  Vector<double> scratch(n);
  BlackBoxBuffers buffers(n);
  FunctionModel model(f, buffers, settings.oracle_error);
  EntropyBundleWorkspace ws(n);
  Result r;
  r.y.resize(n);
  detail::center(set, r.y, scratch);
  entropy_bundle(model, EntropyTerm(set, tau), settings, ws, r);
  return r;
}

}  // namespace

TEST_CASE("maxima of affine functions less entropy, from flat to steep, to 1e-8", "[solvers]") {
  Random random(1);
  Index most = 0, most_well_scaled = 0;
  for (const Index n : {1, 2, 5, 20})
    for (const Index pieces : {1, 2, 3, 10, 100})
      for (const double tau : {10.0, 1.0, 1e-2, 1e-4, 1e-6}) {
        Matrix<double> a = random_matrix<double>(random, n, pieces);
        const Vector<double> b = random_vector<double>(random, pieces);
        if (pieces > 3) a.col(2) = a.col(1);
        const auto f = largest(a, b);
        for (const Result& r : {by_entropy_bundle(f, Box::cube(n, -1, 2), tau, {.relative_gap = 1e-8}),
                                by_entropy_bundle(f, Simplex(n, 2), tau, {.relative_gap = 1e-8})}) {
          INFO("n " << n << ", pieces " << pieces << ", tau " << tau << ": " << r);
          CHECK(r.status == Status::optimal);
          most = std::max(most, r.evaluations);
          if (tau >= 1) most_well_scaled = std::max(most_well_scaled, r.evaluations);
        }
      }
  CHECK(most <= 120);
  CHECK(most_well_scaled <= 30);
}

TEST_CASE("one kink in one dimension: the case where cuts become dependent", "[solvers]") {
  // f = |y - 0.3| s on [0, 1] less tau H: for a steep s the minimum lies at the kink, where two cuts are active and the
  // second gradient is a multiple of the first.
  for (const double s : {1.0, 5.0, 100.0}) {
    const auto f = [s](const Vector<double>& y, Vector<double>& g) {
      g(0) = y(0) > 0.3 ? s : -s;
      return s * std::abs(y(0) - 0.3);
    };
    const Result r = by_entropy_bundle(f, Box::unit(1), 1, {.relative_gap = 1e-10});
    INFO(r);
    CHECK(r.status == Status::optimal);
    const double free = 1 / (1 + std::exp(s));  // where the slope s to the right of the kink meets the entropy's
    const double expected = free > 0.3 ? free : std::log(0.7 / 0.3) <= s ? 0.3 : 1 / (1 + std::exp(-s));
    CHECK(std::abs(r.y(0) - std::max(0.3, std::min(expected, 0.5))) <= 1e-4);
  }
}

TEST_CASE("an entropic bundle ends with a status whatever it is given", "[solvers]") {
  const auto down = [](const Vector<double>& y, Vector<double>& g) { return g.setConstant(1), y.sum(); };
  CHECK(by_entropy_bundle(down, Box::unit(3), 1).status == Status::optimal);
  CHECK(by_entropy_bundle(down, Box::unit(3), 1, {.max_evaluations = 0}).status == Status::budget_reached);
  CHECK(by_entropy_bundle(down, Box::unit(3), 1, {.relative_gap = 1e-15, .max_evaluations = 50}).status != Status::optimal);
  const auto constant = [](const Vector<double>&, Vector<double>& g) { return g.setZero(), 7.0; };
  CHECK(by_entropy_bundle(constant, Simplex(3), 1).status == Status::optimal);
  const auto hill = [](const Vector<double>& y, Vector<double>& g) {
    return g = -80 * y.array() + 44, 44 * y.sum() - 40 * y.squaredNorm();
  };
  const Result h = by_entropy_bundle(hill, Box::unit(2), 1);
  INFO(h);
  CHECK(h.status == Status::not_convex);
  const auto nan = [](const Vector<double>& y, Vector<double>& g) {
    return g.setConstant(1), y(0) < 0.4 ? std::nan("") : y.sum();
  };
  CHECK(by_entropy_bundle(nan, Box::unit(2), 1).status == Status::non_finite);
}
