// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <type_traits>

#include <icnn/inference/combined_models.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/models.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class S>
Ficnn<S, Softplus> network(Random& random, const OutputTermShape& output = {}, double scale = 1) {
  Ficnn<S, Softplus> f({.inputs = 4, .hidden = {8, 6}, .output = output});
  randomize(f, random, scale);
  return f;
}

/// visit(function): every combinator, nested and, in double, also once. Their own numbers have that size.
template <class S, class Visit>
void for_each_combination(Random& random, double size, Visit visit) {
  const auto f = network<S>(random, {.diagonal = true, .rank = 2, .linear = true}), plain = network<S>(random);
  const auto vector = [&] { return random_vector<S>(random, 4, size); };
  const auto matrix = [&](Index columns) { return random_matrix<S>(random, 4, columns, size); };
  const Scaling<S> units{.center = vector(),
                         .scale = vector().cwiseAbs().array() + static_cast<S>(size / 4),
                         .output_center = static_cast<S>(size),
                         .output_scale = S(1.7)};
  if constexpr (std::is_same_v<S, double>) {
    visit(regularized(f, {.proximal = size, .center = vector(), .linear = vector()}));
    visit(restrict_to(f, vector(), {3, 1}));
    visit(precompose(f, matrix(3), vector()));
    visit(sum(f, plain));
    visit(standardized(f, units));
    visit(maximum(f, plain, precompose(f, matrix(4), vector())));
  }
  visit(sum(precompose(f, matrix(4)), regularized(plain, {.proximal = S(1), .center = vector()}), plain));
  visit(restrict_to(precompose(regularized(f, {.linear = vector()}), matrix(4)), vector(), {0, 2}));
  visit(precompose(sum(f, restrict_to(precompose(plain, matrix(5)), random_vector<S>(random, 5, size), {4, 0, 1, 2})),
                   matrix(2), vector()));
  visit(regularized(sum(regularized(f, {.linear = vector()}), plain), {.proximal = S(0.5), .linear = vector()}));
  visit(scaled(sum(f, plain), S(0.3)));
  visit(sum(maximum(plain, standardized(f, units)), restrict_to(precompose(f, matrix(4)), vector(), {0, 1, 2, 3})));
}

}  // namespace

TEST_CASE("values and cuts of combined functions are off by no more than their rounding terms", "[argmin]") {
  Random random(1);
  const int count = cases(10, 10, 4);
  const auto check = [&](auto scalar) {
    using S = decltype(scalar);
    for (int k = 0; k < count; ++k) {
      for_each_combination<S>(random, 1, [&](const auto& f) {
        const Vector<double> region = Vector<double>::Constant(f.inputs(), 3);
        check_small_errors(make_model(f, false), region, random);
        check_rounding(f, region, random);
      });
    }
    for (const double size : {1e-9, 30.0, 1e5}) {
      Broken broken;
      for (int k = 0; k < count; ++k) {
        for_each_combination<S>(random, size, [&](const auto& f) {
          const Vector<double> region = random_vector<double>(random, f.inputs(), size).cwiseAbs();
          const Vector<double> middle = random_vector<double>(random, f.inputs(), size);
          for (const Broken& more : {check_rounding(f, region, random), check_rounding(f, region, random, 1, middle),
                                     check_rounding(f, 1e-6 * region, random, 1, middle)}) {
            broken.values += more.values;
            broken.cuts += more.cuts;
          }
        });
      }
      CHECK((broken.values > 0 && broken.cuts > 0));  // rounding is there
    }
  };
  check(double{});
  check(float{});
}

namespace {

/// A function whose exact value at y is known, and off by at least so much as computed.
template <class F>
void check_cancellation(const F& f, const Vector<double>& y, double exact, double off) {
  const ModelPointer model = make_model(f, false);
  const double value = model->value(kernels::Order::first, y), error = model->value_error(y);
  CHECK(std::abs(value - exact) >= off);  // without the error terms the promises would be broken
  CHECK(std::abs(value - exact) <= error);
  CHECK(error <= 3000 * off);
  model->set_region(Vector<double>(y.cwiseAbs()));
  CHECK(std::abs(value - exact) <= model->largest_value_error());
  Vector<double> g(y.size());
  model->value(kernels::Order::first, y);
  model->gradient(g);
  CHECK(value - model->cut_error() <= exact);
}

}  // namespace

TEST_CASE("sums that cancel in what combinators add count by the size of what they are made of", "[argmin]") {
  Ficnn<double, Relu> f({.inputs = 3, .hidden = {1}});  // relu(y_0 + y_1 + y_2)
  f.edit([](auto& w) {
    w["Wy[0]"].setOnes();
    w["Wz[1]"](0, 0) = 1;
  });
  const Vector<double> ones = Vector<double>::Ones(3), lost{{-1e16, -1, 1e16}};  // <q, y> = -1, computed as 0
  check_cancellation(regularized(f, {.linear = lost}), ones, 4, 1);
  const Matrix<double> diagonal = Vector<double>{{1e16, 1, -1e16}}.asDiagonal();
  check_cancellation(precompose(f, diagonal), ones, 1, 1);
  check_cancellation(precompose(f, Matrix<double>{{1e16, 1, -1e16}, {0, 0, 0}, {0, 0, 0}}), ones, 1, 1);
  check_cancellation(restrict_to(f, Vector<double>{{1e16, 0, -1e16}}, {1}), Vector<double>::Ones(1), 1, 1);
  check_cancellation(sum(regularized(f, {.linear = Vector<double>{{-1e16, 0, 0}}}),
                         regularized(f, {.linear = Vector<double>{{1e16, 0, 0}}})),
                     ones, 6, 1);
}

TEST_CASE("slopes make affine functions below combined functions, above the tangents that they come from", "[argmin]") {
  Random random(1);
  int strict = 0;
  for (int k = 0; k < 30; ++k) {
    const auto f = network<double>(random, {.diagonal = true, .rank = 2, .linear = true}, 2);
    const auto plain = network<double>(random, {}, 2);
    const Vector<double> q = random_vector<double>(random, 4);
    check_minorants(regularized(f, {.proximal = 0.5, .center = q, .linear = q}), random, strict);
    check_minorants(restrict_to(f, random_vector<double>(random, 4), {3, 1}), random, strict);
    check_minorants(precompose(f, random_matrix<double>(random, 4, 3), q), random, strict);
    check_minorants(sum(f, plain), random, strict);
    check_minorants(sum(precompose(f, random_matrix<double>(random, 4, 4)), regularized(plain, {.proximal = 1})), random,
                    strict);
    check_minorants(restrict_to(precompose(sum(plain, f), random_matrix<double>(random, 4, 3)),
                                random_vector<double>(random, 3), {2, 0}),
                    random, strict);
    check_minorants(standardized(f, {.center = q, .scale = q.cwiseAbs().array() + 0.5, .output_scale = 2}), random, strict);
    check_minorants(maximum(f, plain, scaled(f, 0.5)), random, strict);
    const auto single = network<float>(random, {.linear = true}, 2);
    check_minorants(regularized(precompose(single, random_matrix<float>(random, 4, 3)), {.proximal = 0.5F}), random, strict);
  }
  CHECK(strict > 100);  // combined slopes know more than combined tangents
}

TEST_CASE("one slope that no activation has spoils the minorant of a sum", "[argmin]") {
  Random random(2);
  const auto f = network<double>(random), g = network<double>(random);
  const ModelPointer model = make_model(sum(f, restrict_to(g, Vector<double>::Ones(4), {0, 1, 2, 3})), false);
  CHECK(model->neurons() == 30);
  const Vector<double> zero = Vector<double>::Zero(4), h = Vector<double>::Ones(4);
  Vector<double> slope(4), slopes = Vector<double>::Constant(30, 0.5);
  slopes(14) = slopes(29) = 1;
  CHECK(model->minorant(slopes, zero, h, slope).value > -infinity);
  for (const Index j : {Index{3}, Index{20}}) {
    Vector<double> bad = slopes;
    bad(j) = 1.5;
    CHECK(model->minorant(bad, zero, h, slope).value == -infinity);
  }
}
