// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <limits>
#include <vector>

#include <icnn/functions/maximum.hpp>
#include <icnn/functions/precomposed.hpp>
#include <icnn/functions/sum.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/inference/verify.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/combined.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using V = Reference::V;

/// Of the first function that attains the maximum; \p active counts the points where it is the first one.
Reference larger(const Reference& a, const Reference& b, Index a_parameters, int& active) {
  const auto first = [=](const V& t) { return V(t.head(a_parameters)); };
  const auto rest = [=](const V& t) { return V(t.tail(t.size() - a_parameters)); };
  return {[=, &active](const V& t, const V& x, const V& y) {
            const Real va = a.value(first(t), x, y), vb = b.value(rest(t), x, y);
            active += va >= vb ? 1 : -1;
            return va >= vb ? va : vb;
          },
          [=](const V& t, const V& x, const V& y) {
            return a.value(first(t), x, y) >= b.value(rest(t), x, y) ? a.gradient(first(t), x, y)
                                                                     : b.gradient(rest(t), x, y);
          }};
}

}  // namespace

TEST_CASE("maximum: every derivative, of the function that attains it", "[maximum]") {
  for (int k = 0; k < cases(2, 2, 1); ++k) {
    Combined c(11U + static_cast<std::uint64_t>(k));
    AnyPicnn<double> other(c.partially, c.partially_chosen);
    randomize(other, c.random);
    const Reference r = reference(c.partially, c.partially_chosen);
    Vector<double> parameters(2 * c.g.parameter_count());
    parameters << c.g.parameters().vector(), other.parameters().vector();
    int active = 0;
    check_derivatives(maximum(c.g, other), larger(r, r, c.g.parameter_count(), active), parameters, c.x, c.y, c.random,
                      true);
    check_single_equals_batch(maximum(c.g, other), c.x, c.y, c.random);
  }
}

TEST_CASE("maximum and sum of a vector are those of its functions", "[maximum]") {
  Random random(13);
  std::vector<Ficnn<double, Softplus>> some;
  for (int i = 0; i < 4; ++i) {
    some.emplace_back(FicnnOptions{.inputs = 3, .hidden = {4}});
    randomize(some.back(), random);
  }
  const auto largest = maximum(some);
  const auto four = maximum(some[0], some[1], some[2], some[3]);
  const auto total = sum(some);
  for (int k = 0; k < 20; ++k) {
    const Vector<double> y = random_vector<double>(random, 3, 3);
    double most = -infinity, all = 0;
    for (const auto& f : some) most = std::max(most, f(y)), all += f(y);
    CHECK(largest(y) == most);
    CHECK(four(y) == most);
    CHECK(std::abs(total(y) - all) <= 1e-14 * std::abs(all));
    CHECK(largest.gradient(y) == four.gradient(y));
  }
  CHECK(largest.regularity().derivatives == 0);
  CHECK(total.regularity().derivatives == 2);
}

TEST_CASE("maximum: argmin finds the kink, and its bound holds", "[maximum]") {
  // max((y + 1)^2, (y - 1)^2) has its minimum, 1, at 0.
  Ficnn<double, Softplus, Square> parabola({.inputs = 1, .hidden = {1}});
  parabola.edit([](auto& w) {
    w["Wy[0]"].setOnes();
    w["Wz[1]"].setOnes();
  });
  const Matrix<double> one = Matrix<double>::Ones(1, 1);
  const auto left = precompose(parabola, one, Vector<double>::Ones(1));
  const auto right = precompose(parabola, one, Vector<double>(-Vector<double>::Ones(1)));
  const auto f = maximum(left, right);
  const double minimum = f(Vector<double>::Zero(1).eval());
  const Box box = Box::cube(1, -3, 2);
  const Result r = argmin(f, box, {.relative_gap = 1e-8, .certificate = true});
  INFO(r);
  CHECK(r.status == Status::optimal);
  CHECK(std::abs(r.value - minimum) <= 1e-7 * std::max(1.0, minimum));
  CHECK(r.lower_bound <= minimum);
  const Verification v = verify(f, box, r.certificate);
  CHECK(v.holds());
  CHECK(v.lower_bound <= minimum);
}

TEST_CASE("maximum: bad input is refused, and NaN is not overlooked", "[maximum]") {
  using Net = Ficnn<double, Softplus>;
  const Net f({.inputs = 3}), g({.inputs = 2});
  CHECK_ERROR(maximum(f, g), "functions of 3 inputs");
  CHECK_ERROR(maximum(std::vector<Net>{}), "at least one function");
  CHECK_ERROR(sum(std::vector<Net>{}), "at least one function");
  CHECK_ERROR(sum(std::vector<Net>{f, g}), "functions of 3 inputs");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(maximum(f, f, f)(Vector<double>::Constant(3, nan).eval())));
}
