// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/polyhedron.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("a polyhedron keeps its data and measures violations", "[sets]") {
  Matrix<double> A(1, 2), E(1, 2);
  A << 1, 1;
  E << 1, -1;
  const Polyhedron p(Box::unit(2), A, Vector<double>::Constant(1, 1.5), E, Vector<double>::Zero(1));
  CHECK(p.dimension() == 2);
  CHECK((p.A() == A && p.E() == E));
  CHECK(p.violation(Vector<double>::Constant(2, 0.5)) == 0);
  CHECK(p.violation(Vector<double>::Constant(2, 1)) == 0.5);
  Vector<double> y(2);
  y << 2, 0;
  CHECK(p.violation(y) == 2);
  CHECK(Polyhedron(Box::unit(2), {}, {}).A().cols() == 2);
  CHECK_FALSE(ProjectableSet<Polyhedron>);
}

TEST_CASE("polyhedra that make no sense are refused", "[sets]") {
  const Matrix<double> A = Matrix<double>::Ones(1, 2);
  CHECK_ERROR(Polyhedron(Box::unit(3), A, Vector<double>::Ones(1)), "A of shape 1 x 3");
  CHECK_ERROR(Polyhedron(Box::unit(2), A, Vector<double>::Ones(2)), "A of shape 2 x 2");
  CHECK_ERROR(Polyhedron(Box::unit(2), A, Vector<double>::Constant(1, std::nan(""))), "b above -infinity");
  CHECK_ERROR(Polyhedron(Box::unit(2), A * std::nan(""), Vector<double>::Ones(1)), "finite A");
  CHECK_ERROR(Polyhedron(Box::unit(2), {}, {}, A, Vector<double>::Constant(1, infinity)), "finite e");
}
