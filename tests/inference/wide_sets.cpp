// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <limits>

#include <icnn/activations/relu.hpp>
#include <icnn/activations/softplus.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/learning/initialize.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

/// Answers do not depend on how large a number says "no bound", nor on how wide a set is around the minimizer.
using namespace icnn;
using namespace icnn::test;

namespace {

constexpr double largest = std::numeric_limits<double>::max();

/// |y|^2 - 0.6 (y_0 + y_1), lowest at (0.3, 0.3): -0.18.
Ficnn<double, Relu> paraboloid() {
  Ficnn<double, Relu> f({.inputs = 2, .output = {.diagonal = true, .linear = true}});
  f.edit([](auto& w) {
    w["D"].setConstant(2);
    w["d"].setConstant(-0.6);
  });
  return f;
}

double black_box(const Vector<double>& y, Vector<double>& g) {  // the same, and 0.18
  g = 2 * (y.array() - 0.3).matrix();
  return (y.array() - 0.3).square().sum();
}

void check_corner_answer(const Result& r, const Vector<double>& y, double value, double gap) {
  INFO(r);
  CHECK(r.status == Status::optimal);
  CHECK((r.y - y).norm() <= 1e-5);
  CHECK(std::abs(r.value - value) <= 1e-9);
  CHECK((r.lower_bound <= value + 1e-15 && r.gap() <= gap));
}

}  // namespace

TEST_CASE("a row that the box satisfies makes no difference, however large its limit", "[argmin]") {
  const auto f = paraboloid();
  const Vector<double> quarter = Vector<double>::Constant(2, 0.25);
  for (const double b : {1.0, 1e3, 1e6, 1e8, 1e10, 1e20, 1e30, 1e300, largest, infinity}) {
    INFO("b " << b);
    const Polyhedron set(Box::unit(2), Matrix<double>{{1, 0}, {1, 1}}, Vector<double>{{b, 0.5}});
    check_corner_answer(argmin(f, set), quarter, -0.175, 1e-6);
    check_corner_answer(argmin(black_box, set), quarter, 0.005, 1e-6);
    // Whatever it is next to, and in a larger set: 12 variables, sum y <= 3, and a row for each of them.
    Matrix<double> rows = Matrix<double>::Identity(13, 12);
    rows.row(12).setOnes();
    Vector<double> limits = Vector<double>::Constant(13, b);
    limits(12) = 3;
    check_corner_answer(argmin(black_box, Polyhedron(Box::unit(12), rows, limits)), Vector<double>::Constant(12, 0.25), 0.03,
                        1e-6);
  }
  // A limit that matters does: y_0 <= 0.1, and on a box without an end a large one.
  const Polyhedron narrow(Box::unit(2), Matrix<double>{{1, 0}}, Vector<double>{{0.1}});
  check_corner_answer(argmin(f, narrow), Vector<double>{{0.1, 0.3}}, -0.14, 1e-6);
  const Polyhedron far(Box::cube(2, -infinity, infinity), Matrix<double>{{-1, 0}}, Vector<double>{{-1e6}});
  const Result r = argmin(f, far);
  CHECK(std::abs(r.y(0) - 1e6) <= 1);
}

TEST_CASE("bounds that stand for infinity are as good as infinity", "[argmin]") {
  const auto f = paraboloid();
  const Vector<double> y = Vector<double>::Constant(2, 0.3);
  for (const double b : {1e4, 1e6, 1e10, 1e15, 1e17, 1e20, 1e30, 1e300, largest, infinity}) {
    INFO("b " << b);
    check_corner_answer(argmin(f, Box::cube(2, -b, b)), y, -0.18, 1e-12);
    check_corner_answer(argmin(f, Box::cube(2, 0, b)), y, -0.18, 1e-6);
    check_corner_answer(argmin(f, Polyhedron(Box::cube(2, 0, b), Matrix<double>{{1, 1}}, Vector<double>{{0.5}})),
                        Vector<double>::Constant(2, 0.25), -0.175, 1e-6);
    check_corner_answer(argmin(f, Product(Box::cube(1, -b, 0.1), Box::cube(1, 0, b))), Vector<double>{{0.1, 0.3}}, -0.14,
                        1e-6);
  }
}

TEST_CASE("strongly convex networks close their gaps however wide the box, and so do certificates", "[argmin]") {
  Index evaluations[2] = {0, 0};
  const auto check = [&](auto f, Random& random) {
    initialize(f, random);
    f.edit([](auto& w) { w["D"].setConstant(1); });
    const Result near = argmin(f, Box::cube(3, -10, 10), {.relative_gap = 1e-9});
    evaluations[0] += near.evaluations;
    for (const double h : {1e2, 1e4, 1e6, 1e8, 1e20}) {
      const Box wide = Box::cube(3, -h, h);
      const Result r = argmin(f, wide, {.relative_gap = 1e-9, .certificate = true});
      INFO(h << ": " << r << ", and " << near);
      CHECK(r.status == Status::optimal);
      CHECK(std::abs(r.value - near.value) <= r.gap() + near.gap());
      CHECK((r.lower_bound <= near.value + near.value_error && near.lower_bound <= r.value + r.value_error));
      const Verification proof = verify(f, wide, r.certificate);
      CHECK(proof.holds());
      CHECK((proof.lower_bound <= near.value + near.value_error && r.value - proof.lower_bound <= 1e-6));
      if (h == 1e6) evaluations[1] += r.evaluations;
    }
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    check(Ficnn<double, Softplus>({.inputs = 3, .hidden = {10, 10}, .output = {.diagonal = true}}), random);
    check(Ficnn<double, Relu>({.inputs = 3, .hidden = {10, 10}, .output = {.diagonal = true}}), random);
  }
  CHECK(10 * evaluations[1] <= 11 * evaluations[0]);
}

TEST_CASE("an entropy's own box may be wide: no smaller region is taken for it", "[argmin]") {
  // f - H on [0, 1e4]: H pulls y to the middle, far from the minimizer of f.
  Ficnn<double, Relu> f({.inputs = 1, .output = {.diagonal = true}});
  f.edit([](auto& w) { w["D"].setConstant(1e-6); });
  const Vector<double> upper = Vector<double>::Constant(1, 1e4);
  const auto g = regularized(f, {.entropy = 100, .upper = upper});
  const Result r = argmin(g, Box(Vector<double>::Zero(1), upper));
  double lowest = infinity;
  for (double y = 1; y < 1e4; y += 1) lowest = std::min(lowest, g(Vector<double>{{y}}));
  INFO(r << ", on a grid " << lowest);
  CHECK(r.lower_bound <= lowest);
  CHECK(r.value <= lowest + r.gap());
}
