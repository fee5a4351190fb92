// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/bundle/entropy_master.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// The master's own objective at a point, and the dual bound of its multipliers, both straight from their definitions.
struct Sides {
  double model, bound;
};

template <class Set>
Sides sides(const Set& set, double temperature, const Matrix<double>& rows, const Vector<double>& offsets,
            const Vector<double>& linear, const EntropyMaster& master) {
  const EntropyTerm term(set, temperature);
  const Index n = rows.rows(), m = rows.cols();
  const Vector<double> lambda = master.multipliers.head(m), combined = rows * lambda + linear,
                       zero = Vector<double>::Zero(n);
  Vector<double> h(n);
  term.extents(h);
  return {(rows.transpose() * master.y + offsets).maxCoeff() + linear.dot(master.y) + term.value(master.y),
          offsets.dot(lambda) + term.lower_bound_of_linear(combined, zero, 0, h)};
}

}  // namespace

TEST_CASE("the entropic master closes the gap to its dual, flat or steep, duplicates included", "[solvers]") {
  Random random(1);
  int problems = 0, iterations = 0;
  for (const Index n : {1, 2, 7, 40})
    for (const Index m : {1, 2, 5, 30})
      for (const double temperature : {100.0, 1.0, 1e-2, 1e-4}) {
        Matrix<double> rows = random_matrix<double>(random, n, m);
        if (m > 2) rows.col(1) = rows.col(0);
        const Vector<double> offsets = random_vector<double>(random, m), linear = random_vector<double>(random, n, 0.1);
        const Vector<double> origin = Vector<double>::Zero(n);
        EntropyMaster master(n, m + 2);
        const auto check = [&](const auto& set) {
          const EntropyTerm term(set, temperature);
          INFO("n " << n << ", m " << m << ", T " << temperature);
          CHECK(master.solve(term, temperature, rows, offsets, linear, origin, 1e-9));
          const auto [model, bound] = sides(set, temperature, rows, offsets, linear, master);
          INFO(model << " above " << bound << " after " << master.iterations);
          CHECK(model - bound <= 1e-8 * (1 + std::abs(model)) * (1 + temperature));
          CHECK(model - bound >= -1e-12 * (1 + std::abs(model)) * (1 + temperature));
          CHECK(std::abs(master.multipliers.head(m).sum() - 1) <= 1e-12);
          ++problems;
          iterations += master.iterations;
        };
        check(Box::cube(n, -1, 2));
        check(Simplex(n, 3));
      }
  // The hardest of these problems takes 60 to 130 by the last bits of its numbers, the mean 13 to 16 whatever they are.
  CHECK(iterations <= 18 * problems);
}
