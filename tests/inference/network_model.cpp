// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/network_model.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/models.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("values and cuts are off by no more than their rounding terms, which are small", "[argmin]") {
  Random random(1);
  Broken broken;
  for (int k = 0; k < 200; ++k) {
    Ficnn<double, Softplus> f({.inputs = 4, .hidden = {8, 8}, .output = {.diagonal = true, .rank = 2, .linear = true}});
    randomize(f, random);
    const Vector<double> region = Vector<double>::Constant(4, 3);
    check_small_errors(make_model(f, false), region, random);
    const Broken more = check_rounding(f, region, random);
    broken.values += more.values;
    broken.cuts += more.cuts;
  }
  CHECK((broken.values > 100 && broken.cuts > 20));  // rounding is there
}

TEST_CASE("rounding terms hold for steep, kinked and tiny networks, in sizes of either kind and in float", "[argmin]") {
  Random random(2);
  const auto check = [&](auto f, double scale) {
    Broken broken;
    for (int k = 0; k < 20; ++k) {
      randomize(f, random, scale);
      const Vector<double> region = random_vector<double>(random, f.inputs(), 10).cwiseAbs();
      const Broken more = check_rounding(f, region, random, 2);
      broken.values += more.values;
      broken.cuts += more.cuts;
    }
    CHECK((broken.values > 0 && broken.cuts > 0));
  };
  for (const double scale : {1e-3, 1.0, 30.0}) {
    check(AnyFicnn<double>({.inputs = 5, .hidden = {20, 10}}, Relu{}), scale);
    check(Ficnn<double, Softplus>({.inputs = 3, .hidden = {6, 6, 6}, .passthrough = false}), scale);
    check(AnyFicnn<double>({.inputs = 3, .hidden = {6, 6}}, Elu(0.3), Square{}, LeakyRelu(0.2)), scale);
    check(AnyFicnn<double>({.inputs = 3, .hidden = {6, 6}, .output = {.rank = 1}}, Celu(0.5), AbsoluteValue{}), scale);
    check(Ficnn<float, Softplus>({.inputs = 4, .hidden = {8, 8}, .output = {.diagonal = true}}), scale);
    check(FicnnOf<double, Inputs<3>, Dense<8, Softplus>, Dense<4, SmoothRelu>, Dense<1>>({.output = {.linear = true}}),
          scale);
    check(FicnnOf<float, Inputs<3>, Dense<4, Square>, Dense<1>>(), scale);
    check(Ficnn<double, Softplus>({.inputs = 4, .hidden = {8, 6}, .quadratic_rank = 2}), scale);
    check(AnyFicnn<double>({.inputs = 3, .hidden = {6, 6}, .quadratic_rank = 1}, Celu{}, Identity{}), scale);
    check(FicnnOf<double, Inputs<3, 2>, Dense<4, Softplus>, Dense<1>>(), scale);
  }
}

TEST_CASE("in a narrow region rounding does less, and no more than its terms say", "[argmin]") {
  Random random(3);
  Broken broken;
  double smaller = 0;
  constexpr int networks = 100;
  for (int k = 0; k < networks; ++k) {
    AnyFicnn<double> f({.inputs = 4, .hidden = {8, 8}, .quadratic_rank = k % 3 == 1 ? 2 : 0, .output = {.rank = 1}},
                       k % 2 == 0 ? AnyActivation(Softplus{}) : AnyActivation(LeakyRelu(0.1)),
                       k % 3 == 0 ? AnyFirstActivation(Square{}) : AnyFirstActivation(Softplus{}), Identity{});
    randomize(f, random, 3);
    const Vector<double> c = random_vector<double>(random, 4), r = random_vector<double>(random, 4, 1e-3).cwiseAbs();
    const Broken more = check_rounding(f, r, random, 3, c);
    broken.values += more.values;
    broken.cuts += more.cuts;
    // Steep in one coordinate: the slope's error counts for the width of the region alone.
    f.edit([](auto& w) { w["Wy[0]"].col(0) *= 1e4; });
    const ModelPointer model = make_model(f, false);
    Vector<double> g(4), middle = c, narrow = Vector<double>::Constant(4, 1e-4), wide = Vector<double>::Constant(4, 1);
    middle(0) = 0;
    narrow(0) = 1e-8;
    wide += middle.cwiseAbs();
    model->set_region(wide);
    model->value(kernels::Order::first, middle);
    model->gradient(g);
    const double of_wide = model->cut_error();
    model->set_region(narrow, middle);
    smaller += model->cut_error() / of_wide;
  }
  CHECK((broken.values > 100 && broken.cuts > 100));  // rounding is there
  CHECK(smaller / networks < 0.01);
}

namespace {

/// f(y) = relu(1e16 y_0 + y_1 - 1e16 y_2), whose sum loses y_1 on the way.
template <class F>
void check_cancellation(F f) {
  f.edit([](auto& w) {
    w["Wy[0]"](0, 0) = 1e16;
    w["Wy[0]"](0, 1) = 1;
    w["Wy[0]"](0, 2) = -1e16;
    w["Wz[1]"](0, 0) = 1;
  });
  const ModelPointer model = make_model(f, false);
  const Vector<double> y = Vector<double>::Ones(3);
  const double error = model->value_error(y);
  CHECK(std::abs(f(y) - 1) <= error);
  CHECK(model->value(kernels::Order::value, y) == f(y));
  CHECK(std::abs(f(y) - 1) > 0.5);  // without the error term the promise would be broken
  CHECK((error >= 2 && error <= 1000));
  model->set_region(y);
  CHECK((model->largest_value_error() >= error && model->largest_value_error() <= 10 * error));
  CHECK(model->value_error(y, Vector<double>(1e-3 * y)) >= 1e13);  // what y itself is off by
}

}  // namespace

TEST_CASE("sums that cancel count by the size of what they are made of, in sizes of either kind", "[argmin]") {
  check_cancellation(Ficnn<double, Relu>({.inputs = 3, .hidden = {1}}));
  check_cancellation(FicnnOf<double, Inputs<3>, Dense<1, Relu>, Dense<1>>());
}

TEST_CASE("slopes make affine functions below f, above the tangents that they come from", "[argmin]") {
  Random random(1);
  int strict = 0;
  for (int k = 0; k < 30; ++k) {
    Ficnn<double, Softplus> f({.inputs = 4, .hidden = {8, 6}, .output = {.diagonal = true, .rank = 2, .linear = true}});
    Ficnn<double, Softplus> plain({.inputs = 4, .hidden = {8, 6}});
    FicnnOf<double, Inputs<3>, Dense<8, Softplus>, Dense<4, SmoothRelu>, Dense<1>> tiny({.output = {.rank = 2}});
    Ficnn<float, Softplus> single({.inputs = 4, .hidden = {8, 6}});
    randomize(f, random, 2);
    randomize(plain, random, 2);
    randomize(tiny, random, 2);
    randomize(single, random, 2);
    check_minorants(f, random, strict);
    check_minorants(plain, random, strict);
    check_minorants(tiny, random, strict);
    check_minorants(single, random, strict);
  }
  CHECK(strict > 100);  // combined slopes know more than combined tangents
}

TEST_CASE("slopes make affine functions below a quadratic passthrough, its tangents at the point asked about", "[argmin]") {
  Random random(5);
  for (int k = 0; k < 30; ++k) {
    Ficnn<double, Softplus> f({.inputs = 4, .hidden = {8, 6}, .quadratic_rank = 2, .output = {.diagonal = true}});
    FicnnOf<double, Inputs<3, 2>, Dense<4, Softplus>, Dense<1>> tiny({.output = {.rank = 2}});
    randomize(f, random, 2);
    randomize(tiny, random, 2);
    check_any_slopes(make_model(f, false), exactly(f), random);
    check_any_slopes(make_model(tiny, false), exactly(tiny), random);
    // Those of the point itself give the value there.
    const ModelPointer model = make_model(f, false);
    const Vector<double> y = random_vector<double>(random, 4), h = Vector<double>::Constant(4, 3);
    Vector<double> g(4), gradient(4), v(model->neurons());
    const double value = model->value(kernels::Order::first, y);
    model->gradient(gradient);
    model->adjoints(v);
    model->make_slopes(v);
    const AffineMinorant tangent = model->minorant(v, y, h, g);
    CHECK(std::abs(tangent.value - value) < 1e-12 * (1 + std::abs(value)));
    CHECK((g - gradient).norm() < 1e-12 * gradient.norm());
  }
}

TEST_CASE("slopes that no activation has make no minorant", "[argmin]") {
  Random random(2);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  const ModelPointer model = make_model(f, false);
  const Vector<double> zero = Vector<double>::Zero(2), h = Vector<double>::Ones(2);
  Vector<double> g(2);
  for (const double bad : {-1e-9, 1 + 1e-9, infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
    for (Index j = 0; j < 4; ++j) {
      Vector<double> slopes = Vector<double>::Constant(4, 0.5);
      slopes(3) = 1;
      CHECK(model->minorant(slopes, zero, h, g).value > -infinity);
      slopes(j) = bad;
      CHECK_FALSE(model->minorant(slopes, zero, h, g).value > -infinity);
    }
  }
}

namespace {

/// max(t, 0) once more, which does not say what its conjugate is.
struct Silent {
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    return {t > S(0) ? t : S(0), t > S(0) ? S(1) : S(0), S(0)};
  }
  friend bool operator==(const Silent&, const Silent&) = default;
};

}  // namespace

namespace {

/// A softplus whose values and slopes in double are off by up to 1e-10, and say so or do not.
template <bool declared>
struct Rough {
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  static constexpr double error = declared ? 1e-10 : 0;
  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    Jet<S> jet = Softplus{}.jet(t);
    if constexpr (std::is_same_v<S, double>) {
      const double noise = 1e-10 * std::sin(1e6 * t);
      jet.value += noise * (1 + jet.value);
      jet.first *= 1 + noise;
    }
    return jet;
  }
  friend bool operator==(const Rough&, const Rough&) = default;
};

/// Whether the value is within its error of the exact one at a hundred points.
template <bool declared>
bool values_are_within_their_errors() {
  Random random(9);
  Ficnn<double, Rough<declared>> f({.inputs = 3, .hidden = {5, 4}});
  randomize(f, random);
  const auto exact = f.template cast<long double>();
  const ModelPointer model = make_model(f, false);
  if (declared) check_rounding(f, Vector<double>::Constant(3, 2), random);
  for (int k = 0; k < 100; ++k) {
    const Vector<double> y = random_vector<double>(random, 3);
    const double value = model->value(kernels::Order::value, y), error = model->value_error(y);
    if (std::abs(value - static_cast<double>(exact(Vector<long double>(y.cast<long double>())))) > error) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("what an activation declares of its accuracy is in the bounds", "[argmin]") {
  CHECK(values_are_within_their_errors<true>());
  CHECK_FALSE(values_are_within_their_errors<false>());
}

TEST_CASE("without conjugates there are no minorants, and the model says so", "[argmin]") {
  Random random(3);
  Ficnn<double, Silent> f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  const ModelPointer model = make_model(f, false);
  CHECK(model->neurons() == 4);
  CHECK_FALSE(model->knows_conjugates());
  const Vector<double> zero = Vector<double>::Zero(2), h = Vector<double>::Ones(2);
  Vector<double> g(2), slopes = Vector<double>::Ones(4);
  CHECK(model->minorant(slopes, zero, h, g).value == -infinity);
}
