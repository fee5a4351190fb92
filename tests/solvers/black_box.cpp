// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/black_box.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

namespace {

/// Evaluates a black box in two variables at (1, 2).
template <class F>
double evaluate(F f) {
  BlackBoxBuffers buffers(2);
  FunctionModel model(f, buffers);
  return model.value(kernels::Order::second, Vector<double>{{1, 2}});
}

/// A black box that writes this Hessian.
auto with_hessian(const Matrix<double>& hessian, double value = 1) {
  return [=](const Vector<double>&, Vector<double>& g, Matrix<double>& h) { return g.setOnes(), h = hessian, value; };
}

}  // namespace

TEST_CASE("a black box as a model", "[solvers]") {
  auto f = [](const Vector<double>& y, Vector<double>& g) { return g = 2 * y, y.squaredNorm(); };
  CHECK((BlackBox<decltype(f)> && PlainBlackBox<decltype(f)> && !CurvedBlackBox<decltype(f)>));
  CHECK_FALSE(BlackBox<int>);
  const Vector<double> y = Vector<double>::Ones(2);
  Vector<double> g(2);
  BlackBoxBuffers buffers(2);
  FunctionModel model(f, buffers, 0.5, 0.25);
  CHECK(model.inputs() == 2);
  CHECK(model.value(kernels::Order::first, y) == 2);
  model.gradient(g);
  CHECK(g == 2 * y);
  CHECK((model.cut_error() == 0.5 && model.value_error(y, y) == 0.5 && model.strong_convexity() == 0.25));
  CHECK(buffers.hessian.size() == 0);
}

TEST_CASE("a black box with a Hessian", "[solvers]") {
  const Matrix<double> q{{4, 1}, {1, 3}};
  auto f = [&](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) { return g = q * y, h = q, 0.5 * y.dot(g); };
  CHECK((BlackBox<decltype(f)> && !PlainBlackBox<decltype(f)> && CurvedBlackBox<decltype(f)>));
  const Vector<double> y{{1, -2}}, w{{3, 5}};
  Vector<double> g(2), product(2);
  Matrix<double> h = Matrix<double>::Constant(3, 3, 7);
  BlackBoxBuffers buffers(2);
  FunctionModel model(f, buffers);
  CHECK(model.value(kernels::Order::second, y) == 6);
  model.gradient(g);
  CHECK(g == q * y);
  model.hessian({h, 2});
  CHECK(h == Matrix<double>{{4, 1, 7}, {1, 3, 7}, {7, 7, 7}});
  model.hessian_product(w, product);
  CHECK(product == q * w);
}

TEST_CASE("what a black box fails to write is refused", "[solvers]") {
  const auto short_gradient = [](const Vector<double>&, Vector<double>& g) { return g.setOnes(1), 1.0; };
  CHECK_ERROR(evaluate(short_gradient), "a gradient, written by the black box, of shape 2 x 1");
  const auto long_gradient = [](const Vector<double>&, Vector<double>& g, Matrix<double>& h) {
    return g.setOnes(3), h.setZero(), 1.0;
  };
  CHECK_ERROR(evaluate(long_gradient), "a gradient, written by the black box, of shape 2 x 1");
  const auto forgets = [](const Vector<double>&, Vector<double>& g, Matrix<double>&) { return g.setOnes(), 1.0; };
  CHECK_ERROR(evaluate(forgets), "write zeros, too");
  CHECK_ERROR(evaluate(with_hessian(Matrix<double>::Zero(3, 3))), "a Hessian, written by the black box, of shape 2 x 2");
  CHECK_ERROR(evaluate(with_hessian(Matrix<double>::Zero(2, 1))), "a Hessian, written by the black box, of shape 2 x 2");
  CHECK_ERROR(evaluate(with_hessian(Matrix<double>{{4, 0}, {1, 3}})), "a symmetric Hessian");
  CHECK_ERROR(evaluate(with_hessian(Matrix<double>{{4, 0}, {1, 3}})), "write both triangles");
  CHECK(evaluate(with_hessian(Matrix<double>{{4, 1 + 1e-9}, {1, 3}})) == 1);  // rounding
  CHECK(evaluate(with_hessian(Matrix<double>::Zero(2, 2))) == 1);
}

TEST_CASE("a Hessian is written at every point, and nobody asks for one where the value is not finite", "[solvers]") {
  int calls = 0;
  auto once = [&](const Vector<double>&, Vector<double>& g, Matrix<double>& h) {
    if (calls++ == 0) h.setIdentity();
    return g.setOnes(), 1.0;
  };
  const Vector<double> y = Vector<double>::Ones(2);
  BlackBoxBuffers buffers(2);
  FunctionModel model(once, buffers);
  CHECK(model.value(kernels::Order::second, y) == 1);
  CHECK_ERROR(model.value(kernels::Order::second, y), "every entry of it");
  CHECK(evaluate([](const Vector<double>&, Vector<double>&, Matrix<double>&) { return infinity; }) == infinity);
  CHECK(std::isnan(evaluate(with_hessian(Matrix<double>::Constant(2, 2, std::nan("")), std::nan("")))));
}

TEST_CASE("buffers that were thrown out of shape are mended", "[solvers]") {
  BlackBoxBuffers buffers(2);
  buffers.gradient.resize(5);
  buffers.hessian.resize(1, 7);
  auto f = with_hessian(Matrix<double>::Identity(2, 2));
  FunctionModel model(f, buffers);
  CHECK(model.value(kernels::Order::second, Vector<double>{{1, 2}}) == 1);
}

TEST_CASE("a gradient that is not written, or only added to, is noticed", "[solvers]") {
  const auto forgets = [](const Vector<double>& y, Vector<double>&) { return y.squaredNorm(); };
  CHECK_ERROR(evaluate(forgets), "a gradient, every entry of it, from the black box, got none at coordinate 0");
  const auto forgets_one = [](const Vector<double>& y, Vector<double>& g) { return g(0) = 2 * y(0), y.squaredNorm(); };
  CHECK_ERROR(evaluate(forgets_one), "none at coordinate 1");
  const auto adds = [](const Vector<double>& y, Vector<double>& g) { return g += 2 * y, y.squaredNorm(); };
  CHECK_ERROR(evaluate(adds), "it does not come zeroed");
  const auto adds_all = [](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    return g += 2 * y, h.setIdentity(), y.squaredNorm();
  };
  CHECK_ERROR(evaluate(adds_all), "it does not come zeroed");
  // Outside of its domain a function need not write any; and a NaN of its own is no misuse.
  CHECK(evaluate([](const Vector<double>&, Vector<double>&) { return infinity; }) == infinity);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(evaluate([&](const Vector<double>&, Vector<double>& g) { return g.setConstant(nan), 1.0; }) == 1);
}

TEST_CASE("a function that can be called both ways is asked for Hessians where they are used", "[solvers]") {
  struct Both {
    int plain = 0, curved = 0;
    double operator()(const Vector<double>& y, Vector<double>& g) { return ++plain, g = 2 * y, y.squaredNorm(); }
    double operator()(const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
      return ++curved, h = 2 * Matrix<double>::Identity(2, 2), g = 2 * y, y.squaredNorm();
    }
  } both;
  BlackBoxBuffers buffers(2);
  FunctionModel model(both, buffers);
  const Vector<double> y = Vector<double>::Ones(2);
  CHECK(model.value(kernels::Order::value, y) == 2);
  CHECK(model.value(kernels::Order::first, y) == 2);
  CHECK((both.plain == 2 && both.curved == 0));
  CHECK(model.value(kernels::Order::second, y) == 2);
  CHECK((both.plain == 2 && both.curved == 1));
}
