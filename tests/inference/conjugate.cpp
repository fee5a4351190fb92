// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/conjugate.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// y'D y / 2 as the library counts it: f(y + e_j t) is asked, not its formula.
Ficnn<double, Identity> parabola(const Vector<double>& diagonal) {
  Ficnn<double, Identity> f({.inputs = diagonal.size(), .output = {.diagonal = true}});
  f.edit([&](auto& w) { w["D"] = diagonal; });
  return f;
}

}  // namespace

TEST_CASE("the conjugate of a parabola is the inverse parabola", "[conjugate]") {
  const Vector<double> d{{0.5, 2, 4}}, q{{1, -3, 0.5}};
  const auto f = parabola(d);
  const Vector<double> e = Vector<double>::Ones(3);
  const double factor = (f(e) - f(Vector<double>::Zero(3))) / d.sum();  // f = f(0) + factor y'D y
  const ConjugateResult r = conjugate(f, q);
  INFO(to_string(r.status));
  CHECK(r.status == Status::optimal);
  const Vector<double> y = q.array() / (2 * factor * d.array());
  const double expected = 0.5 * q.dot(y) - f(Vector<double>::Zero(3));
  CHECK((r.gradient - y).norm() <= 1e-5);
  CHECK(std::abs(r.value - expected) <= 1e-6);
  CHECK(r.lower_bound <= expected + 1e-14);
  CHECK(r.upper_bound >= expected - 1e-14);
  CHECK(r.gap() <= 2e-6);
}

TEST_CASE("Fenchel and Young: f(y) + f*(q) >= <q, y>, with equality at the gradient", "[conjugate]") {
  Random random(1);
  const Settings settings{.relative_gap = 1e-9};
  for (const Index n : {1, 3, 8}) {
    Ficnn<double, Softplus> smooth({.inputs = n, .hidden = {12, 12}});
    Ficnn<double, Relu> kinked({.inputs = n, .hidden = {12}});
    randomize(smooth, random);
    randomize(kinked, random);
    const Box box = Box::cube(n, -1, 2);
    const auto check = [&](const auto& f, const auto& set) {
      const Vector<double> q = random_vector<double>(random, n, 3);
      const ConjugateResult r = conjugate(f, q, set, settings);
      CHECK(r.status == Status::optimal);
      CHECK(std::abs(f(r.gradient) + r.value - q.dot(r.gradient)) <= 1e-12 * (1 + std::abs(r.value)));
      for (int k = 0; k < 50; ++k) {
        Vector<double> y = random_vector<double>(random, n, 2);
        set.project(y);
        CHECK(f(y) + r.upper_bound >= q.dot(y));
      }
    };
    check(smooth, box);
    check(kinked, box);
    check(smooth, Simplex(n));
    check(regularized(smooth, {.entropy = 0.5, .lower = box.lower(), .upper = box.upper()}), box);
    check(regularized(smooth, {.proximal = 0.5, .linear = random_vector<double>(random, n)}), WholeSpace(n));
  }
}

TEST_CASE("the gradient of the conjugate agrees with differences, with an error that falls as h^2", "[conjugate]") {
  Random random(2);
  const Index n = 4;
  Ficnn<double, Softplus> f({.inputs = n, .hidden = {16}});
  randomize(f, random);
  const auto g = regularized(f, {.proximal = 1.0});
  const WholeSpace space(n);
  Conjugate star(g, space, {.relative_gap = 1e-13, .absolute_gap = 1e-13});
  const Vector<double> q = random_vector<double>(random, n), d = random_vector<double>(random, n);
  const double slope = star(q).gradient.dot(d);
  const auto error = [&](double h) { return std::abs((star(q + h * d).value - star(q - h * d).value) / (2 * h) - slope); };
  const double coarse = error(0.2), fine = error(0.1);
  INFO(coarse << " " << fine);
  CHECK(coarse > 1e-6);  // there is something to see
  CHECK(fine < 0.3 * coarse);
}

TEST_CASE("a batch is its columns, in float as in double, empty ones included", "[conjugate]") {
  Random random(3);
  Ficnn<float, Softplus> f({.inputs = 3, .hidden = {10}});
  randomize(f, random);
  const Box box = Box::unit(3);
  const Matrix<float> q = random_matrix<float>(random, 3, 7);
  const ConjugateBatch batch = conjugate(f, q, box);
  CHECK(batch.all_optimal());
  for (Index c = 0; c < 7; ++c) {
    const ConjugateResult one = conjugate(f, q.col(c), box);
    CHECK(batch.values(c) == one.value);
    CHECK(batch.upper_bounds(c) == one.upper_bound);
    CHECK(batch.lower_bounds(c) == one.lower_bound);
    CHECK(batch.gradients.col(c) == one.gradient);
  }
  CHECK(conjugate(f, Matrix<float>(3, 0), box).values.size() == 0);
}

TEST_CASE("the conjugate of an unbounded problem says so; misuse is an error", "[conjugate]") {
  Random random(4);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {5}});
  randomize(f, random);
  const ConjugateResult r = conjugate(f, Vector<double>::Constant(2, 1e3));
  CHECK(r.status != Status::optimal);
  CHECK(r.upper_bound == infinity);
  CHECK_ERROR(conjugate(f, Vector<double>::Ones(3)), "2");
  CHECK_ERROR(conjugate(f, Vector<double>::Constant(2, std::nan("")), Box::unit(2)), "finite q");
  CHECK_ERROR(conjugate(f, Vector<double>::Ones(2), Box::unit(3)), "2 dimensions");
  CHECK(conjugate(f, {0.25, 0.5}, Box({0, 0}, {1, 1})).value ==
        conjugate(f, Vector<double>{{0.25, 0.5}}, Box::unit(2)).value);
  CHECK_ERROR(conjugate(f, {1, 2, 3}, Box::unit(2)), "q of shape 2 x 1");
}

TEST_CASE("as close as rounding allows, the conjugate's gradient is where that of f differs from q by rounding alone",
          "[conjugate]") {
  Random random(8);
  constexpr double m = 0.01;
  Index evaluations = 0;
  for (int k = 0; k < 20; ++k) {
    Ficnn<double, Celu, Identity> f(
        {.inputs = 4, .hidden = {64, 64, 32}, .quadratic_rank = 1, .output = {.diagonal = true}});
    randomize(f, random, 10);
    f.edit([&](auto& w) { w["D"].setConstant(m); });
    const WholeSpace space(4);
    Conjugate star(f, space, {.relative_gap = 1e-12});
    for (int point = 0; point < 5; ++point) {
      const Vector<double> y = random_vector<double>(random, 4), q = f.gradient(y);
      const ConjugateResult found = star(q);
      CHECK(found.status == Status::numerical_limit);
      evaluations += found.evaluations;
      // The values of the last steps are equal up to rounding, their gradients are not: half of the points would fail.
      CHECK((f.gradient(found.gradient) - q).norm() / m <= 1e-6 * y.norm());
      CHECK((found.gradient - y).norm() <= 1e-8 * y.norm());
    }
  }
  INFO(evaluations);
  CHECK(evaluations <= 2000);  // rounding is more than such a gap, and nothing but further steps is tried to close it
}
