// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/entropy_term.hpp>

#include "tests/support/simple_terms.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class Set>
void check_entropy_term(const Set& set, double tau, std::uint64_t seed) {
  const EntropyTerm term(set, tau);
  check_lower_bound(term, set, 0, true, seed, [&](const Vector<double>& g, const Vector<double>& y) {
    Vector<double> nu = Vector<double>::Zero(y.size()), step(y.size()), v(y.size());
    term.residual(g, nu, step);
    term.step(nu, 1, step, nu);
    term.to_point(nu, v);
    return v;
  });
}

}  // namespace

TEST_CASE("the minimum of a linear function less entropy, from below", "[solvers]") {
  check_entropy_term(Box::cube(4, -1, 2), 0.3, 6);
  check_entropy_term(Simplex(4, 1.5), 0.3, 7);
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
