// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>
#include <icnn/sets/ball.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

/// What users bring that is at the edge of something, with the right values.
using namespace icnn;
using namespace icnn::test;

namespace {

/// y'H y / 2 + g'y
auto quadratic(const Matrix<double>& h, const Vector<double>& g) {
  return [h, g](const Vector<double>& y, Vector<double>& gradient) {
    gradient = h * y + g;
    return 0.5 * y.dot(h * y) + g.dot(y);
  };
}
auto linear(const Vector<double>& c) {
  return [c](const Vector<double>& y, Vector<double>& g) {
    g = c;
    return c.dot(y);
  };
}
/// The same in second derivatives, for Newton's method.
auto curved_quadratic(const Matrix<double>& h, const Vector<double>& g) {
  return [h, g](const Vector<double>& y, Vector<double>& gradient, Matrix<double>& hessian) {
    gradient = h * y + g;
    hessian = h;
    return 0.5 * y.dot(h * y) + g.dot(y);
  };
}

void check_value(const Result& r, double value, double tolerance = 2e-6) {
  INFO(r);
  CHECK(r.status == Status::optimal);
  CHECK(std::abs(r.value - value) <= tolerance * std::max(1.0, std::abs(value)));
  CHECK(r.lower_bound <= value + 1e-12 * std::max(1.0, std::abs(value)));
}
void check_answer(const Result& r, const Vector<double>& y, double value, double tolerance = 2e-6) {
  check_value(r, value, tolerance);
  INFO("y " << r.y.transpose());
  CHECK((r.y - y).norm() <= 1e-3 * (1 + y.norm()));
}
void check_infeasible(const Result& r) {
  INFO(r);
  CHECK(r.status == Status::infeasible);
  CHECK(r.lower_bound == infinity);
}

}  // namespace

TEST_CASE("linear functions on sets without an end have a bound where there is one", "[edges]") {
  const Box above = Box::cube(2, 0, infinity);
  const Polyhedron cone(above, Matrix<double>{{-2, -1}, {1, 1}}, Vector<double>{{-2, 1}});
  check_answer(argmin(linear(Vector<double>{{-1, 1}}), cone), Vector<double>{{1, 0}}, -1);
  Ficnn<double, Relu> f({.inputs = 2, .output = {.linear = true}});
  f.edit([](auto& w) { w["d"] << -1, 1; });
  check_answer(argmin(f, cone), Vector<double>{{1, 0}}, -1);
  // Rows that bound what the box does not.
  const Polyhedron rows(Box::cube(2, -infinity, infinity), Matrix<double>{{1, 0}, {-1, 0}, {0, 1}, {0, -1}},
                        Vector<double>{{1, 0, 1, 0}});
  check_answer(argmin(f, rows), Vector<double>{{1, 0}}, -1);
  check_answer(argmin(linear(Vector<double>{{1, -2}}), rows), Vector<double>{{0, 1}}, -2);
  // And none where there is none.
  const Result r = argmin(linear(Vector<double>{{-1, -1}}), above);
  CHECK(r.lower_bound == -infinity);
  CHECK(r.status != Status::optimal);
}

TEST_CASE("sets without a point are proven so", "[edges]") {
  const auto square = quadratic(2 * Matrix<double>::Identity(2, 2), Vector<double>::Zero(2));
  const Matrix<double> none(0, 2);
  const Vector<double> nothing(0);
  check_infeasible(argmin(square, Polyhedron(Box(Vector<double>{{1, 2}}, Vector<double>{{infinity, infinity}}), none,
                                             nothing, Matrix<double>{{1, 2}}, Vector<double>{{2}})));
  check_infeasible(argmin(
      square, Polyhedron(Box::cube(2, -infinity, infinity), Matrix<double>{{-1, 0}, {1, 0}}, Vector<double>{{-1, 0}})));
  const auto cube = quadratic(2 * Matrix<double>::Identity(3, 3), Vector<double>::Zero(3));
  check_infeasible(
      argmin(cube, Polyhedron(Box::cube(3, 0, infinity), Matrix<double>{{3, 2, 2}, {0, -3, 2}}, Vector<double>{{0, -2}})));
  // Nearly so: empty by less than the tolerance counts as a point; nothing blames the function.
  Random random(1);
  for (int k = 0; k < 200; ++k) {
    const Index n = 1 + random.index(6);
    const Vector<double> a = random_vector<double>(random, n), inside = random_vector<double>(random, n, 0.3);
    const double t = a.dot(inside), apart = std::pow(10.0, random.uniform(-18, -5));
    Matrix<double> rows(2, n);
    rows << a.transpose(), -a.transpose();
    const Polyhedron set(Box::cube(n, -1, 1), rows, Vector<double>{{t, -t - apart}});
    const Result r = argmin(quadratic(Matrix<double>::Identity(n, n), -inside), set);
    INFO("apart " << apart << ": " << r);
    CHECK((r.status != Status::not_convex && r.status != Status::non_finite && r.status != Status::unbounded));
    if (apart > 1e-8 * (1 + a.norm())) CHECK(r.status == Status::infeasible);
    if (apart < 1e-15) CHECK(r.status != Status::infeasible);
  }
}

TEST_CASE("equations of zeros, and those that put a variable on its bound", "[edges]") {
  const auto square = quadratic(2 * Matrix<double>::Identity(2, 2), Vector<double>::Constant(2, -1));
  const Matrix<double> none(0, 2), zero = Matrix<double>::Zero(1, 2);
  const Vector<double> nothing(0), naught = Vector<double>::Zero(1);
  const Vector<double> half = Vector<double>::Constant(2, 0.5);
  check_answer(argmin(square, Polyhedron(Box::unit(2), none, nothing, zero, naught)), half, -0.5);
  check_answer(argmin(square, Polyhedron(Box::unit(2), zero, naught)), half, -0.5);
  check_answer(argmin(square, Polyhedron(Box::unit(2), zero, naught, zero, naught)), half, -0.5);
  check_infeasible(argmin(square, Polyhedron(Box::unit(2), none, nothing, zero, Vector<double>::Ones(1))));
  check_infeasible(argmin(square, Polyhedron(Box::unit(2), zero, -Vector<double>::Ones(1))));

  const Matrix<double> h{{65, -22, -16}, {-22, 14, 7}, {-16, 7, 5}};
  const Vector<double> g{{-13, 15, 7}}, best{{-0.5, -51.0 / 35, -0.8}};
  for (const double u : {10.0, infinity}) {
    const Polyhedron set(Box(Vector<double>{{-0.5, -2, -0.8}}, Vector<double>::Constant(3, u)), Matrix<double>(0, 3),
                         nothing, Matrix<double>{{1, 0, 0}}, Vector<double>{{-0.5}});
    check_answer(argmin(quadratic(h, g), set, {.relative_gap = 1e-9}), best, -14893.0 / 1400, 1e-8);
    check_answer(argmin(curved_quadratic(h, g), set, {.relative_gap = 1e-9}), best, -14893.0 / 1400, 1e-8);
  }
}

TEST_CASE("slopes that are infinite on the boundary", "[edges]") {
  for (const double scale : {1.0, 1e4}) {
    const Vector<double> q = scale * Vector<double>{{3, 4}};
    const auto f = [&](const Vector<double>& y, Vector<double>& g) {
      const double root = std::sqrt(1 - y.squaredNorm());  // NaN outside
      g = y / root - q;
      return -root - q.dot(y);
    };
    const double value = -std::sqrt(1 + q.squaredNorm());
    check_answer(argmin(f, Ball(Vector<double>::Zero(2), 1)), q / -value, value);
  }
  const auto entropy = [](const Vector<double>& y, Vector<double>& g) {
    double sum = 0;
    for (Index j = 0; j < y.size(); ++j) {
      sum += y(j) > 0 ? y(j) * std::log(y(j)) : 0;
      g(j) = 1 + std::log(y(j));
    }
    return sum;
  };
  const Vector<double> corner = Vector<double>::Zero(2), least = Vector<double>::Constant(2, std::exp(-1.0));
  check_answer(argmin(entropy, Box::unit(2), {.start = corner}), least, -2 * std::exp(-1.0));
  check_answer(argmin(entropy, Box::unit(2)), least, -2 * std::exp(-1.0));
  check_answer(argmin(entropy, Box::cube(2, 0, infinity)), least, -2 * std::exp(-1.0));
  check_answer(argmin(entropy, Simplex(3), {.start = Vector<double>::Unit(3, 0)}), Vector<double>::Constant(3, 1.0 / 3),
               -std::log(3.0));
}

TEST_CASE("a middle where f is not finite", "[edges]") {
  // The least of sum 3 y - log y is 1/3 in every coordinate; infinite at 0, where sets of this kind have their middle.
  const auto barrier = [](const Vector<double>& y, Vector<double>& g) {
    double sum = 0;
    for (Index j = 0; j < y.size(); ++j) {
      sum += 3 * y(j) - std::log(y(j));
      g(j) = 3 - 1 / y(j);
    }
    return sum;
  };
  const Vector<double> least = Vector<double>::Constant(3, 1.0 / 3);
  const double value = 3 + 3 * std::log(3.0);
  check_answer(argmin(barrier, Box::unit(3), {.start = Vector<double>::Zero(3)}), least, value);
  check_answer(argmin(barrier, Box::cube(3, 0, infinity)), least, value);
  check_answer(argmin(barrier, Box::cube(3, -1, 1)), least, value);
  check_answer(argmin(barrier, Simplex(3), {.start = Vector<double>::Unit(3, 0)}), least, value);
  check_answer(argmin(barrier, Polyhedron(Box::cube(3, 0, 2), Matrix<double>::Ones(1, 3), Vector<double>::Ones(1))), least,
               value);
  check_answer(argmin(barrier, HalfSpace(Vector<double>::Ones(3), 1)), least, value);
  // Nowhere finite: a status, after few evaluations.
  const Result none = argmin([](const Vector<double>&, Vector<double>&) { return std::nan(""); }, Box::unit(3));
  CHECK(none.status == Status::non_finite);
  CHECK(none.evaluations <= 13);
}

TEST_CASE("a steep wall at one end", "[edges]") {
  const auto wall = [](const Vector<double>& y, Vector<double>& g) {
    g(0) = 1 - 1 / (y(0) * y(0));
    return y(0) + 1 / y(0);
  };
  const Box box(Vector<double>{{1e-12}}, Vector<double>{{1e4}});
  check_answer(argmin(wall, box), Vector<double>{{1}}, 2);
  for (const Method method : {Method::projected_gradient, Method::level}) {
    INFO(to_string(method));
    check_answer(argmin(wall, box, {.method = method}), Vector<double>{{1}}, 2);
  }
}

TEST_CASE("objectives of any scale and offset", "[edges]") {
  for (const double scale : {1e-9, 1.0, 1e9}) {
    for (const double offset : {0.0, -1.0, 1e8, 1e12}) {
      if (scale < 1 && offset != 0) continue;  // nothing is left of it
      const auto f = [&](const Vector<double>& y, Vector<double>& g) {
        g = 2 * scale * (y.array() - 0.3).matrix();
        return offset + scale * (y.array() - 0.3).square().sum();
      };
      INFO("scale " << scale << ", offset " << offset);
      const Result r = argmin(f, Box::unit(2));
      INFO(r);
      CHECK(r.status == Status::optimal);
      CHECK((r.y.array() - 0.3).matrix().norm() <= 2e-3);
    }
  }
}
