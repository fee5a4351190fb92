// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <concepts>

#include <icnn/networks/ficnn.hpp>

#include "tests/support/derivatives.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using Static = FicnnOf<double, Inputs<3>, Dense<4, Square>, Dense<3, Softplus>, Dense<1>>;

}

TEST_CASE("FICNN of compile-time sizes: every derivative, and equal to the run-time one", "[ficnn]") {
  STATIC_REQUIRE(std::regular<Static>);
  const FicnnOptions architecture{.inputs = 3, .hidden = {4, 3}, .output = {.diagonal = true, .rank = 2, .linear = true}};
  const FicnnChoice activations{{Softplus{}}, Square{}, Identity{}};
  Random random(21);
  Static f({.output = architecture.output});
  randomize(f, random);
  const Matrix<double> x(0, 3), y = random_matrix<double>(random, 3, 3);
  check_derivatives(f, reference(architecture, activations), f.parameters().vector(), x, y, random, true);
  check_single_equals_batch(f, x, y, random);

  const AnyFicnn<double> dynamic(architecture, f.parameters().vector(), activations);
  CHECK(f.layout() == dynamic.layout());
  for (int trial = 0; trial < 10; ++trial) {
    const Vector<double> p = random_vector<double>(random, 3);
    CHECK(std::abs(f(p) - dynamic(p)) <= 1e-13 * std::abs(f(p)));
    check_close(f.gradient(p), dynamic.gradient(p), 1e-13);
    check_close(f.hessian(p), dynamic.hessian(p), 1e-13);
  }
}

TEST_CASE("FICNN of compile-time sizes: options, a quadratic passthrough, and the smallest", "[ficnn]") {
  Random random(22);
  using Quadratic = FicnnOf<double, Inputs<3, 2>, Dense<4, Softplus>, Dense<1>>;
  Quadratic f({.passthrough = false, .bias = false}, Softplus(2), Identity{});
  randomize(f, random);
  const FicnnOptions architecture{.inputs = 3, .hidden = {4}, .passthrough = false, .bias = false, .quadratic_rank = 2};
  CHECK(f.options() == architecture);
  CHECK(Quadratic({.quadratic_rank = 2}) == Quadratic());
  const Matrix<double> x(0, 2), y = random_matrix<double>(random, 3, 2);
  check_derivatives(f, reference(architecture, {{}, Softplus(2), Identity{}}), f.parameters().vector(), x, y, random, true);

  FicnnOf<double, Inputs<1>, Dense<1>> affine;
  affine.edit([](auto& e) { e.vector() << 2, 3; });
  CHECK(affine(Vector<double>::Constant(1, 5)) == 13);
}

TEST_CASE("FICNN of compile-time sizes: sizes in the options may be left out, or have to agree", "[ficnn]") {
  const Static left_out, given({.inputs = 3, .hidden = {4, 3}}), partly({.hidden = {4, 3}});
  CHECK(left_out.options() == FicnnOptions{.inputs = 3, .hidden = {4, 3}});
  CHECK((left_out == given && left_out == partly));
  CHECK(left_out.cast<float>().options() == given.options());
  const char* complaint = "FicnnOf: expected the sizes that are in the type, or none, got others";
  CHECK_ERROR(Static({.inputs = 2}), complaint);
  CHECK_ERROR(Static({.hidden = {3, 4}}), complaint);
  CHECK_ERROR(Static({.inputs = 3, .hidden = {4}}), complaint);
  CHECK_ERROR(Static({.hidden = {4, 3, 1}}), complaint);
  CHECK_ERROR((FicnnOf<double, Inputs<1>, Dense<1>>({.non_decreasing = {1}})), "non-decreasing inputs in 0..0");
}
