// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/find_multipliers.hpp>

#include <icnn/differentiation/argmin_derivative.hpp>
#include <icnn/functions/regularized.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/inference/argmin_batch.hpp>
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>
#include <icnn/sets/constraints.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

/// What multipliers are is checked by weak duality: with them the Lagrangian is nowhere below the lower bound, in the set or
/// out of it.
using namespace icnn;
using namespace icnn::test;

namespace {

struct Counts {
  int checked = 0, holding = 0, broken_without = 0;
};

/// multiplier * violation, summed; of all constraints that have a multiplier.
double lagrangian(const Constraints& c, const ConstraintValues& m, const Vector<double>& v) {
  double sum = 0;
  for (Index j = 0; j < v.size(); ++j) {
    if (m.lower(j) > 0) sum += m.lower(j) * (c.flat.box().lower()(j) - v(j));
    if (m.upper(j) > 0) sum += m.upper(j) * (v(j) - c.flat.box().upper()(j));
  }
  if (m.rows.size() > 0) sum += m.rows.dot(c.flat.A() * v - c.flat.b());
  if (m.equalities.size() > 0) sum += m.equalities.dot(c.flat.E() * v - c.flat.e());
  for (std::size_t i = 0; i < c.balls.size(); ++i) {
    const Ball& ball = c.balls[i].ball;
    const double distance = (v.segment(c.balls[i].first, ball.dimension()) - ball.center()).norm();
    sum += m.balls(static_cast<Index>(i)) * (distance - ball.radius());
  }
  return sum;
}
bool are_signed(const ConstraintValues& m) {
  const auto positive = [](const Vector<double>& values) { return (values.array() >= 0).all(); };
  return positive(m.lower) && positive(m.upper) && positive(m.rows) && positive(m.balls);
}

/// \p slack: what rounding, or a search in a small box, may have done to them, relatively.
template <class Value, class Set>
void check(Value value, const Set& set, const Result& r, Random& random, Counts& counts, double slack = 1e-9) {
  INFO(r);
  const Constraints c = constraints_of(set);
  const ConstraintValues& m = r.multipliers;
  REQUIRE(m.lower.size() == (r.lower_bound > -infinity ? set.dimension() : 0));
  if (m.lower.size() == 0) return;
  REQUIRE(m.upper.size() == set.dimension());
  REQUIRE(m.rows.size() == c.flat.b().size());
  REQUIRE(m.equalities.size() == c.flat.e().size());
  REQUIRE(m.balls.size() == static_cast<Index>(c.balls.size()));
  CHECK(are_signed(m));
  ConstraintValues none = m;
  for (Vector<double>* values : {&none.lower, &none.upper, &none.rows, &none.equalities, &none.balls}) *values *= 0.5;
  const double size = 1 + std::abs(r.value) + std::abs(r.lower_bound);
  const double products = -lagrangian(c, m, r.y);
  CHECK(products <= r.gap() + slack * size);
  CHECK(products >= -slack * size);
  bool without = false;
  for (int k = 0; k < 40; ++k) {
    const double reach = std::pow(10, random.uniform(-4, 1));
    const Vector<double> v = r.y + random_vector<double>(random, set.dimension(), reach);
    const double f = value(v);
    if (!std::isfinite(f)) continue;
    const double rounding = slack * (size + std::abs(f) + v.norm() * (m.lower.sum() + m.upper.sum() + m.rows.sum()));
    CHECK(f + lagrangian(c, m, v) >= r.lower_bound - rounding);
    without = without || f + lagrangian(c, none, v) < r.lower_bound - rounding;
  }
  ++counts.checked;
  counts.holding += products <= 0.1 * (m.lower.sum() + m.upper.sum() + m.rows.sum()) ? 1 : 0;
  counts.broken_without += without ? 1 : 0;
}

AnyFicnn<double> network(Random& random, Index n, const AnyActivation& a, bool curved) {
  AnyFicnn<double> f({.inputs = n, .hidden = {9, 7}, .output = {.diagonal = curved, .linear = true}}, a);
  randomize(f, random);
  if (curved) f.edit([](auto& w) { w["D"].array() += 1; });
  return f;
}

template <class Set>
void check_methods(const char* name, const Set& set, bool curved, const std::vector<Method>& methods, Random& random,
                   Counts& counts) {
  const Index n = set.dimension();
  for (const AnyActivation& a : {AnyActivation(Softplus{}), AnyActivation(Relu{})}) {
    const auto f = network(random, n, a, curved);
    const bool smooth = f.regularity().derivatives >= 2;
    for (const Method method : methods) {
      const MethodNeeds needs = needs_of(method);
      if ((needs.curved && !smooth) || (method == Method::folding && smooth)) continue;
      for (const Index budget : {Index{3}, Index{400}}) {
        INFO(name << " in " << n << " dimensions, " << to_string(method) << ", " << budget << " evaluations"
                  << (smooth ? ", smooth" : "") << (curved ? ", curved" : ""));
        const Result r =
            argmin(f, set, {.relative_gap = 1e-8, .max_evaluations = budget, .method = method, .multipliers = true});
        auto ws = f.workspace();
        check([&](const Vector<double>& v) { return f.value(v, ws); }, set, r, random, counts);
      }
    }
  }
}

const std::vector<Method> all{Method::automatic, Method::projected_gradient, Method::folding, Method::bundle,
                              Method::level,     Method::cutting_plane,      Method::newton,  Method::truncated_newton};
const std::vector<Method> flat{Method::automatic, Method::projected_gradient, Method::folding, Method::bundle, Method::level,
                               Method::newton};
const std::vector<Method> rows{Method::automatic, Method::folding, Method::bundle, Method::level, Method::newton};
const std::vector<Method> any{Method::automatic, Method::projected_gradient, Method::level};

Polyhedron cut_box(Random& random, Index n) {
  const Vector<double> inside = Vector<double>::Constant(n, 0.4);
  const Matrix<double> a = random_matrix<double>(random, 3, n), e = random_matrix<double>(random, 1, n);
  return Polyhedron(Box::unit(n), a, Vector<double>(a * inside + Vector<double>::Constant(3, 0.1)), e, e * inside);
}

}  // namespace

TEST_CASE("with its multipliers the Lagrangian is nowhere below the lower bound, for every set and method", "[argmin]") {
  Random random(1);
  Counts counts;
  const int sizes = cases(3, 3, 1);
  for (int k = 0; k < sizes; ++k) {
    const Index n = 2 + 2 * k;
    const Vector<double> c = random_vector<double>(random, n), normal = random_vector<double>(random, n);
    for (const bool curved : {false, true}) {
      check_methods("box", Box::cube(n, -0.5, 0.5), curved, all, random, counts);
      check_methods("simplex", Simplex(n, 2), curved, all, random, counts);
      check_methods("product", Product(Box::cube(n - 1, -1, 1), Simplex(2, 1)), curved, all, random, counts);
      check_methods("ball", Ball(c, 0.4), curved, any, random, counts);
      check_methods("product", Product(Ball(c, 0.4), Box::cube(1, 0, 0.1)), curved, any, random, counts);
      check_methods("polyhedron", cut_box(random, n), curved, rows, random, counts);
      check_methods("polyhedron", Polyhedron(Box::cube(n, -0.5, 0.5), {}, {}), curved, rows, random, counts);
      check_methods("product", Product(HalfSpace(normal, -0.5), Box::cube(1, 0, 0.1)), curved, flat, random, counts);
      const Product among_rows(Affine(normal.transpose(), Vector<double>{{0.7}}),
                               Product(Simplex(3, 2), HalfSpace(normal, -0.5)));
      if (curved) check_methods("simplex among rows", among_rows, curved, flat, random, counts);
    }
    check_methods("half-space", HalfSpace(normal, -0.5), true, flat, random, counts);
    check_methods("affine", Affine(normal.transpose(), Vector<double>{{0.7}}), true, flat, random, counts);
    check_methods("whole space", WholeSpace(n), true, {Method::automatic, Method::projected_gradient}, random, counts);
  }
  // Half of every multiplier is not enough.
  CHECK(counts.checked > cases(500, 500, 150));
  CHECK(counts.broken_without > counts.checked / 2);
}

TEST_CASE("with an entropy bounds have no multipliers, and a sum has that of the slope wherever y > 0", "[argmin]") {
  Random random(2);
  for (const AnyActivation& a : {AnyActivation(Softplus{}), AnyActivation(Relu{})}) {
    const auto f = network(random, 4, a, false);
    const bool smooth = f.regularity().derivatives >= 2;
    const auto on_box = regularized(f, {.entropy = 0.3});
    const auto g = regularized(f, {.entropy = 0.3, .on = EntropyOn::simplex});
    for (const Method method :
         {Method::automatic, Method::mirror_gradient, Method::bundle, smooth ? Method::newton : Method::folding}) {
      INFO(to_string(method));
      const Settings settings{.relative_gap = 1e-11, .method = method, .multipliers = true};
      const Simplex simplex(4, 1);
      const Result r = argmin(g, simplex, settings);
      REQUIRE(r.multipliers.equalities.size() == 1);
      CHECK((r.multipliers.lower.isZero(0) && r.multipliers.upper.isZero(0)));
      // The derivative of the minimum in the total.
      const double h = 1e-4;
      const double change = argmin(g, Simplex(4, 1 + h), settings).value - argmin(g, Simplex(4, 1 - h), settings).value;
      CHECK(std::abs(r.multipliers.equalities(0) + change / (2 * h)) <= 2e-4);
      const Result of_box = argmin(on_box, Box::unit(4), settings);
      CHECK((of_box.multipliers.lower.isZero(0) && of_box.multipliers.upper.isZero(0)));
    }
  }
}

TEST_CASE("multipliers are the derivatives of the minimum in the bounds, and those of ArgminDerivative", "[argmin]") {
  Random random(3);
  int compared = 0;
  for (int k = 0; k < 20; ++k) {
    const Index n = 3;
    const auto f = network(random, n, k % 2 == 0 ? AnyActivation(Softplus{}) : AnyActivation(Relu{}), k % 4 < 2);
    const Polyhedron set = cut_box(random, n);
    const Result r = argmin(f, set, {.relative_gap = 1e-11, .multipliers = true});
    const ArgminDerivative derivative(f, set, r);
    if (derivative.status() != DerivativeStatus::exact && derivative.status() != DerivativeStatus::zero) continue;
    INFO("problem " << k << ": " << r);
    const ConstraintValues &m = r.multipliers, &exact = derivative.multipliers();
    const auto near = [](const Vector<double>& a, const Vector<double>& b) {
      return (a - b).norm() <= 2e-4 * (1 + b.norm());
    };
    CHECK((near(m.lower, exact.lower) && near(m.upper, exact.upper) && near(m.rows, exact.rows)));
    CHECK(near(m.equalities, exact.equalities));
    const double h = 1e-5;
    for (Index i = 0; i < 3; ++i) {
      const auto minimum = [&](double by) {
        Vector<double> b = set.b();
        b(i) += by;
        return argmin(f, Polyhedron(set.box(), set.A(), b, set.E(), set.e()), {.relative_gap = 1e-11}).value;
      };
      CHECK(std::abs((minimum(h) - minimum(-h)) / (2 * h) + m.rows(i)) <= 1e-3);
      ++compared;
    }
  }
  CHECK(compared >= 30);
}

TEST_CASE("searches in small boxes and by duality hand on the multipliers of the set alone", "[argmin]") {
  Random random(4);
  Counts counts;
  for (int k = 0; k < 6; ++k) {
    for (const double width : {1e4, 1e7}) {
      const auto f = network(random, 3, k % 2 == 0 ? AnyActivation(Softplus{}) : AnyActivation(Relu{}), true);
      auto ws = f.workspace();
      const auto value = [&](const Vector<double>& v) { return f.value(v, ws); };
      Vector<double> lower = Vector<double>::Constant(3, -width), upper = -lower;
      lower(0) = 0.5;  // which holds y, or does not
      INFO("problem " << k << ", width " << width);
      const Settings settings{.relative_gap = 1e-10, .multipliers = true};
      check(value, Box(lower, upper), argmin(f, Box(lower, upper), settings), random, counts, 1e-5);
      const Polyhedron half(Box(lower, upper), Matrix<double>{{0, 1, 1}}, Vector<double>{{-1.0}});
      check(value, half, argmin(f, half, settings), random, counts, 1e-5);
      const Ball ball(random_vector<double>(random, 3), 0.3);
      check(value, ball, argmin(f, ball, settings), random, counts, 1e-5);
    }
  }
  CHECK(counts.checked >= 30);
}

TEST_CASE("bounds that rows imply hand their multipliers on to these", "[argmin]") {
  Random random(6);
  Counts counts;
  // Every bound is a row, the last one y_0 + y_1 + y_2 <= 1 with y >= 0: which implies y_j <= 1.
  Matrix<double> a = Matrix<double>::Zero(4, 3);
  a.topRows(3) = -Matrix<double>::Identity(3, 3);
  a.row(3).setOnes();
  const Vector<double> b{{0.0, 0.0, 0.0, 1.0}};
  const Polyhedron corner(Box::cube(3, -infinity, infinity), a, b);
  const Polyhedron with_equality(Box::cube(3, -infinity, infinity), a.topRows(3), b.head(3), a.row(3), b.tail(1));
  for (int k = 0; k < 10; ++k) {
    const bool curved = k % 2 == 0;
    check_methods("corner", corner, curved, rows, random, counts);
    check_methods("corner", with_equality, curved, rows, random, counts);
  }
  CHECK(counts.checked > 100);
  CHECK(counts.broken_without > counts.checked / 2);
}

TEST_CASE("a black box has multipliers, too", "[argmin]") {
  const auto f = [](const Vector<double>& y, Vector<double>& g) {  // |y - 1|^2 / 2 + |y_0|
    g = y.array() - 1;
    g(0) += y(0) >= 0 ? 1 : -1;
    return 0.5 * (y.array() - 1).square().sum() + std::abs(y(0));
  };
  const Polyhedron set(Box::cube(3, -0.5, 0.25), Matrix<double>{{0, 1, 1}}, Vector<double>{{0.4}});
  const Result r = argmin(f, set, {.relative_gap = 1e-9, .multipliers = true});
  INFO(r);
  REQUIRE(r.status == Status::optimal);
  CHECK(std::abs(r.multipliers.rows(0) - 0.8) <= 1e-4);
  CHECK((r.multipliers.lower.norm() + r.multipliers.upper.norm() <= 1e-4));
}

TEST_CASE("multipliers are on request, never those of an earlier problem, and refused where nobody knows them", "[argmin]") {
  Random random(5);
  const auto f = network(random, 2, AnyActivation(Softplus{}), false);
  ArgminWorkspace ws(f);
  Result r;
  argmin(f, Box::unit(2), {.multipliers = true}, ws, r);
  CHECK(r.multipliers.lower.size() == 2);
  argmin(f, Box::unit(2), {}, ws, r);
  CHECK(r.multipliers.lower.size() == 0);
  argmin(f, Box::unit(2), {.multipliers = true}, ws, r);
  const Polyhedron empty(Box::unit(2), Matrix<double>{{1, 1}}, Vector<double>{{-1.0}});
  argmin(f, empty, {.multipliers = true}, ws, r);
  CHECK((r.status == Status::infeasible && r.multipliers.lower.size() == 0));
  argmin(f, Box::unit(2), {.max_evaluations = 0, .multipliers = true}, ws, r);  // no bound
  CHECK(r.multipliers.lower.size() == 0);

  struct Diagonal {  // y_0 = y_1
    Index dimension() const { return 2; }
    void project(PointRef y) const { y(0) = y(1) = 0.5 * (y(0) + y(1)); }
  };
  CHECK_ERROR(argmin(f, Diagonal{}, {.multipliers = true}), "a set of the library, for multipliers");
  Picnn<double, Softplus, Softplus> net({.context = 2, .inputs = 2, .hidden = {4}, .context_hidden = {3}});
  CHECK_ERROR(argmin(net.at(random_matrix<double>(random, 2, 3)), Box::unit(2), {.multipliers = true}),
              "no multipliers for a batch");
}
