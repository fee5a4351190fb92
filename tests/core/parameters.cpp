// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/parameters.hpp>
#include <limits>

#include "tests/support/errors.hpp"

using namespace icnn;

namespace {

Parameters<double> example() {
  Layout layout;
  layout.add({"A", 0, 2, 2});
  layout.add({"W", 1, 1, 2, Sign::non_negative});
  return Parameters<double>(layout);
}

}  // namespace

TEST_CASE("parameters start at zero and are read by name", "[core]") {
  auto p = example();
  CHECK(p.vector().isZero());
  p.edit([](auto& e) {
    e["A"] << 1, 2, 3, 4;
    e["W"] << 5, 6;
  });
  CHECK(p["A"](0, 1) == 2);
  CHECK(p.vector()(1) == 3);  // column-major
  CHECK(p.vector()(5) == 6);
  auto copy = p;
  CHECK(copy == p);
  copy.edit([](auto& e) { e.vector() *= 2; });
  CHECK_FALSE(copy == p);
}

TEST_CASE("an edit refuses or projects negative weights, and is all or nothing", "[core]") {
  auto p = example();
  p.edit([](auto& e) { e.vector().setOnes(); });
  const auto before = p;
  CHECK_ERROR(p.edit([](auto& e) {
    e["A"].setConstant(-1);
    e["W"](0, 1) = -2;
  }),
              "W(0, 1) = -2 in layer 1 is negative");
  CHECK(p == before);
  CHECK_ERROR(p.edit([](auto& e) { e["A"](0, 0) = std::numeric_limits<double>::infinity(); }), "A(0, 0) = inf");
  CHECK(p == before);
  CHECK_THROWS_AS(p.edit([](auto& e) {
    e.vector().setZero();
    throw 1;
  }),
                  int);
  CHECK(p == before);
  CHECK_ERROR(p.edit([](auto& e) { e["B"].setZero(); }), "one of A, W");
  CHECK_ERROR(p.edit([](auto& e) { e[Block{"far", 0, 9, 9}].setZero(); }), "a block of this network's layout");
  p.edit(
      [](auto& e) {
        e["A"].setConstant(-1);
        e["W"](0, 1) = -2;
      },
      Positivity::project);
  CHECK(p["W"](0, 1) == 0);
  CHECK(p["W"](0, 0) == 1);
  CHECK(p["A"](0, 0) == -1);
  CHECK_ERROR(p.edit([](auto& e) { e["W"](0, 0) = std::numeric_limits<double>::quiet_NaN(); }, Positivity::project),
              "finite parameters");
}

#if !defined(ICNN_FEWER_CASES)  // sanitizers end the program
TEST_CASE("parameters that there is no room for are an error that says so", "[core]") {
  Layout layout;
  layout.add({"W", 0, Index{1} << 26, Index{1} << 26});
  CHECK_ERROR(Parameters<double>(layout), "room for 4503599627370496 parameters");
}
#endif

TEST_CASE("what is filled in place is admissible, or all zero", "[core]") {
  auto p = example();
  p.fill([](auto& e) { e.vector().setOnes(); });
  CHECK(p.vector().isOnes());
  CHECK_ERROR(p.fill([](auto& e) { e["W"](0, 1) = -2; }), "W(0, 1) = -2 in layer 1 is negative");
  CHECK(p.vector().isZero());
  CHECK_THROWS_AS(p.fill([](auto& e) {
    e.vector().setOnes();
    throw 1;
  }),
                  int);
  CHECK(p.vector().isZero());
  p.fill([](auto& e) { e.vector().setConstant(-1); }, Positivity::project);
  CHECK(p["W"].isZero());
  CHECK(p["A"](0, 0) == -1);
}
