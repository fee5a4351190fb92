// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/box.hpp>
#include <icnn/sets/whole_space.hpp>
#include <icnn/solvers/solve_log.hpp>

#include <limits>

#include "tests/support/catch.hpp"

using namespace icnn;

namespace {

struct RoundedParabola final : ConvexModel {  // |y|^2 / 2 with a stated rounding error
  explicit RoundedParabola(double stated) : error(stated) {}
  [[nodiscard]] Index inputs() const override { return 2; }
  [[nodiscard]] double strong_convexity() const override { return 1; }
  double value(kernels::Order wanted, ConstVectorView y) override {
    order = wanted;
    at = y.map();
    return 0.5 * at.squaredNorm();
  }
  void gradient(VectorView g) override { g.map() = at; }
  void set_region(ConstVectorView h, ConstVectorView) override { region = h.map(); }
  [[nodiscard]] double cut_error() override { return error; }
  [[nodiscard]] double value_error(ConstVectorView, ConstVectorView) override { return error; }
  [[nodiscard]] double largest_value_error() override { return largest; }

  double error, largest = infinity;
  Vector<double> at, region;
  kernels::Order order = kernels::Order::value;
};

/// What a log makes of one evaluation of a parabola at (y, y), with the default settings.
struct FirstEvaluation {
  FirstEvaluation(double y, double stated_error) {
    RoundedParabola f(stated_error);
    const WholeSpace space(2);
    const SetRegion set(space);
    const SetTerm term(set);
    const Settings settings;
    Vector<double> region(2), g(2), at = Vector<double>::Constant(2, y);
    Result r;
    r.y = at;
    SolveLog log(f, term, settings, region, r);
    double value = 0;
    goes_on = log.evaluate(at, value) && log.take_gradient(at, g);
    aim = log.aim();
    tolerance = settings.tolerance(r.value);
    status = r.status;
  }
  bool goes_on = false;
  double aim = 0, tolerance = 0;
  Status status = Status::not_run;
};

}  // namespace

TEST_CASE("a part of the first gap is aimed at only where what counts as optimal is much of it", "[solvers]") {
  const FirstEvaluation far(10, 0), near_by(1e-4, 0), rounded(1e-9, 1e-8);
  CHECK(far.goes_on);
  CHECK(far.aim == far.tolerance);
  CHECK(near_by.goes_on);  // though its gap, 1e-8, counts as optimal
  CHECK(near_by.aim < 1e-4 * 1e-8);
  CHECK_FALSE(rounded.goes_on);  // nothing but rounding is left to gain
  CHECK(rounded.status == Status::optimal);
}

TEST_CASE("on an unbounded set the region holds the minimizer, and shrinks with the gradient", "[solvers]") {
  RoundedParabola f(0);
  const WholeSpace space(2);
  const SetRegion set(space);
  const SetTerm term(set);
  const Settings settings{.relative_gap = 1e-12};
  Vector<double> region(2), g(2);
  Result r;
  r.y = Vector<double>::Zero(2);
  SolveLog log(f, term, settings, region, r);
  Vector<double> y(2);
  y << 3, 4;
  double value = 0;
  REQUIRE(log.evaluate(y, value));
  CHECK(value == 12.5);
  CHECK(f.order == kernels::Order::first);
  REQUIRE(log.take_gradient(y, g));
  CHECK(std::abs(r.lower_bound) < 1e-9);  // strong convexity makes the first cut exact
  CHECK((f.region.array() >= 7).all());
  const double first = f.region(0);
  y *= 0.01;
  log.set_order(kernels::Order::second);
  REQUIRE(log.evaluate(y, value));
  CHECK(f.order == kernels::Order::second);
  (void)log.take_gradient(y, g);
  CHECK(f.region(0) < 0.1 * first);
}

TEST_CASE("a gap that only rounding keeps open is a numerical limit", "[solvers]") {
  RoundedParabola f(1e-5);
  const WholeSpace space(2);
  const SetRegion set(space);
  const SetTerm term(set);
  const Settings settings{.relative_gap = 1e-6};
  Vector<double> region(2), g(2), y = Vector<double>::Ones(2);
  Result r;
  r.y = y;
  SolveLog log(f, term, settings, region, r);
  double value = 0;
  y.setConstant(1e-9);
  REQUIRE(log.evaluate(y, value));
  REQUIRE(log.take_gradient(y, g));
  log.finish();
  CHECK(r.status == Status::numerical_limit);
  CHECK(r.lower_bound <= -1e-5 + 1e-9);
  CHECK(r.value_error >= 1e-5);
}

TEST_CASE("a value's own rounding error is asked for where the largest in the region matters", "[solvers]") {
  const auto stated = [](const Vector<double>& best, double largest, double own) {
    RoundedParabola f(own);
    f.largest = largest;
    const Box box = Box::cube(2, -2, 2);
    const SetRegion set(box);
    const SetTerm term(set);
    const Settings settings{.relative_gap = 1e-6};
    Vector<double> region(2), g(2), latest = Vector<double>::Constant(2, 2);
    Result r;
    r.y = best;
    SolveLog log(f, term, settings, region, r);
    double value = 0;
    REQUIRE(log.evaluate(best, value));
    REQUIRE(log.evaluate(latest, value));
    REQUIRE(log.take_gradient(latest, g));
    log.finish();
    CHECK(r.y == best);
    return r.value_error;
  };
  const Vector<double> inside{{1.5, 0.5}}, outside{{2.5, 0}};
  CHECK(stated(inside, 1e-8, 1e-9) >= 1e-8);
  CHECK(stated(inside, 1e-5, 1e-9) < 1.1e-9);
  CHECK(stated(inside, infinity, 1e-9) < 1.1e-9);
  CHECK(stated(inside, std::numeric_limits<double>::quiet_NaN(), 1e-9) < 1.1e-9);
  CHECK(stated(inside, 1e-8, 1e-5) >= 1e-5);    // of a cut, too: the largest is not asked for
  CHECK(stated(outside, 1e-8, 1e-9) < 1.1e-9);  // it holds in the region alone
}
