// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

/// argmin over polyhedra: against the same sets written as boxes and simplices, at random points, and where there is none.
using namespace icnn;
using namespace icnn::test;

namespace {

/// A box, rows that hold with some room at a random point of it, and equalities that hold there; rows doubled now and then.
struct Random_polyhedron {
  Polyhedron set;
  Vector<double> inside;
};

Random_polyhedron random_polyhedron(Random& random, Index n, Index rows, Index equalities) {
  Vector<double> inside(n);
  for (Index j = 0; j < n; ++j) inside(j) = random.uniform(-0.8, 1.8);
  Matrix<double> a = random_matrix<double>(random, rows, n, std::pow(10.0, random.uniform(-2, 2)));
  Vector<double> b = a * inside + Vector<double>(random_vector<double>(random, rows, 0.3).cwiseAbs());
  if (rows > 1) {
    a.row(1) = a.row(0);
    b(1) = b(0);
  }
  const Matrix<double> e = random_matrix<double>(random, equalities, n);
  return {Polyhedron(Box::cube(n, -1, 2), a, b, e, e * inside), inside};
}

/// A feasible point somewhere between the known one and a random point of the box.
Vector<double> another_point(const Random_polyhedron& p, Random& random) {
  Vector<double> direction = random_vector<double>(random, p.inside.size());
  for (Index i = 0; i < p.set.e().size(); ++i) {
    for (Index k = 0; k < 3; ++k) {
      for (Index r = 0; r < p.set.e().size(); ++r) {
        const auto row = p.set.E().row(r);
        direction -= row.dot(direction) / row.squaredNorm() * row.transpose();
      }
    }
  }
  double t = 3;
  while (t > 1e-9 && p.set.violation(p.inside + t * direction) > 1e-3) t *= 0.7;
  return t > 1e-9 ? Vector<double>(p.inside + t * direction) : p.inside;
}

template <class F>
void check(const F& f, Random& random, double tolerance) {
  const Index n = f.inputs();
  for (const Index rows : {0, 1, 4, 12})
    for (const Index equalities : {Index{0}, std::min<Index>(2, n - 1)}) {
      const auto p = random_polyhedron(random, n, rows, equalities);
      const Result r = argmin(f, p.set, {.relative_gap = tolerance});
      INFO("n " << n << ", rows " << rows << ", equalities " << equalities << ": " << r);
      CHECK(r.status == Status::optimal);
      CHECK(p.set.violation(r.y) <= 1e-11 * (1 + p.set.A().cwiseAbs().sum()));
      for (int k = 0; k < 20; ++k) {
        const Vector<double> y = another_point(p, random);
        if (p.set.violation(y) <= 1e-12) CHECK(f.template cast<double>()(y) >= r.lower_bound);
      }
    }
}

}  // namespace

TEST_CASE("smooth and kinked networks over random polyhedra are certified", "[polyhedra]") {
  Random random(1);
  for (const Index n : {1, 2, 6, 20}) {
    Ficnn<double, Softplus> smooth({.inputs = n, .hidden = {20, 20}, .output = {.rank = 1}});
    randomize(smooth, random);
    check(smooth, random, 1e-8);
    Ficnn<double, Relu> kinked({.inputs = n, .hidden = {20, 20}});
    randomize(kinked, random);
    check(kinked, random, 1e-8);
    Ficnn<float, Softplus> low({.inputs = n, .hidden = {10}});
    randomize(low, random);
    check(regularized(low, {.proximal = 0.5F}), random, 1e-7);
  }
}

TEST_CASE("the same set in other words has the same minimum", "[polyhedra]") {
  Random random(2);
  const Index n = 7;
  Ficnn<double, Relu> kinked({.inputs = n, .hidden = {20}});
  Ficnn<double, Softplus> smooth({.inputs = n, .hidden = {20}});
  randomize(kinked, random);
  randomize(smooth, random);
  const Polyhedron simplex(Box::unit(n), {}, {}, Matrix<double>::Ones(1, n), Vector<double>::Ones(1));
  const Matrix<double> identity = Matrix<double>::Identity(n, n);
  Matrix<double> sides(2 * n, n);
  sides << identity, -identity;
  const Polyhedron cube(Box::cube(n, -10, 10), sides, Vector<double>::Ones(2 * n));
  const auto compare = [&](const auto& f, const auto& set, const Polyhedron& polyhedron) {
    const Settings settings{.relative_gap = 1e-8};
    const Result expected = argmin(f, set, settings), got = argmin(f, polyhedron, settings);
    INFO(expected << "; " << got);
    CHECK(got.status == Status::optimal);
    CHECK(std::abs(expected.value - got.value) <= 4e-8 * std::max(1.0, std::abs(expected.value)));
  };
  compare(kinked, Simplex(n), simplex);
  compare(smooth, Simplex(n), simplex);
  compare(kinked, Box::cube(n, -1, 1), cube);
  compare(smooth, Box::cube(n, -1, 1), cube);
}

TEST_CASE("an equality that stands twice does no harm beside rows", "[polyhedra]") {
  Random random(5);
  for (int k = 0; k < 400; ++k) {
    const Index n = 3 + random.index(6);
    const auto p = random_polyhedron(random, n, 1 + random.index(8), 1);
    const Polyhedron twice(p.set.box(), p.set.A(), p.set.b(), p.set.E().replicate(2, 1), p.set.e().replicate(2, 1));
    Ficnn<double, Relu> f({.inputs = n, .hidden = {10}});
    randomize(f, random);
    const Result r = argmin(f, twice, {.relative_gap = 1e-8});
    INFO(k << ", n " << n << ": " << r);
    CHECK(r.status == Status::optimal);
  }
}

TEST_CASE("methods by name, starts and black boxes on a polyhedron", "[polyhedra]") {
  Random random(3);
  const Index n = 5;
  const auto p = random_polyhedron(random, n, 4, 1);
  Ficnn<double, Softplus> f({.inputs = n, .hidden = {15}});
  randomize(f, random);
  double value = 0;
  for (const Method method : {Method::automatic, Method::newton, Method::bundle, Method::projected_gradient}) {
    const Result r = argmin(f, p.set, {.relative_gap = 1e-6, .method = method, .start = Vector<double>::Constant(n, 9)});
    INFO(to_string(method) << ": " << r);
    CHECK((r.status == Status::optimal || method == Method::projected_gradient));
    if (method == Method::automatic) value = r.value;
    CHECK(std::abs(r.value - value) <= 1e-4 * std::max(1.0, std::abs(value)));
  }
  const auto distance = [](const Vector<double>& y, Vector<double>& g) {
    g = y.array().sign();
    return y.lpNorm<1>();
  };
  const Result r = argmin(distance, p.set, {.relative_gap = 1e-7});
  INFO(r);
  CHECK(r.status == Status::optimal);
  CHECK(p.set.violation(r.y) <= 1e-9);
}

TEST_CASE("empty polyhedra are proven empty; thin ones are solved", "[polyhedra]") {
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {8}});
  Random random(4);
  randomize(f, random);
  const auto solve = [&](const Polyhedron& set) {
    Result r = argmin(f, set, {.relative_gap = 1e-7});
    INFO(r);
    return r.status;
  };
  const Matrix<double> sum = Matrix<double>::Ones(1, 3);
  const auto number = [](double v) { return Vector<double>::Constant(1, v); };
  CHECK(solve({Box::unit(3), sum, number(-0.5)}) == Status::infeasible);
  CHECK(solve({Box::unit(3), {}, {}, sum, number(3.5)}) == Status::infeasible);
  Matrix<double> twice(2, 3);
  twice << sum, sum;
  CHECK(solve({Box::unit(3), {}, {}, twice, Vector<double>{{1, 2}}}) == Status::infeasible);
  CHECK(solve({Box::unit(3), Matrix<double>::Zero(1, 3), number(-1)}) == Status::infeasible);
  Matrix<double> strip(2, 3);
  strip << sum, -sum;
  CHECK(solve({Box::unit(3), strip, Vector<double>{{1, -1.1}}}) == Status::infeasible);
  CHECK(solve({Box::unit(3), strip, Vector<double>{{1, -1}}}) == Status::optimal);  // no interior
  CHECK(solve({Box::unit(3), {}, {}, twice, Vector<double>{{1, 1}}}) == Status::optimal);
  CHECK(solve({Box::unit(3), sum, number(0)}) == Status::optimal);  // one point
  CHECK(solve({Box::unit(3), sum, number(infinity)}) == Status::optimal);
  CHECK(solve({Box::unit(3), {}, {}, sum, number(1)}) == Status::optimal);
  const Result r = argmin(f, Polyhedron(Box::unit(3), sum, number(-0.5)));
  CHECK(r.lower_bound == infinity);
  CHECK(r.evaluations == 0);
  CHECK_ERROR(argmin(f, Polyhedron(Box::unit(2), {}, {})), "3 dimensions");
}
