// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/quadratic/interior_point.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// A program with numbers of its own.
struct Problem {
  Vector<double> lower, upper, linear, diagonal, offsets, right_hand_side;
  Matrix<double> dense, rows, equalities;
  Index cuts = 0;
  bool is_dense = false;

  [[nodiscard]] QuadraticProgram program() const {
    return {.lower = lower,
            .upper = upper,
            .linear = linear,
            .diagonal = is_dense ? ConstVectorView(nullptr, 0) : diagonal,
            .dense = is_dense ? dense : ConstColumns(),
            .rows = rows,
            .offsets = offsets,
            .cuts = cuts,
            .equalities = equalities,
            .right_hand_side = right_hand_side};
  }
};

/// Random, with a point strictly inside; duplicated rows, fixed coordinates and singular Q now and then.
Problem random_problem(Random& random, int k) {
  const Index n = 1 + random.index(20), m = random.index(12), e = std::min<Index>(random.index(3), n - 1);
  Problem p;
  const auto positive = [&](Index size) { return Vector<double>(random_vector<double>(random, size).cwiseAbs()); };
  p.lower = random_vector<double>(random, n);
  p.upper = p.lower + positive(n) + Vector<double>::Constant(n, 0.1);
  if (k % 5 == 0) p.upper(0) = p.lower(0);
  p.linear = random_vector<double>(random, n);
  p.diagonal = k % 7 == 0 ? Vector<double>(Vector<double>::Zero(n)) : positive(n);
  p.rows = random_matrix<double>(random, n, m);
  if (m > 1) p.rows.col(1) = p.rows.col(0);
  p.equalities = random_matrix<double>(random, n, e);
  const auto root = random_matrix<double>(random, n, n);
  p.dense =
      k % 3 == 0 ? Matrix<double>(root.leftCols(1) * root.leftCols(1).transpose()) : Matrix<double>(root * root.transpose());
  p.is_dense = random.uniform() < 0.5;
  p.cuts = random.index(m + 1);
  const Vector<double> inside = 0.5 * (p.lower + p.upper);
  p.offsets = p.rows.transpose() * inside + positive(m) + Vector<double>::Constant(m, 0.1);
  p.right_hand_side = p.equalities.transpose() * inside;
  return p;
}

/// Value less Lagrangian bound, constraint violations, and how far the cuts' multipliers are from summing to 1.
double worst(const Problem& p, const InteriorPoint& solver) {
  const Index n = p.lower.size();
  const Matrix<double> q = p.is_dense ? p.dense : Matrix<double>(p.diagonal.asDiagonal());
  const Vector<double> y = solver.y.map();
  const Vector<double> lambda = solver.multipliers.map().head(p.rows.cols()),
                       nu = solver.equality_multipliers.map().head(p.equalities.cols());
  double t = p.cuts > 0 ? -infinity : 0, error = 0;
  for (Index i = 0; i < p.rows.cols(); ++i) {
    const double excess = p.rows.col(i).dot(y) - p.offsets(i);
    if (i < p.cuts)
      t = std::max(t, excess);
    else
      error = std::max(error, excess);
  }
  const Vector<double> slope = q * y + p.linear + p.rows * lambda + p.equalities * nu;
  double bound = -0.5 * y.dot(q * y) - p.offsets.dot(lambda) - p.right_hand_side.dot(nu);
  for (Index j = 0; j < n; ++j) {
    bound += std::min(slope(j) * p.lower(j), slope(j) * p.upper(j));
    error = std::max({error, p.lower(j) - y(j), y(j) - p.upper(j)});
  }
  if (p.equalities.cols() > 0)
    error = std::max(error, (p.equalities.transpose() * y - p.right_hand_side).cwiseAbs().maxCoeff());
  if (p.cuts > 0) error = std::max(error, std::abs(lambda.head(p.cuts).sum() - 1));
  return std::max(error, std::abs(0.5 * y.dot(q * y) + p.linear.dot(y) + t - bound));
}

}  // namespace

TEST_CASE("quadratic programs close the gap to their Lagrangian bound", "[solvers]") {
  Random random(1);
  for (int k = 0; k < 2000; ++k) {
    const Problem p = random_problem(random, k);
    InteriorPoint solver(p.lower.size(), p.rows.cols(), p.equalities.cols(), p.is_dense);
    INFO("problem " << k << ": n " << p.lower.size() << ", m " << p.rows.cols() << ", cuts " << p.cuts << ", equalities "
                    << p.equalities.cols() << ", dense " << p.is_dense);
    CHECK(solver.solve(p.program(), Vector<double>(0.5 * (p.lower + p.upper)), {}));
    CHECK(solver.iterations <= 25);
    CHECK(worst(p, solver) <= 5e-7);
  }
}

TEST_CASE("a solver serves programs of different sizes in turn, as a new one would", "[solvers]") {
  Random random(2);
  InteriorPoint solver(6, 12, 2, true);
  for (int k = 1; k < 200; ++k) {
    Problem p = random_problem(random, k);
    if (p.lower.size() != 6) continue;
    InteriorPoint fresh(6, p.rows.cols(), p.equalities.cols(), true);
    solver.solve(p.program(), p.lower, {});
    fresh.solve(p.program(), p.lower, {});
    CHECK(solver.y.map() == fresh.y.map());
    CHECK(solver.t == fresh.t);
  }
}

TEST_CASE("bounds may be infinite where Q or the constraints hold y", "[solvers]") {
  Problem p;
  p.lower = Vector<double>::Constant(3, -infinity);
  p.upper = Vector<double>::Constant(3, infinity);
  p.upper(2) = -1;
  p.diagonal = Vector<double>::Ones(3);
  p.linear = Vector<double>{{-2, 3, 0}};
  p.rows.resize(3, 0);
  p.equalities = Matrix<double>::Ones(3, 1);
  p.right_hand_side = Vector<double>::Constant(1, 1);
  InteriorPoint solver(3, 0, 1, false);
  REQUIRE(solver.solve(p.program(), Vector<double>{{0, 0, 0}}, {}));
  // y_1 + y_2 = 2 with y_3 = -1: (2 - nu, -3 - nu), nu = -3/2
  CHECK(std::abs(solver.y(0) - 3.5) < 1e-8);
  CHECK(std::abs(solver.y(1) + 1.5) < 1e-8);
  CHECK(std::abs(solver.y(2) + 1) < 1e-8);
  CHECK(std::abs(solver.bound_multiplier(2) - 2.5) < 1e-7);
}

TEST_CASE("what has no solution does not converge, and does not hang", "[solvers]") {
  Problem p;
  p.lower = Vector<double>::Zero(2);
  p.upper = Vector<double>::Ones(2);
  p.diagonal = p.linear = Vector<double>::Ones(2);
  p.rows.resize(2, 0);
  p.equalities = Matrix<double>::Ones(2, 1);
  p.right_hand_side = Vector<double>::Constant(1, 5);  // the box reaches 2
  InteriorPoint solver(2, 0, 1, false);
  CHECK(!solver.solve(p.program(), Vector<double>{{0, 0}}, {}));
  p.right_hand_side.setConstant(std::nan(""));
  CHECK(!solver.solve(p.program(), Vector<double>{{0, 0}}, {}));
}
