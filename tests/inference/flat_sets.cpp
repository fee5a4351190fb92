// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

/// Half-spaces, affine sets and products with them are solved as the polyhedra that they are; a polyhedron is prepared once,
/// and the time for it counts.
using namespace icnn;
using namespace icnn::test;

namespace {

/// Kinked and strongly convex.
auto kinked(Random& random, Index n) {
  Ficnn<double, Relu> f({.inputs = n, .hidden = {3 * n, 2 * n}});
  randomize(f, random);
  return regularized(std::move(f), {.proximal = 0.3});
}

template <class F, class Set>
void check_same(const F& f, const Set& set) {
  const Settings settings{.relative_gap = 1e-8, .certificate = true};
  const Result r = argmin(f, set, settings), as_rows = argmin(f, to_polyhedron(set), settings);
  INFO(r << "; as a polyhedron " << as_rows);
  CHECK(r.status == Status::optimal);
  CHECK(as_rows.status == Status::optimal);
  CHECK(r.evaluations <= 100);
  CHECK(std::abs(r.value - as_rows.value) <= 2e-8 * std::max(1.0, std::abs(r.value)));
  CHECK(verify(f, set, r.certificate).holds());
  CHECK(verify(f, set, r.certificate).gap() <= 1e-7 * std::max(1.0, std::abs(r.value)));
}

}  // namespace

TEST_CASE("kinked functions on half-spaces, affine sets and products with them", "[argmin]") {
  Random random(1);
  for (int k = 0; k < 10; ++k) {
    const Index n = 3 + random.index(6);
    const auto f = kinked(random, n);
    const Matrix<double> E = random_matrix<double>(random, 2, n);
    const Vector<double> a = random_vector<double>(random, n), inside = random_vector<double>(random, n);
    const HalfSpace half(a, a.dot(inside));
    check_same(f, half);
    check_same(f, Affine(E, E * inside));
    check_same(f, Product(Box::cube(1, -1, 1), HalfSpace(a.tail(n - 1), -0.5)));
    check_same(f, Product(Simplex(2), WholeSpace(n - 2)));
    check_same(f, Product(Simplex(2), to_polyhedron(HalfSpace(a.tail(n - 2), -0.5))));
    check_same(restrict_to(f, random_matrix<double>(random, n, 1), {0, 2}), HalfSpace(a.head(2), 0.1));
    check_same(precompose(f, random_matrix<double>(random, n, n)), Product(Box::unit(n - 1), Box::unit(1)));
    check_same(regularized(sum(f, f), {.proximal = 0.1}), half);
    // By projection, where a method is named that projects, and with a certificate just as good.
    const Result r = argmin(f, half, {.method = Method::projected_gradient, .certificate = true});
    CHECK(verify(f, half, r.certificate).holds());
    CHECK(r.lower_bound <= argmin(f, half).value);
  }
}

TEST_CASE("a polyhedron is prepared once for as long as it stays the same", "[argmin]") {
  Random random(2);
  const Index n = 20;
  const auto f = kinked(random, n);
  const Matrix<double> a = random_matrix<double>(random, 40, n);
  const Vector<double> b = Vector<double>::Ones(40);
  ArgminWorkspace<std::remove_const_t<decltype(f)>> ws(f);
  Result first, again, other, fresh;
  argmin(f, Polyhedron(Box::cube(n, -1, 1), a, b), {}, ws, first);
  argmin(f, Polyhedron(Box::cube(n, -1, 1), a, b), {}, ws, again);
  CHECK((again.y == first.y && again.lower_bound == first.lower_bound && again.evaluations == first.evaluations));
  const Polyhedron smaller(Box::cube(n, -1, 1), a, b / 2);
  argmin(f, smaller, {}, ws, other);
  fresh = argmin(f, smaller);
  CHECK((other.y == fresh.y && other.lower_bound == fresh.lower_bound && other.value > first.value));
}

TEST_CASE("a deadline holds for the preparation of a polyhedron and for the master program", "[argmin]") {
  Random random(3);
  const Index n = 60, m = 600;
  const Matrix<double> a = random_matrix<double>(random, m, n);
  const Polyhedron set(Box::cube(n, -1, 1), a, Vector<double>::Constant(m, 1));
  const auto f = [](const Vector<double>& y, Vector<double>& g) {
    g = (y.array() - 1).sinh();
    return (y.array() - 1).cosh().sum();
  };
  for (const double limit : {0.0, 1e-3}) {
    const Stopwatch clock;
    const Result r = argmin(f, set, {.time_limit = limit});
    INFO("limit " << limit << ": " << r);
    CHECK(r.status == Status::deadline_reached);
    CHECK(r.seconds <= clock.seconds());
    CHECK(r.seconds >= limit);
    CHECK(r.evaluations == 0);  // the preparation alone takes longer
    CHECK(r.lower_bound <= r.value + r.value_error);
  }
}
