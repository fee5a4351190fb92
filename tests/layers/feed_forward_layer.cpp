// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/tanh.hpp>
#include <icnn/layers/feed_forward_layer.hpp>

#include "tests/support/finite_differences.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <int In, int Out>
void check_layer(bool bias, Index columns) {
  Layout layout;
  const FeedForwardLayer<double, Tanh, In, Out> layer(layout, 0, 3, 4, bias, {});
  CHECK(layer.affine().has_bias() == bias);
  Random random(1);
  const Vector<double> p = random_vector<double>(random, layout.size());
  const Matrix<double> u = random_matrix<double>(random, 3, columns), c = random_matrix<double>(random, 4, columns);
  const auto value = [&](const Vector<Real>& q, const Matrix<Real>& v) {
    Matrix<Real> s = Eigen::Map<const Matrix<Real>>(q.data(), 4, 3) * v;
    if (bias) s.colwise() += Vector<Real>(q.tail(4));
    Real sum = 0;
    for (Index i = 0; i < s.size(); ++i) sum += Real(c.data()[i]) * std::tanh(s.data()[i]);
    return sum;
  };
  FeedForwardTape<double, Out, Dynamic> tape(ScratchSize<decltype(layer)>{layer, columns});
  FeedForwardAdjoint<double, Out, Dynamic> adjoint(ScratchSize<decltype(layer)>{layer, columns});
  layer.forward(kernels::Order::first, p.data(), u, tape, columns);
  const Vector<Real> pr = p.cast<Real>();
  const Matrix<Real> ur = u.cast<Real>();
  CHECK(std::abs(tape.u.cwiseProduct(c).sum() - static_cast<double>(value(pr, ur))) <= 1e-13);
  Vector<double> gp = Vector<double>::Zero(p.size());
  Matrix<double> gu = Matrix<double>::Zero(3, columns);
  adjoint.delta = c;
  layer.backward(p.data(), u, tape, adjoint, ParameterSink<double>{gp.data()}, gu, columns);
  for (Index i = 0; i < gp.size(); ++i) {
    check_derivative([&](Real h) { return value(Vector<Real>(pr + h * Vector<Real>::Unit(gp.size(), i)), ur); }, gp(i), 0.1,
                     true);
  }
  for (Index i = 0; i < gu.size(); ++i) {
    check_derivative(
        [&](Real h) {
          Matrix<Real> moved = ur;
          moved.data()[i] += h;
          return value(pr, moved);
        },
        gu.data()[i], 0.1, true);
  }
}

}  // namespace

TEST_CASE("FeedForwardLayer: forward and backward on its own", "[layers]") {
  for (const Index columns : {1, 3}) {
    check_layer<Dynamic, Dynamic>(true, columns);
    check_layer<Dynamic, Dynamic>(false, columns);
    check_layer<3, 4>(true, columns);
  }
}

TEST_CASE("FeedForwardLayer: a regular value that names its blocks", "[layers]") {
  Layout layout;
  const FeedForwardLayer<double, Tanh> layer(layout, 2, 3, 4, true, {});
  CHECK(layout.contains("W[2]"));
  CHECK(layout.contains("b[2]"));
  const auto copy = layer;
  CHECK(copy == layer);
}
