// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <functional>

#include <icnn/inference/model.hpp>
#include <icnn/networks/picnn.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/models.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

bool close(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance * (1 + std::abs(b)); }

/// What a function says, whatever its type, so that checks are compiled once.
struct Says {
  double strong_convexity;
  std::function<double(const Vector<double>&)> value;
  std::function<Vector<double>(const Vector<double>&)> gradient;
  std::function<Matrix<double>(const Vector<double>&)> hessian;

  template <class F>
  explicit Says(const F& f)
      : strong_convexity(f.strong_convexity()),
        value([&f](const Vector<double>& y) { return f(y); }),
        gradient([&f](const Vector<double>& y) { return f.gradient(y); }),
        hessian([&f](const Vector<double>& y) { return f.hessian(y); }) {}
};

/// A model says what a function says, at a few points; up to \p tolerance, relatively.
void check_model(ConvexModel& model, const Says& f, Random& random, double tolerance) {
  const Index n = model.inputs();
  CHECK((model.strong_convexity() <= f.strong_convexity && model.strong_convexity() >= 0.99 * f.strong_convexity));
  for (int k = 0; k < 3; ++k) {
    const Vector<double> y = random_vector<double>(random, n), d = random_vector<double>(random, n);
    Vector<double> g(n), product(n);
    Matrix<double> h(n, n);
    const double value = f.value(y);
    const Vector<double> gradient = f.gradient(y);
    const Matrix<double> hessian = f.hessian(y);
    CHECK(close(model.value(kernels::Order::value, y), value, tolerance));
    CHECK(close(model.value(kernels::Order::first, y), value, tolerance));
    model.gradient(g);
    CHECK((g - gradient).norm() <= tolerance * (1 + g.norm()));
    CHECK(close(model.value(kernels::Order::second, y), value, tolerance));
    model.gradient(g);
    CHECK((g - gradient).norm() <= tolerance * (1 + g.norm()));
    model.hessian(h);
    CHECK((h - hessian).norm() <= 10 * tolerance * (1 + h.norm()));
    CHECK(h == h.transpose());
    model.hessian_product(d, product);
    CHECK((product - hessian * d).norm() <= (tolerance + 1e-14) * (1 + hessian.norm() * d.norm()));
    REQUIRE(model.line(y, d));
    for (const double t : {0.0, 0.5, -2.0}) {
      CHECK(close(model.along(t), f.value(Vector<double>(y + t * d)), tolerance + 1e-14));
    }
  }
}

/// \p f in double, and a model of it or of its like in another scalar.
template <class F>
void check_model(ConvexModel& model, const F& f, Random& random, double tolerance) {
  REQUIRE(model.inputs() == f.inputs());
  check_model(model, Says(f), random, tolerance);
}

template <class F>
F randomized(F f, Random& random) {
  randomize(f, random);
  return f;
}

/// Everything nested in everything.
template <class F>
auto nested(const F& f, const F& g, Random& random) {
  using S = typename F::Scalar;
  const Index n = f.inputs();
  return restrict_to(regularized(precompose(sum(regularized(f, {.linear = random_vector<S>(random, n)}), g),
                                            random_matrix<S>(random, n, 3)),
                                 {.proximal = S(1)}),
                     random_vector<S>(random, 3), {2});
}

/// A network, everything that combinators make of it, and this nested.
template <class F, class Visit>
void for_each_function(const F& f, const F& g, Random& random, Visit visit) {
  using S = typename F::Scalar;
  const Index n = f.inputs();
  const auto vector = [&](Index size) { return random_vector<S>(random, size); };
  const auto matrix = [&](Index rows, Index columns) { return random_matrix<S>(random, rows, columns); };
  visit(f);
  visit(regularized(f, {.proximal = S(0.5), .center = vector(n), .linear = vector(n)}));
  visit(regularized(f, {}));
  visit(restrict_to(f, vector(n), {n - 1, 0}));
  visit(precompose(f, matrix(n, n + 2), vector(n)));
  visit(sum(f, g));
  visit(sum(f));
  visit(sum(f, regularized(g, {.proximal = S(2)}), precompose(f, matrix(n, n))));
  visit(regularized(restrict_to(sum(f, g), vector(n), {1, 2}), {.proximal = S(0.25), .linear = vector(2)}));
  visit(precompose(restrict_to(precompose(f, matrix(n, 4), vector(n)), vector(4), {3, 0, 1}), matrix(3, 2)));
  visit(nested(f, g, random));
}

}  // namespace

TEST_CASE("a model says what its function says: networks, combinators, both scalars, sizes of either kind", "[argmin]") {
  Random random(1);
  const auto check = [&](const auto& f) { check_model(*make_model(f, true), f.template cast<double>(), random, 1e-13); };
  const FicnnOptions shape{.inputs = 3, .hidden = {6, 5}, .output = {.diagonal = true, .rank = 2, .linear = true}};
  const auto all = [&](const auto& f) { for_each_function(randomized(f, random), randomized(f, random), random, check); };
  all(Ficnn<double, Softplus>(shape));
  // Combinators ask all networks the same, and in both scalars.
  const auto some = [&](const auto& shaped) {
    const auto f = randomized(shaped, random), g = randomized(shaped, random);
    check(f);
    check(nested(f, g, random));
  };
  some(Ficnn<float, Softplus>(shape));
  some(AnyFicnn<double>({.inputs = 3, .hidden = {4, 4}, .passthrough = false}, Celu{}, Square{}));
  some(FicnnOf<double, Inputs<3>, Dense<8, Softplus>, Dense<4, SmoothRelu>, Dense<1>>({.output = shape.output}));
  some(FicnnOf<float, Inputs<3>, Dense<4, Softplus>, Dense<1>>());
  check(Ficnn<double, Softplus>({.inputs = 3, .hidden = {}}));
  Picnn<float, Softplus, Tanh> partial({.context = 2, .inputs = 3, .hidden = {4, 4}, .context_hidden = {3, 3}});
  randomize(partial, random);
  check(partial.at(random_vector<float>(random, 2)));
}

TEST_CASE("the model of a network in double is as exact as the network itself", "[argmin]") {
  Random random(2);
  const auto f = randomized(Ficnn<double, Softplus>({.inputs = 3, .hidden = {6}, .output = {.diagonal = true}}), random);
  const ModelPointer model = make_model(f, false);
  const Vector<double> y = random_vector<double>(random, 3), d = random_vector<double>(random, 3);
  Vector<double> g(3);
  model->set_region(Vector<double>(Vector<double>::Constant(3, 10)));
  CHECK(model->inputs() == 3);
  CHECK(model->value(kernels::Order::first, y) == f(y));
  model->gradient(g);
  CHECK(g == f.gradient(y));
  const double cut = model->cut_error(), error = model->value_error(y);
  CHECK((cut > 0 && cut < 1e-9 && error > 0 && error < 1e-9));
  CHECK((model->strong_convexity() <= f.strong_convexity() && model->strong_convexity() > 0.99 * f.strong_convexity()));
  CHECK(model->line(y, d));
  CHECK(std::abs(model->along(0.5) - f(Vector<double>(y + 0.5 * d))) < 1e-12 * (1 + std::abs(f(y))));
}

TEST_CASE("a model follows its function, and leaves the entropy to the solver", "[argmin]") {
  Random random(1);
  auto f = randomized(Ficnn<float, Softplus>({.inputs = 3, .hidden = {4}}), random);
  const Vector<double> y = Vector<double>::Constant(3, 0.25);
  const auto value = [&](ConvexModel& model) { return model.value(kernels::Order::value, y); };
  const ModelPointer model = make_model(f, false);
  CHECK(value(*model) == f.cast<double>()(y));
  f.edit([](auto& weights) { weights.vector() *= 0.5F; });
  CHECK(value(*model) != f.cast<double>()(y));
  refresh(*model, f);
  CHECK(value(*model) == f.cast<double>()(y));
  const auto soft = regularized(f, {.entropy = 0.5F, .proximal = 2.0F});
  CHECK(value(*make_model(soft, false)) == regularized(f.cast<double>(), {.proximal = 2.0})(y));
}

TEST_CASE("a model refers to its function's networks in double, edits included", "[argmin]") {
  Random random(3);
  auto f = randomized(Ficnn<double, Softplus>({.inputs = 3, .hidden = {4}}), random);
  const auto composed = precompose(f, random_matrix<double>(random, 3, 2));
  const Vector<double> y = Vector<double>::Ones(3), v = Vector<double>::Ones(2);
  const ModelPointer model = make_model(f, false), outer = make_model(composed, false);
  f.edit([](auto& weights) { weights.vector() *= 0.5; });
  CHECK(model->value(kernels::Order::value, y) == f(y));
  CHECK(close(outer->value(kernels::Order::value, v), composed(v), 1e-14));
}

TEST_CASE("after refresh a model is that of another function of the same shape", "[argmin]") {
  Random random(4);
  const auto check = [&](const auto& f, auto g) {
    const ModelPointer model = make_model(f, true);
    refresh(*model, g);
    check_model(*model, g.template cast<double>(), random, 1e-13);
    refresh(*model, f);
    check_model(*model, f.template cast<double>(), random, 1e-13);
  };
  const auto some = [&](auto f, auto g) {
    randomize(f, random);
    randomize(g, random);
    check(f, g);
    check(nested(f, g, random), nested(g, f, random));
  };
  const auto all = [&](auto f, auto g) {
    using S = typename decltype(f)::Scalar;
    some(f, g);
    randomize(f, random);
    randomize(g, random);
    const auto vector = [&] { return random_vector<S>(random, 3); };
    check(regularized(f, {.proximal = S(0.5), .center = vector()}), regularized(g, {.proximal = S(2), .linear = vector()}));
    check(restrict_to(f, vector(), {2, 0}), restrict_to(g, vector(), {0, 1}));
    check(precompose(f, random_matrix<S>(random, 3, 2)), precompose(g, random_matrix<S>(random, 3, 2), vector()));
    check(sum(f, regularized(g, {.linear = vector()})), sum(g, regularized(f, {.linear = vector()})));
    check(precompose(sum(f, restrict_to(g, vector(), {0, 1, 2})), random_matrix<S>(random, 3, 2)),
          precompose(sum(g, restrict_to(f, vector(), {2, 1, 0})), random_matrix<S>(random, 3, 2)));
  };
  const FicnnOptions shape{.inputs = 3, .hidden = {4, 4}, .output = {.diagonal = true}};
  all(Ficnn<double, Softplus>(shape), Ficnn<double, Softplus>(shape));
  all(Ficnn<float, Softplus>(shape, Softplus(1)), Ficnn<float, Softplus>(shape, Softplus(20)));
  some(AnyFicnn<double>(shape, Softplus{}), AnyFicnn<double>(shape, Celu{}));
  some(AnyFicnn<float>(shape, Softplus{}), AnyFicnn<float>(shape, Celu{}));
  some(FicnnOf<float, Inputs<3>, Dense<4, Softplus>, Dense<1>>(), FicnnOf<float, Inputs<3>, Dense<4, Softplus>, Dense<1>>());
}

TEST_CASE("a model follows a PICNN from context to context", "[argmin]") {
  Random random(5);
  const auto check = [&](auto picnn) {
    using S = typename decltype(picnn)::Scalar;
    randomize(picnn, random);
    auto at = picnn.at(random_vector<S>(random, 2));
    const ModelPointer model = make_model(at, true);
    auto ws = picnn.workspace();
    for (int k = 0; k < 3; ++k) {
      picnn.rebind(at, random_vector<S>(random, 2), ws);
      refresh(*model, at);
      check_model(*model, at.template cast<double>(), random, 1e-13);
    }
  };
  const PicnnOptions shape{.context = 2, .inputs = 3, .hidden = {4}, .context_hidden = {3}, .output = {.bilinear = true}};
  check(Picnn<double, Softplus, Tanh>(shape));
  check(Picnn<float, Softplus, Tanh>(shape));
}

TEST_CASE("coordinates that nobody reads may be NaN", "[argmin]") {
  Random random(6);
  const auto f = randomized(Ficnn<double, Softplus>({.inputs = 3, .hidden = {4}}), random);
  const Vector<double> known{{0.5, std::nan(""), std::nan("")}};
  const auto restricted = restrict_to(f, known, {2, 1});
  const ModelPointer model = make_model(restricted, true);
  check_model(*model, restricted, random, 1e-13);
  model->set_region(Vector<double>(Vector<double>::Ones(2)));
  const Vector<double> v = Vector<double>::Ones(2);
  Vector<double> g(2);
  model->value(kernels::Order::first, v);
  model->gradient(g);
  CHECK(std::isfinite(model->cut_error()));
  CHECK(std::isfinite(model->value_error(v, v)));
}

namespace {

/// What the networks of a model leave behind, one after the other: s = W^z z + W^y y + b, and df/ds, which is df/db.
template <class F>
void append(const F& f, const Vector<double>& y, Vector<double>& s, Vector<double>& v) {
  const auto& p = f.parameters();
  auto ws = f.workspace();
  Vector<double> all(f.parameter_count()), z;
  f.gradients(y, {.parameters = all}, ws);
  f.chain().for_each([&](Index i, const auto& layer) {
    Vector<double> now = p[block_name("Wy", i)] * y + p[block_name("b", i)];
    if (i > 0) now += p[block_name("Wz", i)] * z;
    const Index old = s.size(), width = layer.width();
    s.conservativeResize(old + width);
    v.conservativeResize(old + width);
    s.tail(width) = now;
    v.tail(width) = all.segment(f.layout()[block_name("b", i)].offset, width);
    z = now.unaryExpr([&](double t) { return layer.activation().jet(t).value; });
  });
}

}  // namespace

TEST_CASE("pre-activations, where they are kept, and adjoints are those of all neurons", "[argmin]") {
  Random random(7);
  const FicnnOptions shape{.inputs = 3, .hidden = {5, 4}, .output = {.rank = 1}};
  const auto f = randomized(Ficnn<double, Softplus>(shape), random), g = randomized(Ficnn<double, Softplus>(shape), random);
  const auto single = randomized(Ficnn<float, Softplus>(shape), random);
  const auto tiny = randomized(FicnnOf<double, Inputs<3>, Dense<4, Softplus>, Dense<1>>(), random);
  using Model = NetworkModel<Ficnn<double, Softplus>::Layers>;
  using Tiny = NetworkModel<decltype(tiny)::Layers>;
  const auto check = [&](ConvexModel& model, const Vector<double>& y, const Vector<double>& s, const Vector<double>& v) {
    REQUIRE(model.neurons() == s.size());
    for (const auto order : {kernels::Order::value, kernels::Order::first, kernels::Order::second}) {
      Vector<double> got(s.size()), gradient(model.inputs());
      model.value(order, y);
      model.pre_activations(got);
      CHECK((got - s).norm() <= 1e-14 * (1 + s.norm()));
      if (order == kernels::Order::value) continue;
      model.gradient(gradient);
      model.adjoints(got);
      CHECK((got - v).norm() <= 1e-14 * (1 + v.norm()));
    }
  };
  const Vector<double> y = random_vector<double>(random, 3);
  Vector<double> s, v;
  append(f, y, s, v);
  const ModelPointer model = make_model(f, true);
  static_cast<Model&>(*model).make_room_to_fold(1);
  check(*model, y, s, v);
  Vector<double> t, w;
  append(single.cast<double>(), y, t, w);
  const ModelPointer copied = make_model(single, true);
  static_cast<Model&>(*copied).make_room_to_fold(1);
  check(*copied, y, t, w);
  Vector<double> small, u;
  append(tiny, y, small, u);
  const ModelPointer fixed = make_model(tiny, true);
  static_cast<Tiny&>(*fixed).make_room_to_fold(1);
  check(*fixed, y, small, u);
  // Through combinators, summand after summand.
  const auto both =
      sum(regularized(f, {.proximal = 1.0}), precompose(g, Matrix<double>(2 * Matrix<double>::Identity(3, 3))));
  const ModelPointer total = make_model(both, true);
  auto& parts = static_cast<SumModel&>(*total);
  static_cast<Model&>(static_cast<RegularizedModel&>(parts.part(0)).inner()).make_room_to_fold(1);
  static_cast<Model&>(static_cast<PrecomposedModel&>(parts.part(1)).inner()).make_room_to_fold(1);
  append(g, Vector<double>(2 * y), s, v);
  check(*total, y, s, v);
}
