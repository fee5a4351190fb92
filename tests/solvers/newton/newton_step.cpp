// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/product.hpp>
#include <icnn/solvers/newton/newton_step.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// How far d is from optimal: g'd + d'Hd/2 less the Frank-Wolfe bound of that model, and from the set.
template <class Set>
double gap(const Set& set, const Vector<double>& y, const Vector<double>& g, const Matrix<double>& h,
           const Vector<double>& d) {
  Vector<double> inside = y + d;
  set.project(inside);
  const Vector<double> slope = g + h * d;
  return std::max((inside - y - d).norm(), slope.dot(y + d) - set.linear_minimum(slope));
}

template <int N = Dynamic, class Set>
void check(const Set& set, Random& random) {
  const Index n = set.dimension();
  Vector<double, N> y = random_vector<double>(random, n), d(n);
  set.project(y);
  NewtonStep<N> step(n);
  Polytope faces(n);
  faces.assign(set);
  step.begin(faces);
  for (int k = 0; k < 20; ++k) {
    const Index rank = 1 + random.index(n + 3);
    const auto root = random_matrix<double>(random, n, rank);
    const Matrix<double> h = root * root.transpose();
    const Vector<double, N> g = random_vector<double>(random, n, std::pow(10.0, random.uniform(-2, 2)));
    Matrix<double, N, N> work = h;
    REQUIRE(step.solve(faces, y, g, work, d));
    CHECK(gap(set, y, g, h, d) <= 1e-7 * (1 + g.norm()) * (1 + d.norm()));
    y += d;  // on faces, where the next guess starts
    set.project(y);
  }
}

}  // namespace

TEST_CASE("Newton steps minimize the model over the set, singular Hessians included", "[solvers]") {
  Random random(1);
  for (const Index n : {1, 2, 5, 12, 40})
    for (int k = 0; k < 10; ++k) {
      INFO("n " << n);
      check(Box(Vector<double>::Constant(n, -1), random_vector<double>(random, n).cwiseAbs()), random);
      check(Simplex(n, 2), random);
      if (n > 2) check(Product(Simplex(2), Box::unit(n - 2)), random);
      if (n > 4) check(Product(Simplex(2), Simplex(2, 3), Box::unit(n - 4)), random);
    }
}

TEST_CASE("so do those of compile-time sizes", "[solvers]") {
  Random random(2);
  for (int k = 0; k < 10; ++k) {
    check<1>(Box::unit(1), random);
    check<5>(Box(Vector<double>::Constant(5, -1), random_vector<double>(random, 5).cwiseAbs()), random);
    check<5>(Simplex(5, 2), random);
    check<16>(Product(Simplex(2), Simplex(2, 3), Box::unit(12)), random);
  }
}

TEST_CASE("where H is 0 a Newton step goes to a vertex; unbounded directions stay finite", "[solvers]") {
  NewtonStep<> step(3);
  Polytope set(3);
  set.assign(Box::unit(3));
  step.begin(set);
  Matrix<double> h = Matrix<double>::Zero(3, 3);
  Vector<double> d(3);
  REQUIRE(step.solve(set, Vector<double>::Constant(3, 0.5), Vector<double>{{1, -1, 2}}, h, d));
  CHECK((d - Vector<double>{{-0.5, 0.5, -0.5}}).norm() < 1e-6);
  set.assign(WholeSpace(3));
  h.setZero();
  REQUIRE(step.solve(set, Vector<double>::Zero(3), Vector<double>{{1, -1, 2}}, h, d));
  CHECK(d.allFinite());
  CHECK(d.dot(Vector<double>{{1, -1, 2}}) < 0);
  h.setConstant(std::nan(""));
  CHECK(!step.solve(set, Vector<double>::Zero(3), Vector<double>{{1, -1, 2}}, h, d));
}
