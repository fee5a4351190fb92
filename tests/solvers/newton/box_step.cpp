// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/newton/box_newton.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// min g'd + d'H d / 2 over the box around y, less the Frank-Wolfe bound of that model at d.
template <int N>
double gap_in_box(const BoxOf<N>& box, const Vector<double, N>& y, const Vector<double, N>& g, const Matrix<double, N, N>& h,
                  const Vector<double, N>& d) {
  const Vector<double, N> slope = g + h * d;
  return slope.dot(y + d) - box.linear_minimum(slope);
}

template <int N>
void check_steps_in_box(Random& random) {
  BoxStep<N> step;
  BoxFaces<N> faces;
  for (int k = 0; k < 50; ++k) {
    const BoxOf<N> box(Vector<double, N>::Constant(-1), Vector<double, N>(random_vector<double>(random, N).cwiseAbs()));
    faces.assign(box);
    Vector<double, N> y = random_vector<double>(random, N), d, by_sweeps;
    box.project(y);
    const auto root = random_matrix<double>(random, N, 2 * N);
    const Matrix<double, N, N> h = root * root.transpose();
    const Vector<double, N> g = random_vector<double>(random, N, std::pow(10.0, random.uniform(-2, 2)));
    Matrix<double, N, N> work = h;
    step.begin();
    REQUIRE(step.solve(faces, y, g, work, d));
    CHECK(gap_in_box<N>(box, y, g, h, d) <= 1e-9 * (1 + g.norm()) * (1 + d.norm()));
    // No time for guesses: coordinates one after the other, inside the box and downhill.
    work = h;
    REQUIRE(step.solve(faces, y, g, work, by_sweeps, Deadline{.limit = 0}));
    const auto model = [&](const Vector<double, N>& at) { return g.dot(at) + 0.5 * at.dot(h * at); };
    CHECK(model(by_sweeps) <= 0.9 * model(d));
    const Vector<double, N> there = y + by_sweeps;
    Vector<double, N> inside = there;
    box.project(inside);
    CHECK((inside - there).norm() <= 1e-15 * (1 + there.norm()));
    CHECK((g.dot(by_sweeps) < 0 || d.norm() < 1e-12));
  }
}

}  // namespace

TEST_CASE("Newton steps in boxes of compile-time sizes minimize the model, by guesses and by sweeps", "[solvers]") {
  Random random(1);
  check_steps_in_box<1>(random);
  check_steps_in_box<3>(random);
  check_steps_in_box<10>(random);
}

TEST_CASE("bounds that are huge count as none, and steps along these stay finite", "[solvers]") {
  BoxFaces<2> faces;
  faces.assign({{-1e300, 0}, {infinity, 1}});
  CHECK(faces.lower(0) == -infinity);
  CHECK(faces.upper(1) == 1);
  BoxStep<2> step;
  Matrix<double, 2, 2> flat = Matrix<double, 2, 2>::Zero();
  Vector<double, 2> d;
  REQUIRE(step.solve(faces, Vector<double, 2>::Zero(), Vector<double, 2>::Ones(), flat, d));
  CHECK(d.allFinite());
  CHECK(d(0) < 0);
}
