// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/picnn_batch.hpp>

#include "tests/support/derivatives.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("PICNN: a batch of contexts refers to the network and has every derivative", "[picnn]") {
  const PicnnOptions a{.context = 2,
                       .inputs = 3,
                       .hidden = {4, 3},
                       .context_hidden = {3, 5},
                       .gate = Gate::softplus,
                       .output = {.diagonal = true, .rank = 2, .bilinear = true, .linear = true}};
  const PicnnChoice choice{{{Softplus{}}, Softplus{}, Identity{}}, Tanh{}};
  AnyPicnn<double> f(a, choice);
  Random random(51);
  randomize(f, random);
  const Matrix<double> x = random_matrix<double>(random, 2, 3), y = random_matrix<double>(random, 3, 3);
  auto batch = f.at(x);
  check_derivatives(batch, reference(a, choice), f.parameters().vector(), x, y, random, true);
  const Matrix<double> elsewhere = random_matrix<double>(random, 2, 3);
  batch.rebind(elsewhere);
  check_close(batch(y), f(elsewhere, y), 1e-13);
  CHECK_ERROR(batch.rebind(Matrix<double>(2, 2)), "contexts of shape 2 x 3");
  CHECK_ERROR(batch(Matrix<double>(3, 2)), "y of shape 3 x 3");
  CHECK_ERROR(f.at(Matrix<double>(2, 0)), "B >= 1");
  CHECK_ERROR(f.at(Matrix<double>(3, 1)), "contexts of shape 2 x B");
}

TEST_CASE("PICNN: what refers to a network notices when another shape takes its place", "[picnn]") {
  Picnn<double, Softplus> f({.context = 1, .inputs = 2, .hidden = {2}, .context_hidden = {2}});
  const Matrix<double> x = Matrix<double>::Ones(1, 2), y = Matrix<double>::Ones(2, 2);
  auto many = f.at(x), few = f.at(Matrix<double>(x.leftCols(1)));
  auto ws = many.workspace();
  many.gradients(y, {}, ws);
  Matrix<double> g(2, 2);
  CHECK_ERROR(few.pullback({.y = g}, ws), "a workspace made by this function's workspace()");
  f = Picnn<double, Softplus>({.context = 1, .inputs = 2, .hidden = {9}, .context_hidden = {2}});
  CHECK_ERROR(many(y), "one of another shape in its place");
  CHECK_ERROR(many.rebind(x), "one of another shape in its place");
}
