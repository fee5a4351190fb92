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

TEST_CASE("polyhedra are equal where box, rows and right-hand sides are", "[sets]") {
  using M = Matrix<double>;
  using V = Vector<double>;
  const auto made = [](double bound, double a, double b, double e_row, double e) {
    return Polyhedron(Box({0, 0}, {bound, 1}), M{{a, 1}}, V{{b}}, M{{e_row, 1}}, V{{e}});
  };
  const Polyhedron set = made(2, 3, 4, 5, 6);
  CHECK(set == made(2, 3, 4, 5, 6));
  CHECK(set != made(1, 3, 4, 5, 6));
  CHECK(set != made(2, 1, 4, 5, 6));
  CHECK(set != made(2, 3, 1, 5, 6));
  CHECK(set != made(2, 3, 4, 1, 6));
  CHECK(set != made(2, 3, 4, 5, 1));
  CHECK(set != Polyhedron(set.box(), set.A(), set.b()));
}

TEST_CASE("polyhedra that make no sense are refused", "[sets]") {
  const Matrix<double> A = Matrix<double>::Ones(1, 2);
  CHECK_ERROR(Polyhedron(Box::unit(3), A, Vector<double>::Ones(1)), "A of shape 1 x 3");
  CHECK_ERROR(Polyhedron(Box::unit(2), A, Vector<double>::Ones(2)), "A of shape 2 x 2");
  CHECK_ERROR(Polyhedron(Box::unit(2), A, Vector<double>::Constant(1, std::nan(""))), "b above -infinity");
  CHECK_ERROR(Polyhedron(Box::unit(2), A * std::nan(""), Vector<double>::Ones(1)), "finite A");
  CHECK_ERROR(Polyhedron(Box::unit(2), {}, {}, A, Vector<double>::Constant(1, infinity)), "finite e");
}

TEST_CASE("rows that may be left out: the box satisfies them, or their limit stands for infinity", "[sets]") {
  const auto left_out = [](const Box& box, double a, double c, double b) {
    return Polyhedron(box, Matrix<double>{{a, c}}, Vector<double>{{b}}).may_be_left_out(0);
  };
  const Box unit = Box::unit(2), half(Vector<double>{{0.0, -infinity}}, Vector<double>{{1.0, infinity}});
  CHECK(left_out(unit, 1, 1, 2));
  CHECK_FALSE(left_out(unit, 1, 1, 1.999));
  CHECK(left_out(unit, -1, 0, 0));
  CHECK_FALSE(left_out(unit, -1, 0, -0.1));
  CHECK(left_out(half, 3, 0, 3));
  CHECK_FALSE(left_out(half, 3, 1e-9, 1e17));
  CHECK(left_out(half, 3, -1, 1e19));
  CHECK_FALSE(left_out(half, 1e3, 1, 1e20));  // in units of the row
  CHECK(left_out(half, 0, 0, 0));
  CHECK_FALSE(left_out(half, 0, 0, -1));
}

TEST_CASE("Polyhedron: bounds and right-hand sides change in place", "[sets]") {
  const Matrix<double> A{{1, 1}}, E{{1, -1}};
  Polyhedron set(Box::unit(2), A, Vector<double>{{1}}, E, Vector<double>{{0}});
  set.set_right_hand_sides(Vector<double>{{2}}, Vector<double>{{0.5}});
  set.set_bounds(Vector<double>{{-1, -1}}, Vector<double>{{1, 1}});
  const Polyhedron expected(Box::cube(2, -1, 1), A, Vector<double>{{2}}, E, Vector<double>{{0.5}});
  CHECK(set == expected);
  CHECK_ERROR(set.set_right_hand_sides(Vector<double>{{2, 3}}, Vector<double>{{0}}), "b of shape");
  CHECK_ERROR(set.set_right_hand_sides(Vector<double>{{2}}), "e of shape");
  CHECK_ERROR(set.set_right_hand_sides(Vector<double>{{std::nan("")}}, Vector<double>{{0}}), "b above -infinity");
  CHECK_ERROR(set.set_bounds(Vector<double>{{2, 2}}, Vector<double>{{1, 1}}), "l <= u");
  CHECK(set == expected);
}
