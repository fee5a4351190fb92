// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>

#include <Eigen/QR>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/linear_program.hpp"
#include "tests/support/zoo.hpp"

/// argmin of piecewise linear networks over polytopes against the LP solver Clp: bounds, values and statuses.
using namespace icnn;
using namespace icnn::test;

namespace {

const int rounds = cases(40, 10, 1);

using Point = Vector<long double>;
constexpr double wanted = 1e-8;

/// A box, rows that hold with room at a random point of it (two of them the same), equalities that hold there.
struct CutBox {
  Polyhedron set;
  Vector<double> inside;
};

CutBox cut_box(Random& random, Index n) {
  Vector<double> inside(n);
  random.fill_uniform(inside, 0.05, 0.95);
  const Index rows = random.index(9), equalities = random.index(std::min<Index>(3, n));
  const double size = std::pow(10.0, random.uniform(-2, 2));
  Matrix<double> a = random_matrix<double>(random, rows, n, size);
  const Matrix<double> e = random_matrix<double>(random, equalities, n);
  if (rows > 1) a.row(1) = a.row(0);
  Vector<double> room(rows);
  random.fill_uniform(room, 0.01 * size, size);
  return {Polyhedron(Box::unit(n), a, a * inside + room, e, e * inside), inside};
}

/// Clp's point moved into the set, to long double's rounding: only there f is above the minimum without any tolerance.
Point moved_into(const Box& set, const Point& y, const Vector<double>&) {
  return y.cwiseMax(set.lower().cast<long double>()).cwiseMin(set.upper().cast<long double>());
}
Point moved_into(const Simplex& set, const Point& y, const Vector<double>&) {
  const Point positive = y.cwiseMax(0.0L);
  return positive * (static_cast<long double>(set.total()) / positive.sum());
}
/// Onto the equalities, then towards a point inside until bounds and rows hold.
Point moved_into(const Polyhedron& set, const Point& from, const Vector<double>& inside) {
  const Matrix<long double> a = set.A().cast<long double>(), e = set.E().cast<long double>();
  Point y = from, goal = inside.cast<long double>();
  if (e.rows() > 0) {
    const Eigen::CompleteOrthogonalDecomposition<Matrix<long double>> solver(e);
    for (Point* p : {&y, &goal}) *p -= solver.solve(Point(e * *p - set.e().cast<long double>()));
  }
  long double share = 0;
  const auto keep = [&](const Point& excess, const Point& excess_of_goal) {
    for (Index i = 0; i < excess.size(); ++i) {
      if (excess(i) > 0) share = std::max(share, excess(i) / (excess(i) - excess_of_goal(i)));
    }
  };
  const Point l = set.box().lower().cast<long double>(), u = set.box().upper().cast<long double>();
  const Point b = set.b().cast<long double>();
  keep(l - y, l - goal);
  keep(y - u, goal - u);
  keep(a * y - b, a * goal - b);
  return y + share * (goal - y);
}

/// What Clp knows about a minimum: it lies near `value`, and not above `above`.
struct Truth {
  double value, tolerance;
  long double above;

  [[nodiscard]] bool refutes(double bound) const { return bound > above || bound > value + tolerance; }
};

struct Tally {
  int problems = 0, optimal = 0;
  double farthest = 0;  ///< of the values from Clp's, relatively
};

template <class F, class Set>
void check(const F& f, const Vector<typename F::Scalar>& tilt, const Set& set, const Vector<double>& inside, Tally& tally) {
  const auto objective = regularized(f, {.linear = tilt});
  const Result r = argmin(objective, set, {.relative_gap = wanted});
  const Result sharp = argmin(objective, set, {.relative_gap = 1e-14});  // leaves its bound no room for errors
  const LinearOptimum lp = linear_optimum(f, tilt.template cast<double>(), set);
  INFO(r << "; sharper " << sharp << "; Clp " << lp.value);
  REQUIRE(lp.optimal);
  const double scale = std::max(1.0, std::abs(lp.value));
  // A vertex is right to its rounding, but may not be the best one where slopes fall below Clp's tolerances.
  const Truth truth{lp.value, 1e-9 * scale,
                    objective.template cast<long double>()(moved_into(set, lp.y.cast<long double>(), inside)) +
                        64 * std::numeric_limits<long double>::epsilon() * scale};
  CHECK(lp.value <= static_cast<double>(truth.above) + truth.tolerance);
  for (const Result* each : {&r, &sharp}) {
    CHECK_FALSE(truth.refutes(each->lower_bound));
    CHECK(each->value + each->value_error >= lp.value - truth.tolerance);
  }
  CHECK(r.value <= lp.value + wanted * scale + truth.tolerance + r.value_error);
  CHECK((r.status == Status::optimal || r.status == Status::numerical_limit));
  tally.farthest = std::max(tally.farthest, std::abs(r.value - lp.value) / scale);
  ++tally.problems;
  if (r.status != Status::optimal) return;
  ++tally.optimal;
  CHECK(truth.refutes(r.lower_bound + 1e-7 * scale));  // or this test would see nothing
}

template <class F>
void check_on_all_sets(const F& f, const Vector<typename F::Scalar>& tilt, Random& random, Tally& tally) {
  const Index n = f.inputs();
  const auto cut = cut_box(random, n);
  check(f, tilt, Box::unit(n), {}, tally);
  check(f, tilt, Simplex(n), {}, tally);
  check(f, tilt, cut.set, cut.inside, tally);
}

/// About 1 in 1000 minima are too small, beside what f is the sum of, for the rounding allowances of their bounds.
void report(const Tally& tally) {
  WARN(tally.optimal << " of " << tally.problems << " optimal, values within " << tally.farthest << " of Clp's");
  CHECK(1000 * tally.optimal >= 999 * tally.problems);
}

}  // namespace

TEMPLATE_TEST_CASE("the minima of random networks are those of their linear programs", "[linear_programs]", Relu,
                   LeakyRelu) {
  Random random(1);
  Tally tally;
  for (int k = 0; k < rounds; ++k)
    for (const Trait trait : all_traits) {
      const Index n = 1 + random.index(30), depth = 1 + random.index(3), width = 5 + random.index(26);
      const auto problem = zoo_problem<TestType>(random, n, depth, width, trait);
      const AnyFicnn<double> f(problem.f.options(), problem.f.parameters().vector(), AnyActivation(TestType{}));
      INFO("round " << k << ", " << to_string(trait) << ", n " << n << ", depth " << depth << ", width " << width);
      check_on_all_sets(f, problem.tilt, random, tally);
    }
  report(tally);
}

TEMPLATE_TEST_CASE("so are those of other architectures", "[linear_programs]", float, double) {
  Random random(2);
  Tally tally;
  const auto solve = [&](auto f) {
    randomize(f, random, std::pow(10.0, random.uniform(-1, 0.3)));
    check_on_all_sets(f, random_vector<TestType>(random, f.inputs()), random, tally);
  };
  const auto solve_any = [&](const FicnnOptions& architecture, const AnyFirstActivation& first, const AnyActivation& hidden,
                             const AnyActivation& output = Identity{}) {
    solve(AnyFicnn<TestType>(architecture, hidden, first, output));
  };
  for (int k = 0; k < rounds; ++k) {
    INFO("round " << k);
    const Index n = 1 + random.index(30);
    solve_any({.inputs = n, .output = {.linear = true}}, Relu{}, Relu{});
    solve_any({.inputs = n, .hidden = {12, 8, 4}, .passthrough = false, .bias = false}, Relu{}, Relu{});
    solve_any({.inputs = n, .hidden = {20, 10}, .output = {.linear = true}}, AbsoluteValue{}, LeakyRelu(0.3));
    solve_any({.inputs = n, .hidden = {10, 10, 10}, .passthrough = false}, AbsoluteValue{}, Identity{}, Relu{});
    solve(FicnnOf<TestType, Inputs<3>, Dense<8, Relu>, Dense<6, LeakyRelu>, Dense<1>>());
  }
  report(tally);
}

TEST_CASE("a polyhedron is empty where Clp says so", "[linear_programs]") {
  Random random(3);
  int empty = 0, all = 0;
  for (int k = 0; k < 5 * rounds; ++k) {
    const Index n = 1 + random.index(20), rows = random.index(2 * n), equalities = random.index(std::min<Index>(3, n));
    const Polyhedron set(Box::unit(n), random_matrix<double>(random, rows, n), random_vector<double>(random, rows),
                         random_matrix<double>(random, equalities, n), random_vector<double>(random, equalities));
    const auto problem = zoo_problem<Relu>(random, n, 1, 10, Trait::plain);
    const Result r = argmin(problem.objective(), set, {.relative_gap = wanted});
    const LinearOptimum lp = linear_optimum(problem.f, problem.tilt, set);
    INFO("problem " << k << ", n " << n << ": " << r);
    CHECK(lp.optimal != lp.infeasible);
    CHECK((r.status == Status::infeasible) == lp.infeasible);
    if (lp.optimal) CHECK(std::abs(r.value - lp.value) <= 2 * wanted * std::max(1.0, std::abs(lp.value)));
    empty += lp.infeasible ? 1 : 0;
    ++all;
  }
  WARN(empty << " of " << all << " empty");
  CHECK(5 * empty >= all);
  CHECK(5 * empty <= 4 * all);
}
