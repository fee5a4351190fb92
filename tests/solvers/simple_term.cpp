// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/half_space.hpp>
#include <icnn/solvers/simple_term.hpp>

#include "tests/support/simple_terms.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class Set>
void check_set_term(const Set& set, double m, bool attained, std::uint64_t seed) {
  const SetRegion region(set);
  const auto minimizer = [m](const Vector<double>& g, const Vector<double>& y) {
    return m > 0 ? Vector<double>(y - g / m) : Vector<double>(-1e8 * g);
  };
  check_lower_bound(SetTerm(region), set, m, attained, seed, minimizer);
}

}  // namespace

TEST_CASE("the minimum of a linear function over a set, from below", "[solvers]") {
  const Box box = Box::cube(4, -1, 2);
  const Simplex simplex(4, 1.5);
  const HalfSpace half(Vector<double>::Ones(4), 0.5);
  check_set_term(box, 0, true, 1);
  check_set_term(box, 0.7, true, 2);
  check_set_term(simplex, 0, true, 3);
  check_set_term(simplex, 0.7, false, 4);
  check_set_term(half, 0.7, true, 5);
  const Vector<double> ones = Vector<double>::Ones(4), zero = Vector<double>::Zero(4);
  const SetRegion region(half);
  CHECK(SetTerm(region).lower_bound_of_linear(ones, zero, 0, ones) == -infinity);
}
