// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <concepts>
#include <functional>

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

using Wide = Matrix<Real>;

/// g and g', in long double.
struct Curve {
  std::function<Real(Real)> value, slope;

  template <class A>
  explicit Curve(const A& a)
      : value([a](Real t) { return a.jet(t).value; }), slope([a](Real t) { return a.jet(t).first; }) {}
};

/// Plain formulas for one layer in long double: phi = sum_j c_j z'_j(y, z; p), and its derivative along (dy, dz). Offsets
/// of blocks that a layer does not have are negative.
struct Formulas {
  Curve g;
  Index width, columns, at_y, at_z, at_b;
  Wide c, dy, dz;

  [[nodiscard]] Wide arguments(const Vector<Real>& p, const Wide& y, const Wide& z, bool affine) const {
    Wide s = Wide::Zero(width, columns);
    if (at_b >= 0 && affine) s.colwise() += Vector<Real>(p.segment(at_b, width));
    if (at_y >= 0) s += Eigen::Map<const Wide>(p.data() + at_y, width, y.rows()) * y;
    if (at_z >= 0) s += Eigen::Map<const Wide>(p.data() + at_z, width, z.rows()) * z;
    return s;
  }
  [[nodiscard]] Real value(const Vector<Real>& p, const Wide& y, const Wide& z) const {
    const Wide s = arguments(p, y, z, true);
    Real sum = 0;
    for (Index i = 0; i < s.size(); ++i) sum += c.data()[i] * g.value(s.data()[i]);
    return sum;
  }
  [[nodiscard]] Real slope(const Vector<Real>& p, const Wide& y, const Wide& z) const {
    const Wide s = arguments(p, y, z, true), ds = arguments(p, dy, dz, false);
    Real sum = 0;
    for (Index i = 0; i < s.size(); ++i) sum += c.data()[i] * g.slope(s.data()[i]) * ds.data()[i];
    return sum;
  }
};

/// Derivatives of phi in the parameters, in y and in z, against differences.
void check_all(const std::function<Real(const Vector<Real>&, const Wide&, const Wide&)>& phi, const Vector<Real>& p,
               const Wide& y, const Wide& z, const Vector<double>& gp, const Matrix<double>& gy, const Matrix<double>& gz) {
  const auto nudge = [](auto m, Index i, Real h) {
    m.data()[i] += h;
    return m;
  };
  const auto check = [](const auto& got, const auto& moved) {
    for (Index i = 0; i < got.size(); ++i) {
      check_derivative([&](Real h) { return moved(i, h); }, got.data()[i], got.cwiseAbs().maxCoeff(), true);
    }
  };
  check(gp, [&](Index i, Real h) { return phi(nudge(p, i, h), y, z); });
  check(gy, [&](Index i, Real h) { return phi(p, nudge(y, i, h), z); });
  check(gz, [&](Index i, Real h) { return phi(p, y, nudge(z, i, h)); });
}

/// Every pass of one layer on its own, with g for its activation.
template <class Layer>
void check_passes(const std::function<Layer(Layout&)>& make, int columns, const Curve& g) {
  Layout layout;
  const Layer layer = make(layout);
  Random random(1);
  const Vector<double> p = random_vector<double>(random, layout.size()).cwiseAbs();
  const Index n = layer.inputs(), m = layer.previous(), w = layer.width();
  const Matrix<double> y = random_matrix<double>(random, n, columns), z = random_matrix<double>(random, m, columns);
  const Matrix<double> dy = random_matrix<double>(random, n, columns), dz = random_matrix<double>(random, m, columns);
  const Matrix<double> c = random_matrix<double>(random, w, columns);
  typename Layer::template Tape<Dynamic> tape(ScratchSize<Layer>{layer, columns, true});

  const auto offset = [&](const double* block) { return static_cast<Index>(block - p.data()); };
  Formulas formulas{g, w, columns, -1, -1, -1, c.cast<Real>(), dy.cast<Real>(), dz.cast<Real>()};
  if (layer.has_bias()) formulas.at_b = offset(layer.b(p.data()).data());
  if (layer.has_passthrough()) formulas.at_y = offset(layer.y_map().matrix(p.data()).data());
  if constexpr (Layer::Previous != 0) {
    if (m > 0) formulas.at_z = offset(layer.z_map().matrix(p.data()).data());
  }
  const auto value = [&](const Vector<Real>& q, const Wide& a, const Wide& b) { return formulas.value(q, a, b); };
  const auto slope = [&](const Vector<Real>& q, const Wide& a, const Wide& b) { return formulas.slope(q, a, b); };
  const Vector<Real> pr = p.cast<Real>();
  const Wide yr = y.cast<Real>(), zr = z.cast<Real>();
  // Of tapes of compile-time sizes, in run-time ones.
  const auto phi = [&] { return Matrix<double>(tape.z).cwiseProduct(c).sum(); };

  layer.forward(kernels::Order::second, p.data(), y, z, tape, columns);
  CHECK(std::abs(phi() - static_cast<double>(value(pr, yr, zr))) <= 1e-12);
  tape.keep_arguments();
  layer.forward(kernels::Order::second, p.data(), y, z, tape, columns);
  const Matrix<double> s = tape.s, arguments = formulas.arguments(pr, yr, zr, true).template cast<double>();
  CHECK((s - arguments).cwiseAbs().maxCoeff() <= 1e-13);
  layer.tangent(p.data(), dy, dz, tape, columns);
  CHECK(std::abs(Matrix<double>(tape.dz).cwiseProduct(c).sum() - static_cast<double>(slope(pr, yr, zr))) <= 1e-11);

  Vector<double> gp = Vector<double>::Zero(p.size());
  Matrix<double> gy = Matrix<double>::Zero(n, columns), delta = Matrix<double>::Zero(m, columns), epsilon = delta;
  tape.delta = c;
  layer.backward(p.data(), y, z, tape, ParameterSink<double>{gp.data()}, gy, first_columns(delta, columns), columns);
  check_all(value, pr, yr, zr, gp, gy, delta);
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
  check_all(slope, pr, yr, zr, gp, gy, epsilon);
  gy_alone.setZero();
  Matrix<double> epsilon_alone = delta_alone;
  layer.second_backward(p.data(), y, dy, z, dz, tape, NoSink{}, gy_alone, first_columns(delta_alone, columns),
                        first_columns(epsilon_alone, columns), columns);
  CHECK((gy_alone == gy && delta_alone == delta && epsilon_alone == epsilon));

  // Along a line in y, with z and dz held.
  layer.start_line(p.data(), y, dy, tape, columns);
  const Vector<double> alpha = Vector<double>::Constant(columns, 0.5);
  layer.along(kernels::Order::first, p.data(), alpha, z, Matrix<double>(Matrix<double>::Zero(m, columns)), tape, columns);
  CHECK(std::abs(phi() - static_cast<double>(value(pr, yr + Real(0.5) * formulas.dy, zr))) <= 1e-11);
}

template <class Layer>
void check_layer(const std::function<Layer(Layout&)>& make, int columns) {
  Layout layout;
  check_passes<Layer>(make, columns, Curve(make(layout).activation()));
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
        columns, Curve(Softplus(2)));
    check_passes<Run>(
        [](Layout& l) {
          return Run(l, 0, {3, 0, 5}, Erased::in_first_layer(Square{}));
        },
        columns, Curve(Square{}));
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
