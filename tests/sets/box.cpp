// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/box.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/sets.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a box from braces", "[sets]") {
  CHECK(Box({0, -1}, {2, 3}) == Box(Vector<double>{{0, -1}}, Vector<double>{{2, 3}}));
  CHECK(Box({0.5}, {1}).dimension() == 1);
  CHECK(Box({0, 0}, {1, 2}).upper()(1) == 2);
  CHECK_ERROR(Box({0, 0}, {1}), "upper bounds");
}

TEST_CASE("boxes are equal where all bounds are", "[sets]") {
  const Box box({0, -1}, {2, infinity});
  CHECK(box == Box({0, -1}, {2, infinity}));
  CHECK(box != Box({0, -2}, {2, infinity}));
  CHECK(box != Box({0, -1}, {3, infinity}));
  CHECK(box != Box({0, -1, 0}, {2, infinity, 0}));
}

TEST_CASE("a box is what it claims", "[sets]") {
  check_set(Box::unit(1), 1);
  check_set(Box::cube(7, -2, 0.5), 2);
  Random random(3);
  const Vector<double> l = random_vector<double>(random, 5);
  check_set(Box(l, l), 4);  // a point
  check_set(Box(l, l + Vector<double>::Ones(5)), 5);
}

TEST_CASE("a box with infinite bounds is projected onto; its linear minimum may be -infinity", "[sets]") {
  const Box orthant(Vector<double>::Zero(2), Vector<double>::Constant(2, infinity));
  Vector<double> y(2);
  y << -3, 4;
  orthant.project(y);
  CHECK((y(0) == 0 && y(1) == 4));
  Vector<double> g(2);
  g << 1, 0;
  CHECK(orthant.linear_minimum(g) == 0);
  g << 1, -1;
  CHECK(orthant.linear_minimum(g) == -infinity);
}

TEST_CASE("boxes that make no sense are refused", "[sets]") {
  const auto one = [](double value) { return Vector<double>::Constant(1, value); };
  CHECK_ERROR(Box(one(1), one(0)), "l = 1, u = 0 at coordinate 0");
  CHECK_ERROR(Box(one(std::nan("")), one(0)), "neither of them NaN");
  CHECK_ERROR(Box(one(0), one(std::nan(""))), "neither of them NaN");
  CHECK_ERROR(Box(one(infinity), one(infinity)), "some number between");
  CHECK_ERROR(Box(one(0), Vector<double>::Ones(2)), "upper bounds of shape 1 x 1");
  CHECK_ERROR(Box::unit(0), "at least one coordinate");
  CHECK_ERROR(Box(Vector<double>(), Vector<double>()), "at least one coordinate");
}

TEST_CASE("the center of a box is its middle, unless that says nothing", "[sets]") {
  const auto center = [](double low, double high) {
    Vector<double> y(1);
    Box::cube(1, low, high).center(y);
    return y(0);
  };
  CHECK(center(1, 4) == 2.5);
  CHECK(center(0, 1e8) == 5e7);
  CHECK(center(-1, 1e20) == 0);
  CHECK(center(3, 1e300) == 3);
  CHECK(center(-std::numeric_limits<double>::max(), -7) == -7);
  CHECK(center(-std::numeric_limits<double>::max(), std::numeric_limits<double>::max()) == 0);
}

TEST_CASE("Box: bounds in float, of integers, and arrays", "[sets]") {
  const Box expected({0, 1}, {2, 3});
  CHECK(Box(Eigen::Vector2f(0, 1), Eigen::Vector2f(2, 3)) == expected);
  CHECK(Box(Eigen::Vector2i(0, 1), Eigen::Vector2d(2, 3)) == expected);
  CHECK(Box(Eigen::Array2f(0, 1), Eigen::Array2f(2, 3)) == expected);
  CHECK(Box(Eigen::Array2d(0, 1), Eigen::Array2d(2, 3)) == expected);
  CHECK_ERROR(Box(Eigen::Vector2f(0, 1), Eigen::Vector3f(2, 3, 4)), "upper bounds of shape 2 x 1");
  const float end = std::numeric_limits<float>::infinity();
  CHECK(Box(Eigen::Vector2f(0, -end), Eigen::Vector2f(end, 3)) == Box({0, -infinity}, {infinity, 3}));
}

TEST_CASE("Box: bounds change in place", "[sets]") {
  Box box({0, 0}, {1, 2});
  box.set_bounds(Vector<double>{{-1, 1}}, Vector<double>{{0, infinity}});
  CHECK(box == Box({-1, 1}, {0, infinity}));
  CHECK_ERROR(box.set_bounds(Vector<double>{{0, 0}}, Vector<double>{{1, -1}}), "at coordinate 1");
  CHECK_ERROR(box.set_bounds(Vector<double>{{0}}, Vector<double>{{1, 1}}), "lower bounds");
  CHECK_ERROR(box.set_bounds(Vector<double>{{0, 0}}, Vector<double>{{1}}), "upper bounds");
  CHECK(box == Box({-1, 1}, {0, infinity}));
}
