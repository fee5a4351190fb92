// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/layers/quadratic_map.hpp>
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#include <icnn/activations/any.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("quadratic passthrough: sum_r (a_r'y)^2 at every unit, by the formula", "[quadratic]") {
  Random random(1);
  for (const Index rank : {1, 2, 5}) {
    Ficnn<double, Softplus> f({.inputs = 3, .hidden = {4}, .quadratic_rank = rank});
    randomize(f, random);
    const auto& p = f.parameters();
    CHECK(f.layout()["A[0]"].rows == 4 * rank);
    CHECK(f.layout()["A[1]"].cols == 3);
    CHECK(f.layout()["A[1]"].is_weight());
    CHECK_FALSE(f.regularity().piecewise_linear);
    const Vector<double> y = random_vector<double>(random, 3);
    const auto square = [&](const char* a, Index unit) { return (p[a].middleRows(unit * rank, rank) * y).squaredNorm(); };
    double value = square("A[1]", 0) + (p["Wy[1]"] * y)(0) + p["b[1]"](0);
    for (Index j = 0; j < 4; ++j) {
      value += p["Wz[1]"](0, j) * Softplus{}.jet(square("A[0]", j) + p["Wy[0]"].row(j).dot(y) + p["b[0]"](j)).value;
    }
    CHECK(std::abs(f(y) - value) < 1e-13 * (1 + std::abs(value)));
    // Negative control: a sign of A changes nothing, a row of another unit does.
    Ficnn<double, Softplus> other = f;
    other.edit([&](auto& edit) { edit["A[0]"].row(0) *= -1; });
    CHECK(std::abs(other(y) - f(y)) < 1e-13);
    other.edit([&](auto& edit) { edit["A[0]"].row(0).swap(edit["A[0]"].row(rank)); });
    CHECK(std::abs(other(y) - f(y)) > 1e-6);
  }
}

TEST_CASE("quadratic passthrough: a PICNN at a context is the FICNN with gated forms", "[quadratic]") {
  Random random(31);
  Picnn<double, Softplus, Tanh> p(
      {.context = 2, .inputs = 3, .hidden = {4, 3}, .context_hidden = {3, 2}, .quadratic_rank = 2});
  randomize(p, random);
  const Vector<double> x = random_vector<double>(random, 2);
  const auto f = p.at(x);
  CHECK(f.options().quadratic_rank == 2);
  for (int k = 0; k < 5; ++k) {
    const Vector<double> y = random_vector<double>(random, 3);
    CHECK(std::abs(f(y) - p(x, y)) < 1e-13 * (1 + std::abs(f(y))));
  }
}

TEST_CASE("quadratic passthrough: what would break convexity, or is not the type's, is refused", "[quadratic]") {
  CHECK_ERROR((Ficnn<double, Softplus>({.inputs = 2, .hidden = {3}, .quadratic_rank = -1})), "a quadratic_rank >= 0");
  CHECK_ERROR((Ficnn<double, Softplus>({.inputs = 2, .hidden = {3}, .non_decreasing = {0}, .quadratic_rank = 1})),
              "no non-decreasing inputs beside a quadratic passthrough");
  CHECK_ERROR((AnyFicnn<double>({.inputs = 2, .hidden = {3}, .quadratic_rank = 1}, Relu{}, Square{})),
              "a first activation that never decreases");
  CHECK_ERROR((FicnnOf<double, Inputs<2, 1>, Dense<3, AbsoluteValue>, Dense<1>>()),
              "a first activation that never decreases");
  CHECK_ERROR((FicnnOf<double, Inputs<2, 1>, Dense<3, Softplus>, Dense<1>>({.quadratic_rank = 2})),
              "the quadratic_rank of the type, 1");
  CHECK_ERROR((FicnnOf<double, Inputs<2>, Dense<3, Softplus>, Dense<1>>({.quadratic_rank = 1})),
              "the quadratic_rank of the type, 0");
  CHECK_ERROR((Ficnn<double, Softplus>({.inputs = 2, .hidden = {3}, .quadratic_rank = Index{1} << 40})),
              "a quadratic_rank that fits an int");
  CHECK_ERROR((Ficnn<double, Softplus>({.inputs = Index{1} << 40, .hidden = {3}, .quadratic_rank = Index{1} << 30})),
              "sizes whose product fits");
}
