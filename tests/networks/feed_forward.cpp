// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <concepts>

#include <icnn/networks/feed_forward.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/finite_differences.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/unchecked.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class Net>
void check_network(Net f, Index samples) {
  Random random(1);
  randomize(f, random);
  auto real = f.template cast<Real>();
  const Matrix<double> x = random_matrix<double>(random, f.inputs(), samples),
                       c = random_matrix<double>(random, f.outputs(), samples);
  const auto total = [&](const Vector<Real>& theta, const Matrix<Real>& at) {
    Unchecked::vector(real) = theta;
    return Matrix<Real>(real(at)).cwiseProduct(c.cast<Real>()).sum();
  };
  const Vector<Real> theta = f.parameters().vector().template cast<Real>();
  const Matrix<Real> xr = x.cast<Real>();
  auto ws = f.workspace({.columns = samples});
  Matrix<double> gx(f.inputs(), samples);
  Vector<double> gp(f.parameter_count());
  const Matrix<double> outputs = f.gradients(x, {.x = gx, .parameters = gp, .seeds = c}, ws);
  CHECK(std::abs(outputs.cwiseProduct(c).sum() - static_cast<double>(total(theta, xr))) <= 1e-12);
  for (Index i = 0; i < gp.size(); ++i) {
    check_derivative([&](Real h) { return total(Vector<Real>(theta + h * Vector<Real>::Unit(gp.size(), i)), xr); }, gp(i),
                     gp.cwiseAbs().maxCoeff(), true);
  }
  for (Index i = 0; i < gx.size(); ++i) {
    check_derivative(
        [&](Real h) {
          Matrix<Real> moved = xr;
          moved.data()[i] += h;
          return total(theta, moved);
        },
        gx.data()[i], gx.cwiseAbs().maxCoeff(), true);
  }
  // One sample: the Jacobian; one block alone.
  auto single = f.workspace();
  Matrix<double> j(f.outputs(), f.inputs());
  const Vector<double> x0 = x.col(0);
  f.jacobian(x0, j, single);
  f.gradients(Matrix<double>(x0), {.x = gx.leftCols(1), .seeds = c.leftCols(1)}, ws);
  CHECK((j.transpose() * c.col(0) - gx.col(0)).norm() <= 1e-13);
  const Vector<double> full = gp;
  gp.setConstant(7);
  const Selection last = select(f.layout(), [&](const Block& b) { return b.layer == f.depth() - 1; });
  f.gradients(x, {.parameters = gp, .seeds = c, .only = last}, ws);
  const Index tail = f.layout().blocks()[static_cast<std::size_t>(std::ranges::find(last, 1) - last.begin())].offset;
  CHECK((gp.tail(gp.size() - tail) - full.tail(gp.size() - tail)).norm() <= 1e-13);
  CHECK((gp.head(tail).array() == 7).all());
}

}  // namespace

TEST_CASE("FeedForward: every derivative", "[feed_forward]") {
  check_network(FeedForward<double, Tanh>({.inputs = 3, .hidden = {4, 5}, .outputs = 2}), 3);
  check_network(FeedForward<double, Softplus, Sigmoid>({.inputs = 2, .hidden = {3}, .outputs = 3, .bias = false}), 2);
  check_network(FeedForward<double, Tanh>({.inputs = 3, .hidden = {}, .outputs = 2}), 1);
  check_network(
      AnyFeedForward<double>({.inputs = 2, .hidden = {3, 3}, .outputs = 2}, AnyContextActivation(Sigmoid{}), Identity{}), 2);
  check_network(FeedForwardOf<double, Inputs<3>, Dense<4, Tanh>, Dense<5, Softplus>, Dense<2>>(), 3);
}

TEST_CASE("FeedForward: a regular value; one-output gradients", "[feed_forward]") {
  STATIC_REQUIRE(std::regular<FeedForward<double, Relu>>);
  Random random(2);
  FeedForward<double, Tanh> f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  const Vector<double> x = random_vector<double>(random, 2);
  const double h = 1e-6;
  const Vector<double> e = Vector<double>::Unit(2, 0);
  CHECK(std::abs(f.gradient(x)(0) - (f(Vector<double>(x + h * e))(0) - f(Vector<double>(x - h * e))(0)) / (2 * h)) <= 1e-8);
  const auto copy = f;
  CHECK(copy == f);
  CHECK(copy(x) == f(x));
}

TEST_CASE("FeedForward: what nobody gave sizes has one input; sizes in the type may be left out, or have to agree",
          "[feed_forward]") {
  const FeedForward<double, Relu> smallest;
  CHECK((smallest.inputs() == 1 && smallest.outputs() == 1 && smallest.depth() == 1));
  using Static = FeedForwardOf<double, Inputs<3>, Dense<4, Tanh>, Dense<2>>;
  const Static left_out, given({.inputs = 3, .hidden = {4}, .outputs = 2}), partly({.hidden = {4}});
  CHECK(left_out.options() == FeedForwardOptions{.inputs = 3, .hidden = {4}, .outputs = 2});
  CHECK((left_out == given && left_out == partly));
  const char* complaint = "FeedForwardOf: expected the sizes that are in the type, or none, got others";
  CHECK_ERROR(Static({.inputs = 2}), complaint);
  CHECK_ERROR(Static({.hidden = {5}}), complaint);
  CHECK_ERROR(Static({.hidden = {4, 2}}), complaint);
}

TEST_CASE("FeedForward: bad input is refused", "[feed_forward]") {
  using Net = FeedForward<double, Relu>;
  CHECK_ERROR(Net({.inputs = 0}), "inputs and outputs of at least 1");
  CHECK_ERROR(Net(FeedForwardOptions{}), "inputs and outputs of at least 1");
  CHECK_ERROR(Net({.inputs = 1, .outputs = 0}), "inputs and outputs of at least 1");
  CHECK_ERROR(Net({.inputs = 1, .hidden = {2, 0}}), "hidden widths");
  CHECK_ERROR(Net({.inputs = 2}, Vector<double>::Zero(7)), "a parameter vector");
  const Net f({.inputs = 2, .hidden = {3}, .outputs = 2});
  auto ws = f.workspace();
  Vector<double> x = Vector<double>::Zero(2), g = x;
  CHECK_ERROR(f.value(Vector<double>::Zero(3).eval(), ws), "x of shape 2 x B");
  CHECK_ERROR(f.gradients(x, {.y = g}, ws), "has no y");
  CHECK_ERROR(f.gradients(x, {.x = g, .seeds = g.head(1)}, ws), "seeds of shape 2 x 1");
  CHECK_ERROR(f.gradient(x), "use jacobian()");
  const Net other({.inputs = 2, .hidden = {4}, .outputs = 2});
  CHECK_ERROR(other.value(x, ws), "made by this network's workspace()");
}
