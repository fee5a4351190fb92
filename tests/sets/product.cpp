// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/ball.hpp>
#include <icnn/sets/box.hpp>
#include <icnn/sets/half_space.hpp>
#include <icnn/sets/product.hpp>
#include <icnn/sets/simplex.hpp>

#include "tests/support/sets.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a product is what it claims, and no more than its factors", "[sets]") {
  check_set(Product(Box::unit(3), Simplex(4), Ball(Vector<double>::Ones(2), 0.5)), 1);
  check_set(Product(Simplex(3), Product(Simplex(2), Box::unit(1))), 2);
  const Product half(HalfSpace(Vector<double>::Ones(2), 1), Box::unit(2));
  check_set(half, 3);
  CHECK_FALSE(LinearlyMinimizableSet<std::remove_const_t<decltype(half)>>);
  Vector<double> h(4);
  half.extents(h);
  CHECK((h(0) == infinity && h(3) == 1));
}
