// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>
#include <icnn/solvers/bundle/localize.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

/// The gap does not depend on how wide a set is, nor on whether it has an end, where f grows.
using namespace icnn;
using namespace icnn::test;

namespace {

template <class Activation>
Ficnn<double, Activation> growing(Random& random, Index n) {
  Ficnn<double, Activation> f({.inputs = n, .hidden = {4 * n + 4, 2 * n + 2}});
  randomize(f, random);
  f.edit([](auto& w) { w["Wy[2]"].setZero(); });  // bounded below
  return f;
}

template <class F>
void check_widths(const F& f) {
  const Index n = f.inputs();
  const Result narrow = argmin(f, Box::cube(n, -30, 30));
  REQUIRE(narrow.status == Status::optimal);
  REQUIRE(narrow.y.cwiseAbs().maxCoeff() < 29);  // it grows
  for (const double size : {1e2, 1e4, 1e6, 1e8, 1e12, infinity}) {
    const Result r = argmin(f, Box::cube(n, -size, size));
    INFO("size " << size << ", n " << n << ": " << r << "; narrow " << narrow);
    CHECK(r.status == Status::optimal);
    CHECK(std::abs(r.value - narrow.value) <= 2e-6 * std::max(1.0, std::abs(narrow.value)));
    CHECK(r.lower_bound <= narrow.value + narrow.value_error);
    CHECK(r.evaluations <= 60 * n + 60);
  }
}

}  // namespace

TEST_CASE("functions that grow are solved on sets as wide as they like", "[argmin]") {
  Random random(1);
  for (int k = 0; k < 5; ++k) {
    const Index n = 1 + random.index(6);
    check_widths(growing<Softplus>(random, n));
    check_widths(growing<Relu>(random, n));
    check_widths(growing<SmoothRelu>(random, n));
    check_widths(maximum(growing<Softplus>(random, n), growing<Softplus>(random, n)));
  }
}

TEST_CASE("a minimum far away is found, and shown to be one", "[argmin]") {
  for (const double far : {1e2, 1e4, 1e6}) {
    const auto kinked = [&](const Vector<double>& y, Vector<double>& g) {
      g = (y.array() > far).select(Vector<double>::Ones(2), Vector<double>::Constant(2, -1)).eval();
      return (y.array() - far).abs().sum();
    };
    const Result r = argmin(kinked, WholeSpace(2));
    INFO(r);
    CHECK(r.status == Status::optimal);
    CHECK((r.y.array() - far).abs().maxCoeff() <= 1e-5);
    // Flat to one side: the minimizers have no end there.
    const auto half = [&](const Vector<double>& y, Vector<double>& g) {
      g = (y.array() > far).select(Vector<double>::Ones(2), Vector<double>::Zero(2)).eval();
      return (y.array() - far).max(0.0).sum();
    };
    const Result flat = argmin(half, Box::cube(2, -1e8, 1e8));
    CHECK(flat.status == Status::optimal);
    CHECK(flat.value <= 1e-6);
  }
}

TEST_CASE("rows and sums on a set without an end", "[argmin]") {
  Random random(2);
  for (int k = 0; k < 10; ++k) {
    const Index n = 2 + random.index(4);
    const auto f = growing<Softplus>(random, n);
    const Matrix<double> a = random_matrix<double>(random, n, n), e = random_matrix<double>(random, 1, n);
    const Vector<double> inside = random_vector<double>(random, n), b = a * inside + Vector<double>::Constant(n, 0.1);
    const Result r = argmin(f, Polyhedron(Box::cube(n, -infinity, infinity), a, b, e, e * inside));
    const Result narrow = argmin(f, Polyhedron(Box::cube(n, -30, 30), a, b, e, e * inside));
    INFO(r << "; narrow " << narrow);
    CHECK((r.status == Status::optimal && narrow.status == Status::optimal));
    CHECK(std::abs(r.value - narrow.value) <= 2e-6 * std::max(1.0, std::abs(r.value)));
  }
}

TEST_CASE("nothing is shown that is not so", "[argmin]") {
  // Falls to 0, never reached, or rises only beyond what is looked at: no bound may lie above the values out there.
  for (const double turn : {1e3, 1e6, 1e9}) {
    const auto f = [&](const Vector<double>& y, Vector<double>& g) {
      const double fall = std::exp(-y(0) / turn);
      g(0) = -fall / turn;
      return fall;
    };
    const Result r = argmin(f, WholeSpace(1));
    INFO(r);
    CHECK(r.lower_bound <= 0);
    CHECK(r.status != Status::optimal);
  }
  // A budget holds for the search outside, too.
  Random random(3);
  const auto f = growing<Softplus>(random, 6);
  for (const Index budget : {1, 5, 10, 20, 40}) {
    const Result r = argmin(f, WholeSpace(6), {.max_evaluations = budget});
    CHECK(r.evaluations <= budget);
    CHECK(r.lower_bound <= argmin(f, Box::cube(6, -30, 30)).value);
  }
}

TEST_CASE("the box is as narrow in each coordinate as f is steep", "[argmin]") {
  Random random(5);
  for (int k = 0; k < 20; ++k) {
    const Index n = 2 + random.index(6);
    auto f = growing<Softplus>(random, n);
    scale_inputs(f, random);
    for (const double gap : {1e-6, 1e-8}) {
      const Result wide = argmin(f, Box::cube(n, -1e6, 1e6), {.relative_gap = gap});
      INFO("n " << n << ", gap " << gap << ": " << wide);
      CHECK(wide.status == Status::optimal);
      CHECK(wide.evaluations <= 500);
    }
  }
}

TEST_CASE("what proves a bound in the box does so in the whole set", "[argmin]") {
  // Kinked, steep in one coordinate and flat in another, on sets without an end: faces would take too many evaluations.
  Random random(6);
  for (int k = 0; k < 60; ++k) {
    const Index n = 6 + random.index(5);
    Ficnn<double, Elu> network({.inputs = n, .hidden = {3 * n, 3 * n}, .output = {.linear = true}}, Elu(0.5));
    randomize(network, random, 3);
    scale_inputs(network, random);
    const auto f = regularized(network, {.proximal = 0.1});
    const Matrix<double> e = random_matrix<double>(random, 2, n);
    const auto solve = [&](const auto& set) {
      const Result r = argmin(f, set, {.certificate = true});
      INFO("problem " << k << ", n " << n << ": " << r);
      CHECK(r.status == Status::optimal);
      CHECK(r.evaluations <= 600);
      const Verification proof = verify(f, set, r.certificate);
      CHECK(proof.holds());
      CHECK(proof.gap() <= 1e-5 * std::max(1.0, std::abs(r.value)));
    };
    if (k % 3 == 0) solve(HalfSpace(e.row(0), -1.0));
    if (k % 3 == 1) solve(Affine(e, Vector<double>::Ones(2)));
    if (k % 3 == 2) solve(WholeSpace(n));
  }
}

TEST_CASE("a strongly convex function's gap confines its minimizer, and no less", "[argmin]") {
  // The latest point is as far from the minimizer as its gap allows: m |v - y|^2 / 2 = f(y) - f(v).
  Random random(4);
  for (int k = 0; k < 50; ++k) {
    const Index n = 1 + random.index(4);
    const double m = std::pow(10.0, random.uniform(-2, 2));
    const Vector<double> c = random_vector<double>(random, n);
    const auto f = [&](const Vector<double>& y, Vector<double>& g) {
      g = m * (y - c);
      return 0.5 * m * (y - c).squaredNorm();
    };
    BlackBoxBuffers buffers(n);
    FunctionModel model(f, buffers, 0, m);
    const WholeSpace space(n);
    SetRegion<WholeSpace> region(space);
    BundleWorkspace bundle(n);
    const Settings settings{.relative_gap = 1e-8};
    Result r;
    r.y = c + random_vector<double>(random, n, 10);
    r.value = 0.5 * m * (r.y - c).squaredNorm();
    r.lower_bound = 0;
    r.status = Status::numerical_limit;
    detail::Localizer(model, region, settings, bundle,
                      [&](ConvexModel& in_units, Region& part, const Settings& within, Result& best) {
                        proximal_bundle(in_units, part, within, bundle, best);
                      })
        .run(r);
    INFO("m " << m << ", n " << n << ": " << r);
    CHECK(r.status == Status::optimal);
    CHECK(r.lower_bound <= 1e-12);
    CHECK((r.y - c).norm() <= 1e-2);
  }
}
