// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <concepts>

#include <icnn/networks/picnn.hpp>

#include "tests/support/derivatives.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using StaticPicnn =
    PicnnOf<double, Context<2>, Inputs<3>, Gated<4, Softplus, 3, Tanh>, Gated<3, Softplus, 5, Tanh>, Gated<1>>;

}

TEST_CASE("PICNN of compile-time sizes: every derivative, and equal to the run-time one", "[picnn]") {
  STATIC_REQUIRE(std::regular<StaticPicnn>);
  const PicnnOptions architecture{.context = 2,
                                  .inputs = 3,
                                  .hidden = {4, 3},
                                  .context_hidden = {3, 5},
                                  .gate = Gate::softplus,
                                  .output = {.diagonal = true, .rank = 2, .bilinear = true, .linear = true}};
  const PicnnChoice activations{{{Softplus{}}, Softplus{}, Identity{}}, Tanh{}};
  Random random(1);
  StaticPicnn f({.gate = Gate::softplus, .output = architecture.output});
  randomize(f, random);
  const Matrix<double> x = random_matrix<double>(random, 2, 3), y = random_matrix<double>(random, 3, 3);
  check_derivatives(f, reference(architecture, activations), f.parameters().vector(), x, y, random, true);
  check_single_equals_batch(f, x, y, random);

  const AnyPicnn<double> dynamic(architecture, f.parameters().vector(), activations);
  CHECK(f.layout() == dynamic.layout());
  const Vector<double> x0 = x.col(0), y0 = y.col(0);
  CHECK(std::abs(f(x0, y0) - dynamic(x0, y0)) <= 1e-13 * std::abs(f(x0, y0)));
  CHECK(std::abs(f.at(x0)(y0) - dynamic(x0, y0)) <= 1e-13 * std::abs(f(x0, y0)));
  check_close(f.at(x0).hessian(y0), dynamic.hessian(x0, y0), 1e-12);
}

TEST_CASE("PICNN of compile-time sizes: a quadratic passthrough is that of run-time sizes", "[picnn]") {
  Random random(2);
  PicnnOf<double, Context<2>, Inputs<3, 2>, Gated<4, Softplus, 3, Tanh>, Gated<1>> f;
  randomize(f, random);
  const AnyPicnn<double> dynamic(f.options(), f.parameters().vector(),
                                 PicnnChoice{{{Softplus{}}, Softplus{}, Identity{}}, Tanh{}});
  for (int k = 0; k < 5; ++k) {
    const Vector<double> x = random_vector<double>(random, 2), y = random_vector<double>(random, 3);
    CHECK(std::abs(f(x, y) - dynamic(x, y)) <= 1e-13 * (1 + std::abs(f(x, y))));
    check_close(f.gradient(x, y), dynamic.gradient(x, y), 1e-12);
    check_close(f.hessian(x, y), dynamic.hessian(x, y), 1e-12);
    CHECK(std::abs(f.at(x)(y) - f(x, y)) <= 1e-13 * (1 + std::abs(f(x, y))));
  }
}

TEST_CASE("PICNN of compile-time sizes: sizes in the options may be left out, or have to agree", "[picnn]") {
  const StaticPicnn left_out, given({.context = 2, .inputs = 3, .hidden = {4, 3}, .context_hidden = {3, 5}}),
      partly({.inputs = 3});
  CHECK(left_out.options() == PicnnOptions{.context = 2, .inputs = 3, .hidden = {4, 3}, .context_hidden = {3, 5}});
  CHECK((left_out == given && left_out == partly));
  CHECK(left_out.at(Vector<double>(Vector<double>::Ones(2))).options() == FicnnOptions{.inputs = 3, .hidden = {4, 3}});
  const char* complaint = "PicnnOf: expected the sizes that are in the type, or none, got others";
  CHECK_ERROR(StaticPicnn({.context = 3}), complaint);
  CHECK_ERROR(StaticPicnn({.inputs = 2}), complaint);
  CHECK_ERROR(StaticPicnn({.hidden = {3}}), complaint);
  CHECK_ERROR(StaticPicnn({.context_hidden = {3, 5, 1}}), complaint);
}
