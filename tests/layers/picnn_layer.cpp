// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/softplus.hpp>
#include <icnn/activations/tanh.hpp>
#include <icnn/layers/picnn_layer.hpp>

#include "tests/support/finite_differences.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using R = Matrix<Real>;

/// Equation 3 for one layer, written out: sum of c o z' + e o u'.
struct Oracle {
  const Layout& layout;
  Gate gate;
  std::vector<Index> non_decreasing;
  R c, e;

  R block(const Vector<Real>& p, const char* name) const {
    const Block& b = layout[name];
    return Eigen::Map<const R>(p.data() + b.offset, b.rows, b.cols);
  }
  Real through(Real a) const { return gate == Gate::positive_part ? std::max<Real>(a, 0) : std::log1p(std::exp(a)); }
  Real operator()(const Vector<Real>& p, const R& u, const R& y, const R& z) const {
    R gz = (block(p, "Wzu[1]") * u).colwise() + block(p, "bz[1]").col(0);
    R gy = (block(p, "Wyu[1]") * u).colwise() + block(p, "by[1]").col(0);
    for (Index i = 0; i < gz.size(); ++i) gz.data()[i] = through(gz.data()[i]);
    for (const Index j : non_decreasing)
      for (Index k = 0; k < gy.cols(); ++k) gy(j, k) = through(gy(j, k));
    R s = block(p, "Wz[1]") * z.cwiseProduct(gz) + block(p, "Wy[1]") * y.cwiseProduct(gy) + block(p, "Wu[1]") * u;
    s.colwise() += block(p, "b[1]").col(0);
    R t = (block(p, "Wt[1]") * u).colwise() + block(p, "bt[1]").col(0);
    Real sum = 0;
    for (Index i = 0; i < s.size(); ++i) sum += c.data()[i] * std::log1p(std::exp(s.data()[i]));
    for (Index i = 0; i < t.size(); ++i) sum += e.data()[i] * std::tanh(t.data()[i]);
    return sum;
  }
};

template <class Layer>
void check_layer(Gate gate, std::vector<Index> non_decreasing, Index columns) {
  Layout layout;
  const Layer layer(layout, 1, {{3, 4, 5, true, true, non_decreasing}, 2, 3, gate}, Softplus{}, Tanh{});
  Random random(7);
  Vector<double> p = random_vector<double>(random, layout.size(), 0.7).cwiseAbs();
  layer.open_gates(p.data());
  const Matrix<double> u = random_matrix<double>(random, 2, columns), y = random_matrix<double>(random, 3, columns);
  const Matrix<double> z = random_matrix<double>(random, 4, columns), c = random_matrix<double>(random, 5, columns);
  const Matrix<double> e = random_matrix<double>(random, 3, columns);
  const Oracle oracle{layout, gate, non_decreasing, c.cast<Real>(), e.cast<Real>()};
  const Vector<Real> pr = p.cast<Real>();
  const R ur = u.cast<Real>(), yr = y.cast<Real>(), zr = z.cast<Real>();

  const ScratchSize<Layer> room{layer, columns};
  typename Layer::template Tape<Dynamic> tape(room);
  typename Layer::template ContextSide<Dynamic> context(room);
  typename Layer::template Adjoint<Dynamic> adjoint(room);
  layer.context_forward(p.data(), u, context, columns);
  const LayerGates gates(context.gates, &adjoint, columns);
  layer.convex().forward(kernels::Order::first, p.data(), y, z, tape, columns, gates);
  const double value = tape.z.cwiseProduct(c).sum() + context.step->u.cwiseProduct(e).sum();
  CHECK(std::abs(value - static_cast<double>(oracle(pr, ur, yr, zr))) <= 1e-12);

  Vector<double> gp = Vector<double>::Zero(p.size());
  Matrix<double> gu = Matrix<double>::Zero(2, columns), gy = Matrix<double>::Zero(3, columns), gz(4, columns);
  const ParameterSink<double> sink{gp.data()};
  tape.delta = c;
  adjoint.step->delta = e;
  layer.convex().backward(p.data(), y, z, tape, sink, gy, first_columns(gz, columns), columns, gates);
  layer.context_backward(p.data(), u, context, adjoint, sink, gu, columns);

  const bool smooth = gate == Gate::softplus;
  for (Index i = 0; i < gp.size(); ++i) {
    check_derivative([&](Real h) { return oracle(Vector<Real>(pr + h * Vector<Real>::Unit(gp.size(), i)), ur, yr, zr); },
                     gp(i), gp.cwiseAbs().maxCoeff(), smooth);
  }
  const auto check = [&](const Matrix<double>& g, const auto& moved) {
    for (Index i = 0; i < g.size(); ++i) {
      check_derivative([&](Real h) { return moved(i, h); }, g.data()[i], g.cwiseAbs().maxCoeff(), smooth);
    }
  };
  const auto nudge = [](R m, Index i, Real h) {
    m.data()[i] += h;
    return m;
  };
  check(gu, [&](Index i, Real h) { return oracle(pr, nudge(ur, i, h), yr, zr); });
  check(gy, [&](Index i, Real h) { return oracle(pr, ur, nudge(yr, i, h), zr); });
  check(gz, [&](Index i, Real h) { return oracle(pr, ur, yr, nudge(zr, i, h)); });
}

}  // namespace

TEST_CASE("PicnnLayer: forward and backward of both sides, on its own", "[layers]") {
  using Run = PicnnLayer<double, Softplus, Tanh>;
  using Fixed = PicnnLayer<double, Softplus, Tanh, 3, 4, 5, 2, 3>;
  for (const Index columns : {1, 3}) {
    check_layer<Run>(Gate::positive_part, {}, columns);
    check_layer<Run>(Gate::softplus, {}, columns);
    check_layer<Run>(Gate::softplus, {0, 2}, columns);
    check_layer<Fixed>(Gate::softplus, {1}, columns);
  }
}

TEST_CASE("PicnnLayer: a regular value that names all blocks of equation 3", "[layers]") {
  Layout layout;
  const PicnnLayer<double, Softplus, Tanh> layer(layout, 1, {{3, 4, 5}, 2, 3}, {}, {});
  const auto copy = layer;
  CHECK(copy == layer);
  std::string names;
  for (const Block& block : layout.blocks()) names += block.name + " ";
  CHECK(names == "Wz[1] Wy[1] b[1] Wzu[1] bz[1] Wyu[1] by[1] Wu[1] Wt[1] bt[1] ");
}
