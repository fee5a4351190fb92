// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/functions/restricted.hpp>
#include <icnn/networks/picnn_batch.hpp>

#include "tests/support/combined.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("restrict_to: every derivative, over a FICNN, a PICNN and a batch of contexts", "[restricted]") {
  Combined c(2);
  const Vector<double> known = random_vector<double>(c.random, 3);
  Matrix<double> pick = Matrix<double>::Zero(3, 2);
  pick(2, 0) = pick(0, 1) = 1;
  const Vector<double> fixed = known.cwiseProduct(Vector<double>::Unit(3, 1));
  const Matrix<double> v = c.y.topRows(2);
  check_derivatives(restrict_to(c.f, known, {2, 0}), Combined::behind(reference(c.fully, c.fully_chosen), pick, fixed),
                    c.f.parameters().vector(), Matrix<double>(0, 3), v, c.random, true);
  const auto behind = Combined::behind(reference(c.partially, c.partially_chosen), pick, fixed);
  check_derivatives(restrict_to(c.g, known, {2, 0}), behind, c.g.parameters().vector(), c.x, v, c.random, true);
  check_derivatives(restrict_to(c.g.at(c.x), known, {2, 0}), behind, c.g.parameters().vector(), c.x, v, c.random, true);
  check_single_equals_batch(restrict_to(c.f, known, {2, 0}), c.x, v, c.random);
}

TEST_CASE("restrict_to: known values per sample; what stands at free coordinates is not read", "[restricted]") {
  Combined c(3);
  Matrix<double> known = c.y;
  known.row(1).setConstant(std::numeric_limits<double>::quiet_NaN());
  const auto r = restrict_to(c.f, known, {1});
  check_close(r(c.y.row(1)), c.f(c.y), 1e-14);
  CHECK(r.batch() == 3);
  CHECK_ERROR(r(Matrix<double>(c.y.row(1).leftCols(2))), "one column per sample");
}

TEST_CASE("restrict_to: bad input is refused", "[restricted]") {
  const Ficnn<double, Softplus> f({.inputs = 3});
  const Vector<double> known = Vector<double>::Zero(3);
  CHECK_ERROR(restrict_to(f, known, {}), "at least one free coordinate");
  CHECK_ERROR(restrict_to(f, known, {3}), "distinct free coordinates in 0..2");
  CHECK_ERROR(restrict_to(f, known, {1, 1}), "distinct free coordinates");
  Vector<double> unknown = Vector<double>::Ones(3);
  unknown(2) = std::nan("");
  CHECK_ERROR(restrict_to(f, unknown, {0, 1}), "finite known values, got NaN or infinity at coordinate 2");
  CHECK(restrict_to(f, unknown, {1, 2}).inputs() == 2);
  CHECK_ERROR(restrict_to(f, Vector<double>::Zero(2), {1}), "known values of shape 3 x 1");
  const Picnn<double, Softplus> p({.context = 1, .inputs = 3});
  CHECK_ERROR(restrict_to(p.at(Matrix<double>(1, 4)), Matrix<double>::Zero(3, 2), {1}), "a column per sample");
}

TEST_CASE("restrict_to: known values change in place", "[restricted]") {
  Random random(9);
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {4}});
  randomize(f, random);
  auto g = restrict_to(f, Vector<double>{{1, 2, 3}}, {1});
  const Vector<double> known{{4, std::nan(""), 5}};
  g.set_known(known);
  CHECK(g(Vector<double>{{6}}) == f(Vector<double>{{4, 6, 5}}));
  CHECK_ERROR(g.set_known(Vector<double>{{std::nan(""), 0, 0}}), "coordinate 0");
  CHECK_ERROR(g.set_known(Vector<double>::Zero(2)), "known values");
  CHECK(g(Vector<double>{{6}}) == f(Vector<double>{{4, 6, 5}}));
}
