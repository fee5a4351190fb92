// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/whole_space.hpp>
#include <icnn/solvers/search.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

namespace {

struct Parabola {  // |y|^2 / 2 with a stated rounding error
  Vector<double> at = Vector<double>::Zero(2);
  double error = 0;
  Vector<double> region = {};
  [[nodiscard]] static Index inputs() { return 2; }
  double value(const Vector<double>& y) { return at = y, 0.5 * y.squaredNorm(); }
  void gradient(Vector<double>& g) const { g = at; }
  [[nodiscard]] double cut_error() const { return error; }
  void cover(const Vector<double>& h) { region = h; }
  [[nodiscard]] double value_error(const Vector<double>&) const { return error; }
  [[nodiscard]] static double strong_convexity() { return 1; }
};

}  // namespace

TEST_CASE("on an unbounded set the region holds the minimizer, and shrinks with the gradient", "[solvers]") {
  Parabola f;
  const WholeSpace space(2);
  const SetTerm term(space);
  const Settings settings{.relative_gap = 1e-12};
  Vector<double> region(2), g(2);
  Result r;
  r.y = Vector<double>::Zero(2);
  Search search(f, term, settings, region, r);
  Vector<double> y(2);
  y << 3, 4;
  double value = 0;
  REQUIRE(search.evaluate(y, value));
  CHECK(value == 12.5);
  REQUIRE(search.cut(y, g));
  CHECK(std::abs(r.lower_bound) < 1e-9);  // strong convexity makes the first cut exact
  CHECK((f.region.array() >= 7).all());
  const double first = f.region(0);
  y *= 0.01;
  REQUIRE(search.evaluate(y, value));
  (void)search.cut(y, g);
  CHECK(f.region(0) < 0.1 * first);
}

TEST_CASE("a gap that only rounding keeps open is a numerical limit", "[solvers]") {
  Parabola f{.error = 1e-5};
  const WholeSpace space(2);
  const SetTerm term(space);
  const Settings settings{.relative_gap = 1e-6};
  Vector<double> region(2), g(2), y = Vector<double>::Ones(2);
  Result r;
  r.y = y;
  Search search(f, term, settings, region, r);
  double value = 0;
  y.setConstant(1e-9);
  REQUIRE(search.evaluate(y, value));
  REQUIRE(search.cut(y, g));
  search.finish();
  CHECK(r.status == Status::numerical_limit);
  CHECK(r.lower_bound <= -1e-5 + 1e-9);
  CHECK(r.value_error >= 1e-5);
}
