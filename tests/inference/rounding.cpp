// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/rounding.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("values and cuts are off by no more than their rounding terms, which are small", "[argmin]") {
  using Long = long double;
  Random random(1);
  for (int k = 0; k < 200; ++k) {
    Ficnn<double, Softplus> f({.inputs = 4, .hidden = {8, 8}, .output = {.diagonal = true, .rank = 2, .linear = true}});
    randomize(f, random);
    const auto exact = f.cast<Long>();
    Rounding<Ficnn<double, Softplus>> rounding(f);
    const Vector<double> region = Vector<double>::Constant(4, 3);
    rounding.cover(f, region);
    auto ws = f.workspace();
    const Vector<double> y = 3 * random_vector<double>(random, 4).array().max(-1).min(1);
    Vector<double> g(4);
    const double value = f.gradients(y, {.y = g}, ws);
    const double cut = rounding.cut_error(f, ws);
    const double error = rounding.value_error(f, y, Vector<double>::Zero(4));
    CHECK(std::abs(static_cast<Long>(value) - exact(Vector<Long>(y.cast<Long>()))) <= static_cast<Long>(error));
    for (int v = 0; v < 5; ++v) {
      const Vector<Long> at = (3 * random_vector<double>(random, 4).array().max(-1).min(1)).matrix().cast<Long>();
      const Long tangent = static_cast<Long>(value) + g.cast<Long>().dot(at - y.cast<Long>());
      CHECK(exact(at) >= tangent - static_cast<Long>(cut));
    }
    const double size = 1 + std::abs(value);
    CHECK((error < 1e-9 * size && cut < 1e-9 * size));
  }
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
  Rounding<F> rounding(f);
  const Vector<double> y = Vector<double>::Ones(3), zero = Vector<double>::Zero(3);
  const double error = rounding.value_error(f, y, zero);
  CHECK(std::abs(f(y) - 1) <= error);
  CHECK((error >= 2 && error <= 1000));
  CHECK(rounding.value_error(f, y, Vector<double>(1e-3 * y)) >= 1e13);  // what y itself is off by
}

}  // namespace

TEST_CASE("sums that cancel count by the size of what they are made of, in sizes of either kind", "[argmin]") {
  check_cancellation(Ficnn<double, Relu>({.inputs = 3, .hidden = {1}}));
  check_cancellation(FicnnOf<double, Inputs<3>, Dense<1, Relu>, Dense<1>>());
}
