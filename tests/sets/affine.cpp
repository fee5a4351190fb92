// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/affine.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/sets.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("an affine set is what it claims, dependent equations included", "[sets]") {
  Random random(1);
  Matrix<double> E = random_matrix<double>(random, 3, 7);
  const Vector<double> y = random_vector<double>(random, 7);
  check_set(Affine(E, E * y), 1);
  E.row(2) = E.row(0) - 2 * E.row(1);
  const Affine dependent(E, E * y);
  check_set(dependent, 2);
  Vector<double> z = random_vector<double>(random, 7, 1e6);
  dependent.project(z);
  CHECK((E * z - E * y).cwiseAbs().maxCoeff() < 1e-8);
  check_set(Affine(Matrix<double>::Identity(4, 4), Vector<double>::Ones(4)), 3);  // a point
  check_set(Affine(Matrix<double>(0, 4), Vector<double>()), 4);                   // everything
  for (const double unit : {1e200, 1e-200}) {                                     // rows of any length
    Vector<double> point(2);
    point << 3, 4;
    Affine(Vector<double>::Unit(2, 0).transpose() * unit, Vector<double>::Constant(1, unit)).project(point);
    CHECK((std::abs(point(0) - 1) < 1e-15 && point(1) == 4));
  }
}

TEST_CASE("affine sets that make no sense are refused", "[sets]") {
  Matrix<double> E = Matrix<double>::Ones(2, 3);
  CHECK_ERROR(Affine(E, Vector<double>::LinSpaced(2, 0, 1)), "a contradiction in row 1");
  CHECK_ERROR(Affine(Matrix<double>::Zero(1, 3), Vector<double>::Ones(1)), "equations E y = e that have a solution");
  Matrix<double> nearly(2, 2);
  nearly << 1, 1.0 / 3, 3, 1 + 1e-11;
  CHECK_ERROR(Affine(nearly, Vector<double>::Ones(2)), "row 1, nearly dependent on others");
  CHECK_ERROR(Affine(Matrix<double>::Constant(1, 1, 1e-200), Vector<double>::Constant(1, 1e200)),
              "whose solution is finite");
  CHECK_ERROR(Affine(E, Vector<double>::Ones(3)), "a right-hand side e of shape 2 x 1");
  E(0, 0) = std::nan("");
  CHECK_ERROR(Affine(E, Vector<double>::Ones(2)), "finite E");
}
