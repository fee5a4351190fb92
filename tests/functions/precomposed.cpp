// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/functions/precomposed.hpp>
#include <icnn/networks/picnn_batch.hpp>

#include "tests/support/combined.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("precompose: every derivative, over a FICNN, a PICNN and a batch of contexts", "[precomposed]") {
  Combined c(4);
  const Matrix<double> E = random_matrix<double>(c.random, 3, 2);
  const Vector<double> e = random_vector<double>(c.random, 3);
  const Matrix<double> v = c.y.topRows(2);
  check_derivatives(precompose(c.f, E, e), Combined::behind(reference(c.fully, c.fully_chosen), E, e),
                    c.f.parameters().vector(), Matrix<double>(0, 3), v, c.random, true);
  const auto behind = Combined::behind(reference(c.partially, c.partially_chosen), E, e);
  check_derivatives(precompose(c.g, E, e), behind, c.g.parameters().vector(), c.x, v, c.random, true);
  check_derivatives(precompose(c.g.at(c.x), E, e), behind, c.g.parameters().vector(), c.x, v, c.random, true);
  check_single_equals_batch(precompose(c.g, E, e), c.x, v, c.random);
  CHECK(precompose(c.f, E)(Vector<double>(v.col(0))) == c.f(Vector<double>(E * v.col(0))));
}

TEST_CASE("precompose: bad input is refused", "[precomposed]") {
  const Ficnn<double, Softplus> f({.inputs = 3});
  CHECK_ERROR(precompose(f, Matrix<double>::Zero(2, 2)), "E with 3 rows");
  CHECK_ERROR(precompose(f, Matrix<double>(3, 0)), "at least one column");
  CHECK_ERROR(precompose(f, Matrix<double>::Zero(3, 2), Vector<double>::Zero(2)), "e of shape 3 x 1");
  CHECK_ERROR(precompose(f, Matrix<double>::Constant(3, 2, NAN)), "finite E and e");
}

TEST_CASE("precompose: the offset changes in place", "[precomposed]") {
  Random random(9);
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {4}});
  randomize(f, random);
  const Matrix<double> E = random_matrix<double>(random, 3, 2);
  const Vector<double> y = random_vector<double>(random, 2), e = random_vector<double>(random, 3);
  auto g = precompose(f, E);
  g.set_offset(e);
  CHECK(g(y) == precompose(f, E, e)(y));
  CHECK_ERROR(g.set_offset(Vector<double>::Zero(2)), "e of shape 3 x 1");
  CHECK_ERROR(g.set_offset(Vector<double>::Constant(3, NAN)), "a finite e");
  CHECK(g.offset() == e);
}
