// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/bundle/box_master.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// A master over a box, to which cuts are added.
struct BoxProgram {
  Vector<double> lower, upper, linear, diagonal, offsets;
  Matrix<double> rows;

  [[nodiscard]] Index n() const { return lower.size(); }
  [[nodiscard]] QuadraticProgram first(Index cuts) const {
    return {.lower = lower,
            .upper = upper,
            .linear = linear,
            .diagonal = diagonal,
            .rows = ConstColumns(rows).first(cuts),
            .offsets = {offsets.data(), cuts},
            .cuts = cuts};
  }
  [[nodiscard]] QuadraticProgram program() const { return first(rows.cols()); }

  /// The value at y less the Lagrangian's minimum over the box for these weights, straight from their definitions; what is
  /// outside of the box or no weight counts as well.
  [[nodiscard]] double gap(const BoxMaster& master, Index cuts) const {
    const Vector<double> y = master.y, lambda = master.multipliers.head(cuts);
    const auto a = rows.leftCols(cuts);
    const Vector<double> slope = linear + a * lambda;
    double bound = -offsets.head(cuts).dot(lambda);
    double outside = std::abs(lambda.sum() - 1) + std::max(0.0, -lambda.minCoeff());
    for (Index j = 0; j < n(); ++j) {
      const double least = std::clamp(-slope(j) / diagonal(j), lower(j), upper(j));
      bound += slope(j) * least + 0.5 * diagonal(j) * least * least;
      outside += std::max({0.0, lower(j) - y(j), y(j) - upper(j)});
    }
    const double value =
        linear.dot(y) + 0.5 * diagonal.dot(y.cwiseAbs2()) + (a.transpose() * y - offsets.head(cuts)).maxCoeff();
    return std::abs(value - bound) + outside;
  }
};

/// Random cuts of a size of 1, some of them twice; bounds that are near or far, some infinite, some of no width.
BoxProgram random_program(Random& random, Index n, Index m, double weight) {
  BoxProgram p;
  p.lower = random_vector<double>(random, n);
  p.upper = p.lower + Vector<double>(random_vector<double>(random, n).cwiseAbs()) + Vector<double>::Constant(n, 0.01);
  for (Index j = 0; j < n; ++j) {
    const double kind = random.uniform();
    if (kind < 0.1) p.upper(j) = p.lower(j);
    if (kind > 0.9) p.upper(j) = infinity;
    if (kind > 0.95) p.lower(j) = -infinity;
  }
  p.linear = random_vector<double>(random, n, 0.1);
  p.diagonal = weight * (Vector<double>(random_vector<double>(random, n).cwiseAbs()) + Vector<double>::Constant(n, 0.5));
  p.rows = random_matrix<double>(random, n, m);
  p.offsets = random_vector<double>(random, m);
  if (m > 3) {
    p.rows.col(2) = p.rows.col(0);
    p.rows.col(3) = p.rows.col(1);
    p.offsets(3) = p.offsets(1);
  }
  return p;
}

}  // namespace

TEST_CASE("masters over a box close the gap to their dual, flat or steep, duplicates included", "[solvers]") {
  Random random(1);
  int problems = 0;
  Index steps = 0;
  for (const Index n : {1, 2, 6, 20, 70})
    for (const Index m : {1, 2, 5, 12, 60})
      for (const double weight : {1e3, 1.0, 1e-2, 1e-4}) {
        const BoxProgram p = random_program(random, n, m, weight);
        BoxMaster master(n, m + 1);
        INFO("n " << n << ", m " << m << ", weight " << weight);
        REQUIRE(master.solve(p.program(), 1e-9));
        INFO(p.gap(master, m) << " after " << master.steps);
        CHECK(p.gap(master, m) <= 1e-9 + 1e-13 / weight);
        ++problems;
        steps += master.steps;
      }
  CHECK(steps <= 12 * problems);
}

TEST_CASE("from the weights of the latest master over a box it is not far to those of the next", "[solvers]") {
  Random random(2);
  constexpr Index n = 8, most = 25;
  Index steps = 0, anew = 0;
  for (int k = 0; k < 20; ++k) {
    const BoxProgram p = random_program(random, n, most, 1);
    BoxMaster master(n, most);
    for (Index m = 1; m <= most; ++m) {
      REQUIRE(master.solve(p.first(m), 1e-9));
      CHECK(p.gap(master, m) <= 1e-8);
      steps += master.steps;
      BoxMaster fresh(n, most);
      REQUIRE(fresh.solve(p.first(m), 1e-9));
      anew += fresh.steps;
      if (m < most || k % 2 == 0) continue;
      master.forget();  // then it is as good as new, to the bit
      REQUIRE(master.solve(p.first(m), 1e-9));
      CHECK(master.y == fresh.y);
      CHECK(master.multipliers.head(m) == fresh.multipliers.head(m));
    }
  }
  INFO(steps << " steps, " << anew << " when each begins anew");
  CHECK(3 * steps <= anew);
}

TEST_CASE("where the cuts of the latest master are gone, the next one begins at its last cut", "[solvers]") {
  Random random(3);
  BoxProgram p = random_program(random, 4, 6, 1);
  BoxMaster master(4, 6);
  REQUIRE(master.solve(p.program(), 1e-9));
  p.offsets.head(2).setConstant(1e6);  // which have no weight in what comes
  REQUIRE(master.solve(p.program(), 1e-9));
  REQUIRE(master.solve(p.first(2), 1e-9));
  CHECK(p.gap(master, 2) <= 1e-8);
}

TEST_CASE("a master over a box gives up what it cannot solve, until it forgets, and ends in time", "[solvers]") {
  Random random(4);
  BoxProgram p = random_program(random, 5, 9, 1);
  BoxMaster master(5, 9);
  const double offset = p.offsets(4);
  p.offsets(4) = std::nan("");
  CHECK(!master.solve(p.program(), 1e-9));
  p.offsets(4) = offset;
  CHECK(!master.solve(p.program(), 1e-9));
  master.forget();
  CHECK(master.solve(p.program(), 1e-9));
  // At a deadline that has passed: some weights, some point of the box.
  master.forget();
  CHECK(master.solve(p.program(), 0, Deadline{.limit = 0}));
  CHECK(master.steps == 0);
  CHECK(p.gap(master, 9) < infinity);
  CHECK(p.gap(master, 9) > 1e-3);
}
