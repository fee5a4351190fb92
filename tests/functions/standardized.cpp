// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <limits>

#include <icnn/functions/standardized.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/inference/verify.hpp>
#include <icnn/networks/picnn_batch.hpp>

#include "tests/support/combined.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using V = Reference::V;

Reference in_units(const Reference& r, const Scaling<double>& u) {
  const V c = u.center.cast<Real>(), s = u.scale.cast<Real>(), xc = u.context_center.cast<Real>(),
          xs = u.context_scale.cast<Real>();
  const Real a = u.output_scale, b = u.output_center;
  const auto context = [=](const V& x) { return x.size() == xc.size() ? V((x - xc).cwiseQuotient(xs)) : x; };
  return {
      [=](const V& t, const V& x, const V& y) { return Real(a * r.value(t, context(x), V((y - c).cwiseQuotient(s))) + b); },
      [=](const V& t, const V& x, const V& y) {
        return V(a * r.gradient(t, context(x), V((y - c).cwiseQuotient(s))).cwiseQuotient(s));
      }};
}

Scaling<double> units(Random& random, bool context) {
  const auto positive = [&](Index n) { return Vector<double>(random_vector<double>(random, n).cwiseAbs().array() + 0.5); };
  Scaling<double> u{
      .center = random_vector<double>(random, 3), .scale = positive(3), .output_center = -2, .output_scale = 1.7};
  if (context) u.context_center = random_vector<double>(random, 2), u.context_scale = positive(2);
  return u;
}

}  // namespace

TEST_CASE("standardized: every derivative, over a FICNN, a PICNN and a batch of contexts", "[standardized]") {
  Combined c(7);
  const Scaling<double> plain = units(c.random, false), both = units(c.random, true);
  check_derivatives(standardized(c.f, plain), in_units(reference(c.fully, c.fully_chosen), plain), c.f.parameters().vector(),
                    Matrix<double>(0, 3), c.y, c.random, true);
  check_derivatives(standardized(c.g, both), in_units(reference(c.partially, c.partially_chosen), both),
                    c.g.parameters().vector(), c.x, c.y, c.random, true);
  check_derivatives(standardized(c.g.at(c.x), plain), in_units(reference(c.partially, c.partially_chosen), plain),
                    c.g.parameters().vector(), c.x, c.y, c.random, true);
  check_single_equals_batch(standardized(c.f, plain), c.x, c.y, c.random);
  check_single_equals_batch(standardized(c.g, both), c.x, c.y, c.random);
  check_single_equals_batch(scaled(c.f, 3.0), c.x, c.y, c.random);
}

TEST_CASE("standardized: a PICNN at a context in the units of the data", "[standardized]") {
  Combined c(8);
  const auto f = standardized(c.g, units(c.random, true));
  const Vector<double> x = c.x.col(0), y = c.y.col(0);
  const auto at = f.at(x);
  CHECK(std::abs(at(y) - f(x, y)) <= 1e-13 * std::max(1.0, std::abs(f(x, y))));
  const auto single = f.cast<float>();
  CHECK(std::abs(single(x.cast<float>().eval(), y.cast<float>().eval()) - static_cast<float>(f(x, y))) <= 1e-4F);
}

TEST_CASE("standardized: minima are those of the network in other units", "[standardized]") {
  Combined c(9);
  const Scaling<double> u = units(c.random, false);
  const auto f = standardized(c.f, u);
  const Vector<double> lower = -u.scale + u.center, upper = u.scale + u.center;
  const Result inner = argmin(c.f, Box::cube(3, -1, 1), {.relative_gap = 1e-10});
  for (const Method method : {Method::automatic, Method::projected_gradient, Method::bundle, Method::truncated_newton}) {
    const Result outer =
        argmin(f, Box(lower, upper), {.relative_gap = 1e-8, .max_evaluations = 4000, .method = method, .certificate = true});
    INFO(to_string(method) << ": " << outer);
    CHECK(outer.status == Status::optimal);
    const double expected = u.output_scale * inner.value + u.output_center;
    CHECK(std::abs(outer.value - expected) <= 1e-7 * std::max(1.0, std::abs(expected)));
    CHECK(outer.lower_bound <= expected + 1e-9 * std::max(1.0, std::abs(expected)));
    CHECK(verify(f, Box(lower, upper), outer.certificate).holds());
  }
  const auto nothing = scaled(c.f, 0.0);
  const Result flat = argmin(nothing, Box::unit(3));
  CHECK(flat.value == 0);
  CHECK(flat.lower_bound <= 0);
}

TEST_CASE("standardized: bad input is refused", "[standardized]") {
  const Ficnn<double, Softplus> f({.inputs = 2});
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  for (const double a : {-1.0, nan, inf}) {
    CHECK_ERROR(scaled(f, a), "a finite factor >= 0");
    CHECK_ERROR(standardized(f, {.scale = Vector<double>{{1, -std::abs(a)}}}), "standardized");
  }
  CHECK_ERROR(standardized(f, {.scale = Vector<double>{{1, 0}}}), "scales > 0");
  CHECK_ERROR(standardized(f, {.center = Vector<double>::Zero(3)}), "center");
  CHECK_ERROR(standardized(f, {.center = Vector<double>{{0, nan}}}), "a finite center");
  CHECK_ERROR(standardized(f, {.context_scale = Vector<double>::Ones(1)}), "context_scale");
  CHECK_ERROR(standardized(f, {.output_center = inf}), "a finite output_center");
}
