// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <concepts>

#include <icnn/activations/erased.hpp>
#include <icnn/activations/softplus.hpp>
#include <icnn/activations/square.hpp>
#include <icnn/core/parameters.hpp>
#include <icnn/layers/ficnn_layer.hpp>

#include "tests/support/finite_differences.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// One layer on its own: sum_j c_j z'_j(y, z; p) and its derivatives against differences. \p g is its activation.
template <class Layer, class Make, class A>
void check_passes(Make make, int columns, const A& g) {
  Layout layout;
  const Layer layer = make(layout);
  Random random(1);
  const Vector<double> p = random_vector<double>(random, layout.size()).cwiseAbs();
  const Index n = layer.inputs(), m = layer.previous(), w = layer.width();
  const Matrix<double> y = random_matrix<double>(random, n, columns), z = random_matrix<double>(random, m, columns);
  const Matrix<double> dy = random_matrix<double>(random, n, columns), dz = random_matrix<double>(random, m, columns);
  const Matrix<double> c = random_matrix<double>(random, w, columns);
  typename Layer::template Tape<Dynamic> tape(ScratchSize<Layer>{layer, columns, true});

  // The oracle: plain formulas in long double.
  using R = Matrix<Real>;
  const auto s_of = [&](const Vector<Real>& q, const R& yy, const R& zz, bool affine) {
    R s = R::Zero(w, columns);
    if (layer.has_bias() && affine) s.colwise() += Vector<Real>(q.segment(layer.b(p.data()).data() - p.data(), w));
    if (layer.has_passthrough()) {
      s += Eigen::Map<const R>(q.data() + (layer.y_map().matrix(p.data()).data() - p.data()), w, n) * yy;
    }
    if constexpr (Layer::Previous != 0) {
      if (m > 0) s += Eigen::Map<const R>(q.data() + (layer.z_map().matrix(p.data()).data() - p.data()), w, m) * zz;
    }
    return s;
  };
  const auto value = [&](const Vector<Real>& q, const R& yy, const R& zz) {
    const R s = s_of(q, yy, zz, true);
    Real sum = 0;
    for (Index i = 0; i < s.size(); ++i) sum += Real(c.data()[i]) * g.jet(s.data()[i]).value;
    return sum;
  };
  const auto slope = [&](const Vector<Real>& q, const R& yy, const R& zz) {  // sum c g'(s) o ds
    const R s = s_of(q, yy, zz, true), ds = s_of(q, dy.cast<Real>(), dz.cast<Real>(), false);
    Real sum = 0;
    for (Index i = 0; i < s.size(); ++i) sum += Real(c.data()[i]) * g.jet(s.data()[i]).first * ds.data()[i];
    return sum;
  };
  const Vector<Real> pr = p.cast<Real>();
  const R yr = y.cast<Real>(), zr = z.cast<Real>();

  layer.forward(kernels::Order::second, p.data(), y, z, tape, columns);
  CHECK(std::abs(tape.z.cwiseProduct(c).sum() - static_cast<double>(value(pr, yr, zr))) <= 1e-12);
  tape.keep_arguments();
  layer.forward(kernels::Order::second, p.data(), y, z, tape, columns);
  CHECK((tape.s - s_of(pr, yr, zr, true).template cast<double>()).cwiseAbs().maxCoeff() <= 1e-13);
  layer.tangent(p.data(), dy, dz, tape, columns);
  CHECK(std::abs(tape.dz.cwiseProduct(c).sum() - static_cast<double>(slope(pr, yr, zr))) <= 1e-11);

  const auto check_all = [&](const auto& phi, const Vector<double>& gp, const Matrix<double>& gy, const Matrix<double>& gz) {
    for (Index i = 0; i < gp.size(); ++i) {
      check_derivative([&](Real h) { return phi(Vector<Real>(pr + h * Vector<Real>::Unit(gp.size(), i)), yr, zr); }, gp(i),
                       gp.cwiseAbs().maxCoeff(), true);
    }
    for (Index i = 0; i < gy.size(); ++i) {
      check_derivative(
          [&](Real h) {
            R moved = yr;
            moved.data()[i] += h;
            return phi(pr, moved, zr);
          },
          gy.data()[i], gy.cwiseAbs().maxCoeff(), true);
    }
    for (Index i = 0; i < gz.size(); ++i) {
      check_derivative(
          [&](Real h) {
            R moved = zr;
            moved.data()[i] += h;
            return phi(pr, yr, moved);
          },
          gz.data()[i], gz.cwiseAbs().maxCoeff(), true);
    }
  };
  Vector<double> gp = Vector<double>::Zero(p.size());
  Matrix<double> gy = Matrix<double>::Zero(n, columns), delta = Matrix<double>::Zero(m, columns), epsilon = delta;
  tape.delta = c;
  layer.backward(p.data(), y, z, tape, ParameterSink<double>{gp.data()}, gy, first_columns(delta, columns), columns);
  check_all(value, gp, gy, delta);
  // Where nobody can want parameter derivatives, the others are the same.
  Matrix<double> gy_alone = Matrix<double>::Zero(n, columns), delta_alone = Matrix<double>::Zero(m, columns);
  layer.backward(p.data(), y, z, tape, NoSink{}, gy_alone, first_columns(delta_alone, columns), columns);
  CHECK((gy_alone == gy && delta_alone == delta));

  gp.setZero();
  gy.setZero();
  tape.delta = c;
  tape.epsilon.setZero();
  layer.second_backward(p.data(), y, dy, z, dz, tape, ParameterSink<double>{gp.data()}, gy, first_columns(delta, columns),
                        first_columns(epsilon, columns), columns);
  check_all(slope, gp, gy, epsilon);
  gy_alone.setZero();
  Matrix<double> epsilon_alone = delta_alone;
  layer.second_backward(p.data(), y, dy, z, dz, tape, NoSink{}, gy_alone, first_columns(delta_alone, columns),
                        first_columns(epsilon_alone, columns), columns);
  CHECK((gy_alone == gy && delta_alone == delta && epsilon_alone == epsilon));

  // Along a line in y, with z and dz held.
  layer.start_line(p.data(), y, dy, tape, columns);
  const Vector<double> alpha = Vector<double>::Constant(columns, 0.5);
  layer.along(kernels::Order::first, p.data(), alpha, z, Matrix<double>(Matrix<double>::Zero(m, columns)), tape, columns);
  CHECK(std::abs(tape.z.cwiseProduct(c).sum() - static_cast<double>(value(pr, yr + Real(0.5) * dy.cast<Real>(), zr))) <=
        1e-11);
}

template <class Layer, class Make>
void check_layer(Make make, int columns) {
  Layout layout;
  check_passes<Layer>(make, columns, make(layout).activation());
}

}  // namespace

TEST_CASE("FicnnLayer: every pass of a layer on its own", "[layers]") {
  using Hidden = FicnnLayer<double, Softplus>;
  STATIC_REQUIRE(std::copyable<Hidden>);
  STATIC_REQUIRE(std::equality_comparable<Hidden>);
  using Erased = ErasedActivation<double>;
  using Run = FicnnLayer<double, Erased>;
  for (const int columns : {1, 3}) {
    check_passes<Run>(
        [](Layout& l) {
          return Run(l, 1, {3, 4, 5}, Erased::behind_weights(Softplus(2)));
        },
        columns, Softplus(2));
    check_passes<Run>([](Layout& l) { return Run(l, 0, {3, 0, 5}, Erased::in_first_layer(Square{})); }, columns, Square{});
    check_layer<Hidden>([](Layout& l) { return Hidden(l, 1, {3, 4, 5, true, true}, Softplus(2)); }, columns);
    check_layer<Hidden>([](Layout& l) { return Hidden(l, 1, {3, 4, 5, false, true}, {}); }, columns);
    check_layer<Hidden>([](Layout& l) { return Hidden(l, 1, {2, 3, 1, true, false}, {}); }, columns);
    check_layer<Hidden>([](Layout& l) { return Hidden(l, 0, {3, 0, 5, true, true}, {}); }, columns);
  }
}

TEST_CASE("FicnnLayer: the first layer, and compile-time sizes", "[layers]") {
  using First = FicnnLayer<double, Square, Dynamic, 0>;
  check_layer<First>([](Layout& l) { return First(l, 0, {3, 0, 4}, {}); }, 2);
  using Fixed = FicnnLayer<double, Softplus, 3, 4, 5>;
  check_layer<Fixed>([](Layout& l) { return Fixed(l, 1, {3, 4, 5}, {}); }, 2);
}

TEST_CASE("FicnnLayer: copies are equal and work alike", "[layers]") {
  Layout layout;
  const FicnnLayer<double, Softplus> layer(layout, 1, {2, 3, 4}, Softplus(2));
  auto copy = layer;
  CHECK(copy == layer);
  auto& self = copy;
  copy = self;
  CHECK(copy == layer);
  const auto moved = std::move(copy);
  CHECK(moved == layer);
  Layout other;
  CHECK_FALSE(FicnnLayer<double, Softplus>(other, 1, {2, 3, 5}, Softplus(2)) == layer);
}
