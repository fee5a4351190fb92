// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/functions/precomposed.hpp>
#include <icnn/functions/restricted.hpp>
#include <icnn/functions/sum.hpp>
#include <icnn/inference/entropy.hpp>
#include <icnn/networks/ficnn.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("entropies are found wherever they are", "[argmin]") {
  const Ficnn<double, Softplus> f({.inputs = 2, .hidden = {4}});
  const auto soft = regularized(f, {.entropy = 1.0});
  const Vector<double> zero = Vector<double>::Zero(2);
  CHECK_FALSE(detail::has_entropy(f));
  CHECK((detail::has_entropy(soft) && !detail::has_inner_entropy(soft)));
  CHECK_FALSE(detail::has_entropy(regularized(f, {.proximal = 1.0})));
  CHECK(detail::has_inner_entropy(regularized(soft, {.proximal = 1.0})));
  CHECK(detail::has_inner_entropy(restrict_to(soft, zero, {0})));
  CHECK(detail::has_inner_entropy(precompose(soft, Matrix<double>(Matrix<double>::Identity(2, 2)))));
  CHECK(detail::has_inner_entropy(sum(f, soft)));
  CHECK_FALSE(detail::has_inner_entropy(sum(f, f)));
}

TEST_CASE("an entropy belongs to its box, or to a simplex", "[argmin]") {
  const Ficnn<double, Softplus> f({.inputs = 2, .hidden = {4}});
  const auto on_box = regularized(f, {.entropy = 0.5});
  const auto on_simplex = regularized(f, {.entropy = 0.5, .on = EntropyOn::simplex});
  CHECK((detail::is_entropic(on_box) && !detail::is_entropic(f)));
  CHECK(detail::entropy_term(on_box.terms(), Box::unit(2)).tau() == 0.5);
  CHECK(detail::entropy_term(on_simplex.terms(), Simplex(2)).on_simplex());
  CHECK_ERROR(detail::entropy_term(on_box.terms(), Box::cube(2, 0, 2)), "the box of the entropy");
  CHECK_ERROR(detail::entropy_term(on_box.terms(), Simplex(2)), "a Simplex beside EntropyOn::box");
  CHECK_ERROR(detail::entropy_term(on_simplex.terms(), Box::unit(2)), "a Box beside EntropyOn::simplex");
}
