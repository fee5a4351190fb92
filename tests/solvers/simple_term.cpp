// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/half_space.hpp>
#include <icnn/solvers/simple_term.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// The bound lies below the model at every point of the set, and the minimizer of the model attains it.
template <class Term, class Set>
void check_minimum(const Term& term, const Set& set, double m, bool attained, std::uint64_t seed) {
  Random random(seed);
  const Index n = set.dimension();
  Vector<double> h(n);
  term.extents(h);
  if (!h.allFinite()) h.setConstant(100);
  for (int k = 0; k < 50; ++k) {
    const Vector<double> g = random_vector<double>(random, n, std::pow(10, random.uniform(-2, 2)));
    Vector<double> y = random_vector<double>(random, n);
    set.project(y);
    const double bound = term.minimum(g, y, m, h);
    double best = infinity;
    for (int i = 0; i < 300; ++i) {
      Vector<double> v = random_vector<double>(random, n);
      if (i == 0 && m > 0) v = y - g / m;
      if (i == 0 && m == 0) v = -1e8 * g;
      if constexpr (requires { term.tau(); }) {
        if (i == 0) {
          Vector<double> nu = Vector<double>::Zero(n), step(n);
          term.residual(g, nu, step);
          term.step(nu, 1, step, nu);
          term.to_point(nu, v);
        }
      }
      set.project(v);
      const double value = g.dot(v - y) + 0.5 * m * (v - y).squaredNorm() + term.value(v);
      CHECK(value >= bound);
      best = std::min(best, value);
    }
    if (attained) CHECK(best - bound <= 1e-9 * (1 + std::abs(bound) + g.norm()));
  }
}

}  // namespace

TEST_CASE("the minimum of a linear function beside a simple term, from below", "[solvers]") {
  const Box box = Box::cube(4, -1, 2);
  const Simplex simplex(4, 1.5);
  const HalfSpace half(Vector<double>::Ones(4), 0.5);
  check_minimum(SetTerm(box), box, 0, true, 1);
  check_minimum(SetTerm(box), box, 0.7, true, 2);
  check_minimum(SetTerm(simplex), simplex, 0, true, 3);
  check_minimum(SetTerm(simplex), simplex, 0.7, false, 4);
  check_minimum(SetTerm(half), half, 0.7, true, 5);
  check_minimum(EntropyTerm(box, 0.3), box, 0, true, 6);
  check_minimum(EntropyTerm(simplex, 0.3), simplex, 0, true, 7);
  const Vector<double> ones = Vector<double>::Ones(4), zero = Vector<double>::Zero(4);
  CHECK(SetTerm(half).minimum(ones, zero, 0, ones) == -infinity);
}

TEST_CASE("mirror coordinates and points are each other's inverse", "[solvers]") {
  Random random(8);
  const Box box = Box::cube(3, -1, 2);
  const Simplex simplex(3, 2);
  for (int k = 0; k < 50; ++k) {
    Vector<double> y(3), nu(3), again(3);
    random.fill_uniform(y, -0.99, 1.99);
    const EntropyTerm on_box(box, 1);
    on_box.to_mirror(y, nu);
    on_box.to_point(nu, again);
    CHECK((again - y).norm() < 1e-13);
    random.fill_uniform(y, 0.01, 1);
    simplex.project(y);
    y = (y.array() + 0.01).matrix() * (2 / (y.sum() + 0.03));
    const EntropyTerm on_simplex(simplex, 1);
    on_simplex.to_mirror(y, nu);
    on_simplex.to_point(nu, again);
    CHECK((again - y).norm() < 1e-13);
  }
}
