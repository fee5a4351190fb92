// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/product.hpp>
#include <icnn/solvers/newton/projected_newton.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/curved.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class F, class Set>
Result by_projected_newton(F f, const Set& set, const Settings& settings = {}, Index gradients = 0) {
  Curved<F> model(f, set.dimension());
  SetRegion region(set);
  NewtonWorkspace ws(set.dimension());
  Result r;
  r.y = Vector<double>::Zero(set.dimension());
  detail::project(set, r.y, ws.mirror);
  projected_newton(model, region, settings, ws, r, gradients);
  return r;
}

}  // namespace

TEST_CASE("a quadratic over a polytope is minimized by one step", "[solvers]") {
  Random random(1);
  const Index n = 12;
  const auto root = random_matrix<double>(random, n, n);
  const Matrix<double> q = root * root.transpose();
  const Vector<double> c = random_vector<double>(random, n);
  const auto f = [&](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    h = q;
    g = q * y + c;
    return 0.5 * y.dot(q * y) + c.dot(y);
  };
  for (const Index gradients : {0, 5}) {
    for (const Result& r : {by_projected_newton(f, Box::cube(n, -0.3, 0.2), {.relative_gap = 1e-9}, gradients),
                            by_projected_newton(f, Simplex(n), {.relative_gap = 1e-9}, gradients),
                            by_projected_newton(f, Product(Simplex(4), Box::unit(8)), {.relative_gap = 1e-9}, gradients)}) {
      INFO(r);
      CHECK(r.status == Status::optimal);
      CHECK(r.evaluations <= 2 + (gradients > 0 ? gradients + 3 : 0));
    }
  }
}

namespace {

/// The method of compile-time size beside that of run-time size: the same steps, up to rounding.
template <int N>
void check_size(Random& random) {
  const auto root = random_matrix<double>(random, N, N);
  const Vector<double> c = random_vector<double>(random, N, 3);
  const auto f = [&](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {  // sum log cosh (root y) + c'y
    const Vector<double> slopes = (root * y).array().tanh();
    g = root.transpose() * slopes + c;
    h = root.transpose() * (1 - slopes.array().square()).matrix().asDiagonal() * root;
    return (root * y).array().cosh().log().sum() + c.dot(y);
  };
  const auto check = [&](const auto& set) {
    const Settings settings{.relative_gap = 1e-7};
    const Result expected = by_projected_newton(f, set, settings);
    Curved model(f, N);
    SetRegion region(set);
    BasicNewtonWorkspace<N> ws(N);
    Result r;
    r.y = Vector<double>::Zero(N);
    detail::project(set, r.y, ws.mirror);
    projected_newton(model, region, settings, ws, r);
    INFO("N " << N << ": " << r << "; run-time size: " << expected);
    CHECK(r.status == Status::optimal);
    CHECK(r.evaluations == expected.evaluations);
    CHECK(r.iterations == expected.iterations);
    CHECK(std::abs(r.value - expected.value) <= 1e-12 * (1 + std::abs(r.value)));
    CHECK((r.y - expected.y).norm() <= 1e-6);
  };
  check(Box::cube(N, -0.4, 0.3));
  check(Simplex(N, 2));
  if constexpr (N > 2) check(Product(Simplex(2), Box::unit(N - 2)));
}

}  // namespace

TEST_CASE("compile-time sizes take the same steps as run-time sizes", "[solvers]") {
  Random random(7);
  for (int k = 0; k < 10; ++k) {
    check_size<1>(random);
    check_size<6>(random);
    check_size<16>(random);
  }
}

TEST_CASE("far from the solution a line search helps", "[solvers]") {
  const auto f = [](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {  // sqrt(1 + y^2): full steps diverge
    h.setZero(y.size(), y.size());
    double value = 0;
    for (Index j = 0; j < y.size(); ++j) {
      const double root = std::sqrt(1 + y(j) * y(j));
      value += root;
      g(j) = y(j) / root;
      h(j, j) = 1 / (root * root * root);
    }
    return value;
  };
  for (const double from : {0.9, 1.5, 40.0}) {
    const Box box = Box::cube(2, -50, 60);
    const Result r = by_projected_newton(f, box, {.relative_gap = 1e-9, .start = {}});
    CHECK(r.status == Status::optimal);
    Curved model(f, 2);
    SetRegion region(box);
    NewtonWorkspace ws(2);
    Result far;
    far.y = Vector<double>::Constant(2, from);
    projected_newton(model, region, {.relative_gap = 1e-9}, ws, far);
    INFO(from << ": " << far);
    CHECK(far.status == Status::optimal);
    CHECK(far.y.norm() < 1e-4);
    CHECK(far.evaluations <= 30);
  }
}

TEST_CASE("unbounded below, not convex, not finite: a status each", "[solvers]") {
  const auto affine = [](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    h.setZero(1, 1);
    g.setConstant(1);
    return y(0);
  };
  CHECK(by_projected_newton(affine, WholeSpace(1)).status == Status::unbounded);
  const auto hill = [](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    h.setConstant(1, 1, -2);
    g = -2 * y.array() + 0.1;
    return 0.1 * y(0) - y.squaredNorm();
  };
  const Status status = by_projected_newton(hill, Box::cube(1, -1, 2)).status;
  CHECK((status == Status::not_convex || status == Status::uncertified));
  const auto nan = [](const Vector<double>&, Vector<double>& g, Matrix<double>& h) {
    h.setConstant(1, 1, std::nan(""));
    g.setConstant(-1);
    return 1.0;
  };
  const Result r = by_projected_newton(nan, Box::unit(1));
  CHECK(r.status != Status::optimal);
  CHECK(r.lower_bound <= 1);
  CHECK(by_projected_newton(affine, Box::unit(1), {.max_evaluations = 0}).status == Status::budget_reached);
}

namespace {

/// Curved, but with a bound of rounding that says nothing about its values.
template <class F>
class CutsOfNoUse : public Curved<F> {
 public:
  using Curved<F>::Curved;
  [[nodiscard]] double cut_error() override { return 1e3; }
};

}  // namespace

TEST_CASE("steps that promise less and less go on where cuts are worth nothing", "[solvers]") {
  const auto f = [](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {  // sum exp(y_j) - 2 y_j
    g = y.array().exp() - 2;
    h = Vector<double>(y.array().exp()).asDiagonal();
    return (y.array().exp() - 2 * y.array()).sum();
  };
  CutsOfNoUse<decltype(f)> model(f, 3);
  const WholeSpace space(3);
  SetRegion region(space);
  NewtonWorkspace ws(3);
  Result r;
  r.y = Vector<double>::Constant(3, 4);
  projected_newton(model, region, {}, ws, r);
  INFO(r);
  CHECK((r.y.array() - std::log(2.0)).abs().maxCoeff() < 1e-15);
  CHECK(r.evaluations < 20);
}
