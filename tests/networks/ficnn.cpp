// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/ficnn.hpp>

#include "tests/support/derivatives.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class Net>
void check_ficnn(Net f, const FicnnOptions& architecture, const FicnnChoice& activations, std::uint64_t seed,
                 Index samples) {
  Random random(seed);
  randomize(f, random);
  const Matrix<double> x(0, samples);
  const Matrix<double> y = random_matrix<double>(random, f.inputs(), samples);
  check_derivatives(f, reference(architecture, activations), f.parameters().vector(), x, y, random,
                    f.regularity().derivatives == 2);
  check_single_equals_batch(f, x, y, random);
}

const OutputTermShape full{.diagonal = true, .rank = 2, .linear = true};

}  // namespace

TEST_CASE("FICNN of run-time sizes: every derivative", "[ficnn]") {
  const auto check = [](const FicnnOptions& a, std::uint64_t seed, Index samples, Softplus g = {}) {
    check_ficnn(Ficnn<double, Softplus>(a, g), a, FicnnChoice{{g}, g, Identity{}}, seed, samples);
  };
  check({.inputs = 3, .hidden = {5, 4}, .output = full}, 1, 3);
  check({.inputs = 2, .hidden = {4, 3, 5}, .passthrough = false}, 2, 2, Softplus(2.5));
  check({.inputs = 4, .hidden = {3}, .bias = false}, 3, 2);
  check({.inputs = 3, .hidden = {}}, 4, 2);
  check({.inputs = 1, .hidden = {1}, .output = {.linear = true}}, 5, 1);
  check({.inputs = 3, .hidden = {4, 4}, .non_decreasing = {0, 2}, .output = {.linear = true}}, 6, 2);
  check({.inputs = 3, .hidden = {5, 4}, .quadratic_rank = 1, .output = full}, 7, 3);
  check({.inputs = 2, .hidden = {4, 3}, .passthrough = false, .quadratic_rank = 2}, 8, 2);
  check({.inputs = 4, .hidden = {3}, .bias = false, .quadratic_rank = 3}, 9, 2);
  check({.inputs = 3, .hidden = {}, .quadratic_rank = 2}, 10, 2);
}

TEST_CASE("FICNN with activations chosen at run time: every derivative", "[ficnn]") {
  const auto check = [](AnyFirstActivation first, AnyActivation hidden, AnyActivation output, std::uint64_t seed) {
    const FicnnOptions a{.inputs = 3, .hidden = {4, 4}, .output = full};
    const FicnnChoice choice{{hidden}, first, output};
    check_ficnn(AnyFicnn<double>(a, choice), a, choice, seed, 2);
  };
  check(Relu{}, Relu{}, Identity{}, 11);
  check(AbsoluteValue{}, LeakyRelu(0.2), Identity{}, 12);
  check(SquaredLeakyRelu(0.3), Elu(0.7), Identity{}, 13);
  check(Square{}, Celu(1.7), Identity{}, 14);
  check(Elu{}, SmoothRelu(0.5), Identity{}, 15);
  check(Identity{}, Identity{}, Identity{}, 16);
  check(Softplus(3), Softplus(0.5), Softplus(), 17);
  const auto check_quadratic = [](AnyFirstActivation first, AnyActivation hidden, AnyActivation output, std::uint64_t seed) {
    const FicnnOptions a{.inputs = 3, .hidden = {4, 4}, .quadratic_rank = 2};
    const FicnnChoice choice{{hidden}, first, output};
    check_ficnn(AnyFicnn<double>(a, choice), a, choice, seed, 2);
  };
  check_quadratic(Identity{}, Celu{}, Identity{}, 21);
  check_quadratic(Relu{}, LeakyRelu(0.2), Identity{}, 22);
  check_quadratic(Elu{}, SmoothRelu(0.5), Softplus{}, 23);
  check_quadratic(Identity{}, Identity{}, Identity{}, 24);
  const FicnnOptions deep{.inputs = 2, .hidden = {4, 3, 3}};
  const FicnnChoice mixed{{AnyActivation(Relu{}), AnyActivation(Softplus{})}, Celu{}, Identity{}};
  check_ficnn(AnyFicnn<double>(deep, mixed), deep, mixed, 18, 2);
}

TEST_CASE("FICNN: the layout names the paper's symbols", "[ficnn]") {
  const Ficnn<double, Relu> f({.inputs = 2, .hidden = {3, 4}, .non_decreasing = {1}, .output = {.linear = true}});
  std::string names;
  for (const Block& block : f.layout().blocks()) names += block.name + " ";
  CHECK(names == "Wy[0] b[0] Wz[1] Wy[1] b[1] Wz[2] Wy[2] b[2] d ");
  CHECK(f.layout()["Wz[1]"].rows == 4);
  CHECK(f.layout()["Wz[1]"].cols == 3);
  CHECK(f.layout()["Wz[1]"].sign == Sign::non_negative);
  CHECK(f.layout()["Wy[0]"].non_negative(0, 1));
  CHECK_FALSE(f.layout()["Wy[0]"].non_negative(0, 0));
  CHECK(f.layout()["d"].non_negative(1, 0));
  CHECK(f.parameter_count() == 2 * 3 + 3 + 12 + 8 + 4 + 4 + 2 + 1 + 2);
}

TEST_CASE("FICNN: a regular value", "[ficnn]") {
  using Net = Ficnn<double, Softplus>;
  STATIC_REQUIRE(std::regular<Net>);
  Random random(31);
  Net f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  const Vector<double> y = random_vector<double>(random, 2);
  Net copy = f;
  CHECK(copy == f);
  CHECK(copy(y) == f(y));
  copy.edit([](auto& w) { w["b[0]"](0) += 1; });
  CHECK_FALSE(copy == f);
  copy = f;
  CHECK(copy == f);
  auto& self = copy;
  copy = self;
  CHECK(copy == f);
  Net moved = std::move(copy);
  CHECK(moved == f);
  CHECK_FALSE(Net({.inputs = 2, .hidden = {3}}, Softplus(2)) == Net({.inputs = 2, .hidden = {3}}, Softplus(3)));
}

TEST_CASE("FICNN: bad input is refused, with everything left as it was", "[ficnn]") {
  using Net = Ficnn<double, Softplus>;
  CHECK_ERROR(Net({.inputs = 0}), "at least one input");
  CHECK_ERROR(Net({.inputs = 2, .hidden = {3, 0}}), "hidden widths of at least 1");
  CHECK_ERROR(Net({.inputs = 2, .hidden = {-1}}), "hidden widths");
  CHECK_ERROR(Net({.inputs = 2, .hidden = {3}, .non_decreasing = {2}}), "non-decreasing inputs in 0..1");
  CHECK_ERROR(Net({.inputs = 2, .non_decreasing = {1}, .output = {.diagonal = true}}), "only a linear output term");
  CHECK_ERROR(Net({.inputs = 2, .output = {.rank = -1}}), "a rank >= 0");
  CHECK_ERROR(Net({.inputs = 2, .output = {.bilinear = true}}), "without a context");
  CHECK_ERROR(Net({.inputs = 2, .hidden = {Index{1} << 33, Index{1} << 33}}), "sizes whose product fits");
  CHECK_ERROR(Net({.inputs = 2, .hidden = {3}}, Vector<double>::Zero(5)), "a parameter vector of shape");
  CHECK_ERROR(
      (AnyFicnn<double>({.inputs = 2, .hidden = {3, 3, 3}},
                        Activations<AnyActivation, AnyFirstActivation, AnyActivation>{{Relu{}, Relu{}, Relu{}}, {}, {}})),
      "one for each of 2");

  Net f({.inputs = 2, .hidden = {3}});
  Random random(41);
  randomize(f, random);
  Vector<double> theta = f.parameters().vector();
  theta(f.layout()["Wz[1]"].offset + 1) = -0.5;
  CHECK_ERROR(Net({.inputs = 2, .hidden = {3}}, theta), "Wz[1](0, 1) = -0.5 in layer 1 is negative");
  theta = f.parameters().vector();
  theta(0) = std::numeric_limits<double>::quiet_NaN();
  CHECK_ERROR(Net({.inputs = 2, .hidden = {3}}, theta), "finite parameters");
  theta(0) = std::numeric_limits<double>::infinity();
  CHECK_ERROR(Net({.inputs = 2, .hidden = {3}}, theta), "Wy[0](0, 0) = inf");

  auto ws = f.workspace();
  Vector<double> y = random_vector<double>(random, 2), g = Vector<double>::Constant(2, 7), wrong(3);
  Matrix<double> h = Matrix<double>::Constant(2, 2, 7);
  CHECK_ERROR(f.value(wrong, ws), "y of shape 2 x B");
  CHECK_ERROR(f.gradients(y, {.y = wrong}, ws), "the gradient in y of shape 2 x 1");
  CHECK_ERROR(f.gradients(y, {.x = g}, ws), "the gradient in x of shape 0 x 1");
  CHECK_ERROR(f.gradients(y, {.parameters = g}, ws), "the gradient in the parameters");
  CHECK_ERROR(f.gradients(y, {.y = g, .seeds = g}, ws), "seeds of shape 1 x 1");
  CHECK_ERROR(f.gradients(y, {.y = g, .only = Selection{1}}, ws), "one flag per block");
  CHECK_ERROR(f.hessian(y, g, ws), "the Hessian of shape 2 x 2");
  CHECK_ERROR(f.hessian_product(y, wrong, g, ws), "a direction w");
  CHECK_ERROR(f.line(y, wrong, ws), "a direction d");
  CHECK_ERROR(f.value(Matrix<double>(2, 0), ws), "at least one column");
  CHECK_ERROR(f.value(Matrix<double>::Zero(2, 2), ws), "B <= 1");
  CHECK_ERROR(f.workspace({.columns = 0}), "at least one column");
  auto fresh = f.workspace();
  CHECK_ERROR(f.pullback({.y = g}, fresh), "gradients(), hessian() or a product as the latest call");
  CHECK_ERROR(f.along(1.0, fresh), "line() for 1 column(s) as the latest call");
  auto lean = f.workspace({.columns = 1, .hessian = false});
  CHECK_ERROR(f.hessian(y, h, lean), "room for Hessians");
  const Net other({.inputs = 2, .hidden = {4}});
  CHECK_ERROR(other.value(y, ws), "made by this function's workspace()");
  CHECK(g == Vector<double>::Constant(2, 7));
  CHECK(h == Matrix<double>::Constant(2, 2, 7));
  auto strided = Eigen::Map<Vector<double>, 0, Eigen::InnerStride<2>>(h.data(), 2);
  CHECK_ERROR(f.gradients(y, {.y = strided}, ws), "contiguous columns");
}

TEST_CASE("FICNN: what nobody gave sizes has one input; explicit options have to name it", "[ficnn]") {
  const Ficnn<double, Softplus> smallest;
  CHECK((smallest.inputs() == 1 && smallest.depth() == 1));
  CHECK(smallest.options() == FicnnOptions{.inputs = 1});
  CHECK_ERROR((Ficnn<double, Softplus>(FicnnOptions{})), "at least one input, got 0");
  CHECK_ERROR((Ficnn<double, Softplus>({.hidden = {3}})), "at least one input, got 0");
}

TEST_CASE("FICNN: the layers are of one type, whatever the activations", "[ficnn]") {
  using Layers = DynamicChain<FicnnLayer<double, ErasedActivation<double>>>;
  STATIC_REQUIRE(std::is_same_v<Ficnn<double, Softplus>::Layers, Layers>);
  STATIC_REQUIRE(std::is_same_v<Ficnn<double, Relu, Square>::Layers, Layers>);
  STATIC_REQUIRE(std::is_same_v<AnyFicnn<double>::Layers, Layers>);
  const Ficnn<double, Softplus, Square> f({.inputs = 2, .hidden = {3, 4}}, Softplus(2), Square{});
  std::vector<std::string> names;
  f.chain().for_each([&](Index, const auto& layer) { names.push_back(name_of(layer.activation())); });
  CHECK(names == std::vector<std::string>{"Square", name_of(Softplus(2)), "Identity"});
}

TEST_CASE("FICNN: outputs may share memory with inputs; NaN and infinity propagate", "[ficnn]") {
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {4, 4}});
  Random random(51);
  randomize(f, random);
  auto ws = f.workspace();
  Vector<double> y = random_vector<double>(random, 3);
  const Vector<double> expected = f.gradient(y);
  Vector<double> shared = y;
  f.gradients(shared, {.y = shared}, ws);
  check_close(shared, expected, 0);
  Vector<double> w = random_vector<double>(random, 3), hw(3);
  f.hessian_product(y, w, hw, ws);
  f.hessian_product(y, w, w, ws);
  check_close(w, hw, 0);
  CHECK(std::abs(f.value(y + y, ws) - f(Vector<double>(2 * y))) <= 1e-14);  // an expression
  y(1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(f.value(y, ws)));
  Ficnn<double, Relu> r({.inputs = 1, .hidden = {2}});
  r.edit([](auto& e) { e.vector().setOnes(); });
  CHECK(std::isnan(r(Vector<double>::Constant(1, std::numeric_limits<double>::quiet_NaN()))));
  CHECK(std::isinf(r(Vector<double>::Constant(1, std::numeric_limits<double>::infinity()))));
  CHECK(std::isnan(r.gradient(Vector<double>::Constant(1, std::numeric_limits<double>::quiet_NaN()))(0)));
}

TEST_CASE("FICNN: non-decreasing inputs need a first layer that never decreases", "[ficnn]") {
  using Squared = Ficnn<double, Softplus, Square>;
  CHECK_ERROR(Squared({.inputs = 1, .hidden = {2}, .non_decreasing = {0}}), "a first layer that never decreases");
  CHECK_NOTHROW(Squared({.inputs = 1, .hidden = {2}}));
  CHECK_NOTHROW(Squared({.inputs = 1, .non_decreasing = {0}}));  // one affine layer: there is no square
  const FicnnChoice absolute{{Relu{}}, AbsoluteValue{}, Identity{}}, softplus{{Relu{}}, Softplus{}, Identity{}};
  CHECK_ERROR(AnyFicnn<double>({.inputs = 1, .hidden = {2}, .non_decreasing = {0}}, absolute), "never decreases");
  CHECK_NOTHROW(AnyFicnn<double>({.inputs = 1, .hidden = {2}, .non_decreasing = {0}}, softplus));
}

TEST_CASE("FICNN: one activation chosen at run time is that of every hidden layer; the output is the identity", "[ficnn]") {
  const AnyFicnn<double> f({.inputs = 2, .hidden = {3, 3}}, Softplus(2));
  CHECK(f.activations().first == AnyFirstActivation(Softplus(2)));
  CHECK(f.activations().hidden.front() == AnyActivation(Softplus(2)));
  CHECK(f.activations().output == AnyActivation(Identity{}));
  CHECK(AnyFicnn<double>({.inputs = 2}).activations().output == AnyActivation(Identity{}));
}

TEST_CASE("FICNN: pullback and along refuse a workspace that other calls have used since", "[ficnn]") {
  Random random(61);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}, .output = {.diagonal = true, .rank = 1}});
  randomize(f, random);
  const Vector<double> y = random_vector<double>(random, 2), w = random_vector<double>(random, 2), expected = f.gradient(y);
  Vector<double> g(2), hw(2);
  auto ws = f.workspace();
  f.value(y, ws);
  CHECK_ERROR(f.pullback({.y = g}, ws), "a value that derivatives can be pulled back from");
  f.hessian_product(y, w, hw, ws);
  f.pullback({.y = g}, ws);
  check_close(g, expected, 1e-14);
  f.line(y, w, ws);
  f.along(0.5, ws);
  CHECK_ERROR(f.pullback({.y = g}, ws), "pullback");
  f.value(y, ws);
  CHECK_ERROR(f.along(0.5, ws), "line() for 1 column(s) as the latest call");
  Vector<double> unsized;
  CHECK_ERROR(f.gradients(y, {.y = unsized}, ws), "the gradient in y of shape 2 x 1, got 0 x 1");
}

TEST_CASE("FICNN: what is wrong with the shape of y is said with a way out", "[ficnn]") {
  const Ficnn<double, Relu> f({.inputs = 3, .hidden = {4}});
  auto ws = f.workspace({.columns = 2});
  CHECK_ERROR(f.value(Matrix<double>(Matrix<double>::Zero(1, 3)), ws), "transpose y");
  CHECK_ERROR(f.value(Matrix<double>(Matrix<double>::Zero(3, 7)), ws), "workspace({.columns = 7})");
  CHECK_ERROR(f.value(Matrix<double>(Matrix<double>::Zero(3, 0)), ws), "at least one column");
}

TEST_CASE("FICNN: numbers for one input, arrays for points, ranges for widths", "[ficnn]") {
  Random random(9);
  Ficnn<double, Softplus> one({.inputs = 1, .hidden = std::array<int, 2>{4, 3}});
  randomize(one, random);
  CHECK(one(0.5) == one(Vector<double>(Vector<double>::Constant(1, 0.5))));
  Ficnn<float, Softplus> f({.inputs = 2, .hidden = std::vector<int>{5}, .output = {.diagonal = true}});
  randomize(f, random);
  CHECK_ERROR(f(0.5F), "y of shape 2 x B");
  const Eigen::ArrayXf a = random_vector<float>(random, 2).array();
  const Vector<float> y = a.matrix();
  CHECK(f(a) == f(y));
  CHECK(f.gradient(2 * a) == f.gradient(2 * y));
  CHECK(f.hessian(a) == f.hessian(y));
  auto ws = f.workspace({.columns = 3, .hessian = true}), other = f.workspace({.columns = 3, .hessian = true});
  const Eigen::ArrayXXf batch = random_matrix<float>(random, 2, 3).array(), w = random_matrix<float>(random, 2, 3).array();
  const Matrix<float> columns = batch.matrix(), directions = w.matrix();
  Matrix<float> mine(2, 3), its(2, 3);
  CHECK(f.gradients(batch, {.y = mine}, ws) == f.gradients(columns, {.y = its}, other));
  CHECK(mine == its);
  CHECK(f.hessian_product(batch, w, mine, ws) == f.hessian_product(columns, directions, its, other));
  CHECK(mine == its);
  f.line(batch, w, ws);
  f.line(columns, directions, other);
  const Eigen::Array<float, 1, Eigen::Dynamic> alpha = Eigen::Array<float, 1, Eigen::Dynamic>::Constant(3, 0.25F);
  CHECK(f.along(alpha, ws) == f.along(alpha.matrix(), other));
}
