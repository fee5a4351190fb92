// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/bundle/cuts.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// f(y) = sum c_j y_j^2 / 2 with curvatures >= m.
struct Parabola {
  Vector<double> c;
  [[nodiscard]] double value(const Vector<double>& y) const { return 0.5 * c.dot(y.cwiseAbs2().eval()); }
  [[nodiscard]] Vector<double> gradient(const Vector<double>& y) const { return c.cwiseProduct(y); }
};

}  // namespace

TEST_CASE("cuts and their combinations stay below the function, when old ones give way too", "[solvers]") {
  Random random(1);
  const Index n = 4;
  for (const double m : {0.0, 0.5}) {
    const Parabola f{random_vector<double>(random, n).cwiseAbs().array() + m};
    const Vector<double> h = Vector<double>::Constant(n, 3);
    Cuts cuts(n, 8);
    Vector<double> g(n);
    const auto random_point = [&] { return Vector<double>(random_vector<double>(random, n).cwiseMax(-3).cwiseMin(3)); };
    for (int k = 0; k < 60; ++k) {
      const Vector<double> y = random_point();
      cuts.add(f.value(y), 0, f.gradient(y), y, m, h);
      CHECK(cuts.size() <= 8);
      CHECK(std::abs(cuts.model(y) + 0.5 * m * y.squaredNorm() - f.value(y)) <= 1e-12);  // tangent there
      const Vector<double> lambda = random_vector<double>(random, 8).cwiseAbs() * 7;
      const double offset = cuts.combine(lambda, g);
      for (int trial = 0; trial < 20; ++trial) {
        const Vector<double> v = random_point();
        CHECK(g.dot(v) + offset + 0.5 * m * v.squaredNorm() <= f.value(v));
        CHECK(cuts.model(v) + 0.5 * m * v.squaredNorm() <= f.value(v) + 1e-12);
      }
    }
    cuts.clear();
    CHECK(cuts.size() == 0);
  }
}

TEST_CASE("cuts know where they come from, and so do their combinations", "[solvers]") {
  Random random(2);
  Cuts cuts(1, 4);
  cuts.clear(2);
  const Vector<double> one = Vector<double>::Ones(1);
  Vector<double> g(1);
  for (int k = 0; k < 20; ++k) {  // the gradient is 1 + 2 times the origin's first number, whichever cuts have given way
    const double t = random.normal();
    cuts.add(0, 0, Vector<double>{{1 + 2 * t}}, one, 0, one);
    cuts.origin().map() << t, 3;
    const Vector<double> lambda = random_vector<double>(random, 4).cwiseAbs() * 5;
    static_cast<void>(cuts.combine(lambda, g));
    CHECK(std::abs(g(0) - 1 - 2 * cuts.combined_origin()(0)) <= 1e-12);
    CHECK(std::abs(cuts.combined_origin()(1) - 3) <= 1e-12);
  }
}

TEST_CASE("a cut without a certain error says nothing for certain", "[solvers]") {
  Cuts cuts(1, 4);
  const Vector<double> one = Vector<double>::Ones(1);
  cuts.add(2, infinity, one, one, 0, one);
  Vector<double> g(1);
  CHECK(cuts.combine(one, g) == -infinity);
  CHECK(cuts.model(one) == 2);
}
