// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <concepts>

#include <icnn/networks/picnn.hpp>
#include <icnn/networks/picnn_batch.hpp>

#include "tests/support/derivatives.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

const OutputTermShape with_all_terms{.diagonal = true, .rank = 2, .bilinear = true, .linear = true};

/// f(x, y), f at one context, f at a batch of contexts.
void check_picnn(const PicnnOptions& architecture, const PicnnChoice& activations, std::uint64_t seed, Index samples) {
  AnyPicnn<double> f(architecture, activations);
  Random random(seed);
  randomize(f, random);
  const Matrix<double> x = random_matrix<double>(random, f.context_size(), samples);
  const Matrix<double> y = random_matrix<double>(random, f.inputs(), samples);
  const bool smooth = f.regularity().derivatives == 2 && regularity_of(activations.context).derivatives == 2 &&
                      architecture.gate == Gate::softplus;
  check_derivatives(f, reference(architecture, activations), f.parameters().vector(), x, y, random, smooth);
  check_single_equals_batch(f, x, y, random);
}

}  // namespace

TEST_CASE("PICNN: every derivative, with softplus gates", "[picnn]") {
  PicnnOptions a{.context = 2,
                 .inputs = 3,
                 .hidden = {4, 3},
                 .context_hidden = {3, 5},
                 .gate = Gate::softplus,
                 .output = with_all_terms};
  check_picnn(a, {{{Softplus{}}, Softplus{}, Identity{}}, Tanh{}}, 1, 3);
  check_picnn(a, {{{Softplus(2)}, Square{}, Softplus{}}, Sigmoid{}}, 2, 2);
  a.quadratic_rank = 2;  // of the gated y
  check_picnn(a, {{{Celu{}}, Identity{}, Identity{}}, Tanh{}}, 5, 2);
  a.quadratic_rank = 0;
  a.passthrough = false;
  a.output = {.bilinear = true};
  check_picnn(a, {{{Softplus{}}, Softplus{}, Identity{}}, Softplus{}}, 3, 2);
  a.bias = false;
  a.output = {.rank = 1};
  check_picnn(a, {{{Softplus{}}, Softplus{}, Identity{}}, Tanh{}}, 4, 1);
}

TEST_CASE("PICNN: every derivative, with positive-part gates", "[picnn]") {
  const PicnnOptions a{.context = 3, .inputs = 2, .hidden = {4, 4}, .context_hidden = {4, 3}, .output = with_all_terms};
  check_picnn(a, {{{Softplus{}}, Softplus{}, Identity{}}, Tanh{}}, 11, 3);
  check_picnn(a, {{{Relu{}}, Relu{}, Identity{}}, Relu{}}, 12, 2);
  check_picnn(a, {{{Elu(0.5)}, AbsoluteValue{}, Identity{}}, LeakyRelu(0.3)}, 13, 2);
}

TEST_CASE("PICNN: depth one and four; non-decreasing inputs behind gates", "[picnn]") {
  check_picnn({.context = 2, .inputs = 2, .output = with_all_terms}, {{{Softplus{}}, Softplus{}, Identity{}}, Tanh{}}, 21,
              2);
  check_picnn({.context = 2, .inputs = 2, .hidden = {3, 3, 2}, .context_hidden = {2, 3, 3}, .gate = Gate::softplus},
              {{{Softplus{}, Softplus(3)}, Softplus{}, Identity{}}, Tanh{}}, 22, 2);
  check_picnn({.context = 2,
               .inputs = 3,
               .hidden = {3, 3},
               .context_hidden = {2, 3},
               .gate = Gate::softplus,
               .non_decreasing = {0, 2},
               .output = {.linear = true}},
              {{{Softplus{}}, Softplus{}, Identity{}}, Tanh{}}, 23, 2);
}

TEST_CASE("PICNN: non-decreasing in the chosen inputs, at every context", "[picnn]") {
  AnyPicnn<double> f({.context = 2, .inputs = 3, .hidden = {5, 5}, .context_hidden = {4, 4}, .non_decreasing = {1}},
                     PicnnChoice{{{LeakyRelu(0.1)}, Softplus{}, Identity{}}, Tanh{}});
  Random random(31);
  for (int trial = 0; trial < 200; ++trial) {
    randomize(f, random, 2);
    const Vector<double> x = random_vector<double>(random, 2, 3), y = random_vector<double>(random, 3, 3);
    CHECK(f.gradient(x, y)(1) >= 0);
  }
}

TEST_CASE("PICNN: made with open gates", "[picnn]") {
  const Picnn<double, Softplus> f({.context = 2, .inputs = 3, .hidden = {4}, .context_hidden = {2}});
  CHECK(f.parameters()["bz[1]"] == Matrix<double>::Ones(4, 1));
  CHECK(f.parameters()["by[0]"] == Matrix<double>::Ones(3, 1));
  CHECK(f.parameters()["by[1]"] == Matrix<double>::Ones(3, 1));
  CHECK(f.parameters().vector().sum() == 10);
  STATIC_REQUIRE(std::regular<Picnn<double, Softplus>>);
  auto g = f;
  CHECK(g == f);
  g.edit([](auto& w) { w["Wu[0]"](0, 0) = 1; });
  CHECK_FALSE(g == f);
}

TEST_CASE("PICNN: a network at its context is a FICNN of effective weights", "[picnn]") {
  Random random(41);
  AnyPicnn<double> f({.context = 2, .inputs = 3, .hidden = {4, 5}, .context_hidden = {3, 2}, .output = with_all_terms},
                     PicnnChoice{{{Softplus{}}, Softplus{}, Identity{}}, Tanh{}});
  randomize(f, random);
  Vector<double> x = random_vector<double>(random, 2);
  auto at = f.at(x);
  STATIC_REQUIRE(std::is_same_v<decltype(at), AnyFicnn<double>>);
  auto ws = f.workspace();
  for (int trial = 0; trial < 10; ++trial) {
    const Vector<double> y = random_vector<double>(random, 3);
    CHECK(std::abs(at(y) - f(x, y)) <= 1e-13 * std::max(1.0, std::abs(at(y))));
    check_close(at.gradient(y), f.gradient(x, y), 1e-12);
    check_close(at.hessian(y), f.hessian(x, y), 1e-12);
    x = random_vector<double>(random, 2);
    f.rebind(at, x, ws);
    CHECK(audit(at.layout(), at.parameters().vector()).empty());
  }
  auto copy = f;
  copy.edit([](auto& w) { w["bz[1]"].setConstant(-1e3); });  // closed gates
  CHECK(copy.at(x).parameters()["Wz[1]"].isZero());
}

TEST_CASE("PICNN: what nobody gave sizes has one input and one context value", "[picnn]") {
  const Picnn<double, Softplus> smallest;
  CHECK((smallest.inputs() == 1 && smallest.context_size() == 1 && smallest.depth() == 1));
  CHECK(smallest.options() == PicnnOptions{.context = 1, .inputs = 1});
}

TEST_CASE("PICNN: bad input is refused", "[picnn]") {
  using Net = Picnn<double, Softplus>;
  CHECK_ERROR(Net(PicnnOptions{}), "at least one input");
  CHECK_ERROR(Net({.context = 1}), "at least one input");
  CHECK_ERROR(Net({.inputs = 1}), "a context of at least 1");
  CHECK_ERROR(Net({.context = 0, .inputs = 1}), "a context of at least 1");
  CHECK_ERROR(Net({.context = 1, .inputs = 1, .hidden = {3}}), "as many context_hidden widths as hidden ones");
  CHECK_ERROR(Net({.context = 1, .inputs = 1, .hidden = {3}, .context_hidden = {0}}), "context_hidden widths of at least 1");
  CHECK_ERROR(Net({.context = 1, .inputs = 2, .non_decreasing = {0}, .output = {.bilinear = true}}),
              "only a linear output term");
  Net f({.context = 2, .inputs = 3, .hidden = {4}, .context_hidden = {2}});
  auto ws = f.workspace();
  Vector<double> x(2), y(3), g = Vector<double>::Constant(3, 7);
  x.setZero();
  y.setZero();
  CHECK_ERROR(f.value(y, y, ws), "a context x of shape 2 x 1");
  CHECK_ERROR(f.value(x, x, ws), "y of shape 3 x B");
  CHECK_ERROR(f.gradients(x, y, {.x = g}, ws), "the gradient in x of shape 2 x 1");
  CHECK_ERROR(f.value(x, Matrix<double>::Zero(3, 2), ws), "B <= 1");
  CHECK_ERROR(f.at(y), "at: expected a context x of shape 2 x 1");
  CHECK_ERROR(f.at(RowVector<double>(RowVector<double>::Zero(2))), "a context is a column: transpose x");
  auto at = f.at(x);
  Net other({.context = 2, .inputs = 3, .hidden = {5}, .context_hidden = {2}});
  auto other_ws = other.workspace();
  CHECK_ERROR(f.rebind(at, x, other_ws), "one of another shape");
  auto wrong = other.at(x);
  CHECK_ERROR(f.rebind(wrong, x, ws), "one of another shape");
  CHECK(g == Vector<double>::Constant(3, 7));
  x(0) = std::numeric_limits<double>::quiet_NaN();
  y.setOnes();
  f.edit([](auto& w) {
    w["Wu[1]"].setOnes();
    w["Wt[0]"].setOnes();
  });
  CHECK(std::isnan(f(x, y)));
}

TEST_CASE("PICNN: rebind refuses functions that at() of this network would not make", "[picnn]") {
  using Net = AnyPicnn<double>;
  const PicnnOptions with{.context = 1, .inputs = 3, .hidden = {2, 4}, .context_hidden = {2, 2}};
  PicnnOptions without = with;
  without.passthrough = false;
  const Net f(with), g(without), other(with, PicnnChoice{{{Softplus{}}, Softplus{}, Identity{}}, Tanh{}});
  const Vector<double> x = Vector<double>::Ones(1);
  auto ws = f.workspace();
  auto from_g = g.at(x), from_other = other.at(x);
  CHECK_ERROR(f.rebind(from_g, x, ws), "one of another shape");
  CHECK_ERROR(f.rebind(from_other, x, ws), "one of another shape");
  AnyFicnn<double> own({.inputs = 3, .hidden = {2, 4}, .bias = false});
  CHECK_ERROR(f.rebind(own, x, ws), "one of another shape");
}
