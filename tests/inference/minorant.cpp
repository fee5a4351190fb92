// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/minorant.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using Long = long double;

double any_slope(Random& random) {  // that Softplus has
  return random.uniform() < 0.2 ? (random.uniform() < 0.5 ? 0.0 : 1.0) : random.uniform();
}

/// Whatever the slopes: below f on the region, and below the tangents' combination by no more than rounding.
template <class F>
void check(const F& f, Random& random, int& strict) {
  const Index n = f.inputs();
  const auto exact = f.template cast<Long>();
  Minorant<F> minorant(f);
  CHECK(minorant.is_complete());
  const auto point = [&] { return Vector<double>(3 * random_vector<double>(random, n).cwiseMax(-1).cwiseMin(1)); };
  const Vector<double> h = Vector<double>::Constant(n, 3), c = point();
  auto ws = f.workspace();
  Vector<double> g(n), total = Vector<double>::Zero(n), middle = total, v = Vector<double>::Zero(minorant.neurons()),
                       adjoints = v;
  // A combination of three tangents of f.
  double offset = 0;
  for (const double share : {0.5, 0.25, 0.25}) {
    const Vector<double> y = point();
    const double value = f.gradients(y, {.y = g}, ws);
    minorant.read(f, ws, v);
    adjoints += share * v;
    total += share * g;
    offset += share * (value - g.dot(y));
    middle += share * y;
  }
  minorant.make_slopes(f, adjoints);
  const AffineMinorant combined = minorant.at(f, adjoints, middle, h, g);
  CHECK(combined.error < 1e-9 * (1 + std::abs(combined.value)));
  for (int trial = 0; trial < 20; ++trial) {
    const Vector<double> y = point();
    const double tangents = offset + total.dot(y), slopes = combined.value + g.dot(y - middle);
    CHECK(slopes >= tangents - 1e-10 * (1 + std::abs(tangents)));
    strict += slopes > tangents + 1e-3 ? 1 : 0;
    CHECK(static_cast<Long>(slopes) - static_cast<Long>(combined.error) <= exact(Vector<Long>(y.cast<Long>())));
  }
  // Any slopes at all.
  for (Index j = 0; j < adjoints.size(); ++j) adjoints(j) = any_slope(random);
  adjoints(adjoints.size() - 1) = 1;
  const AffineMinorant any = minorant.at(f, adjoints, c, h, g);
  if (any.value == -infinity) return;  // the output of another summand
  for (int trial = 0; trial < 20; ++trial) {
    const Vector<double> at_random = point();
    const Vector<Long> y = at_random.template cast<Long>();
    const Long at = static_cast<Long>(any.value) + g.cast<Long>().dot(y - c.cast<Long>());
    CHECK(at - static_cast<Long>(any.error) <= exact(y));
  }
}

}  // namespace

TEST_CASE("slopes make affine functions below f, above the tangents that they come from", "[argmin]") {
  Random random(1);
  int strict = 0;
  for (int k = 0; k < 30; ++k) {
    Ficnn<double, Softplus> f({.inputs = 4, .hidden = {8, 6}, .output = {.diagonal = true, .rank = 2, .linear = true}});
    Ficnn<double, Softplus> plain({.inputs = 4, .hidden = {8, 6}});
    randomize(f, random, 2);
    randomize(plain, random, 2);
    const Vector<double> q = random_vector<double>(random, 4);
    check(f, random, strict);
    check(plain, random, strict);
    check(regularized(f, {.proximal = 0.5, .center = q, .linear = q}), random, strict);
    check(restrict_to(f, random_vector<double>(random, 4), {3, 1}), random, strict);
    check(precompose(f, random_matrix<double>(random, 4, 3), q), random, strict);
    check(sum(f, plain), random, strict);
    check(sum(precompose(f, random_matrix<double>(random, 4, 4)), regularized(plain, {.proximal = 1})), random, strict);
  }
  CHECK(strict > 100);  // combined slopes know more than combined tangents
}

TEST_CASE("slopes that no activation has make no minorant", "[argmin]") {
  Random random(2);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  Minorant<Ficnn<double, Softplus>> minorant(f);
  const Vector<double> zero = Vector<double>::Zero(2), h = Vector<double>::Ones(2);
  Vector<double> g(2);
  for (const double bad : {-1e-9, 1 + 1e-9, infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
    for (Index j = 0; j < 4; ++j) {
      Vector<double> slopes = Vector<double>::Constant(4, 0.5);
      slopes(3) = 1;
      CHECK(minorant.at(f, slopes, zero, h, g).value > -infinity);
      slopes(j) = bad;
      CHECK_FALSE(minorant.at(f, slopes, zero, h, g).value > -infinity);
    }
  }
}
