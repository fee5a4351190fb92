// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/newton/mirror_newton.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/curved.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class F, class Set>
Result by_mirror_newton(F f, const Set& set, double tau, const Settings& settings = {}) {
  const Index n = set.dimension();
  Curved<F> model(f, n);
  NewtonWorkspace ws(n);
  Result r;
  r.y.resize(n);
  detail::center(set, r.y, ws.mirror);
  mirror_newton(model, EntropyTerm(set, tau), settings, ws, r);
  return r;
}

}  // namespace

TEST_CASE("mirror-Newton solves an affine function less entropy at once", "[solvers]") {
  const Vector<double> c = Vector<double>::LinSpaced(5, -3, 4);
  const auto f = [&](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    h.setZero(5, 5);
    return g = c, c.dot(y);
  };
  const Box box(Vector<double>::LinSpaced(5, -1, 1), Vector<double>::LinSpaced(5, 2, 8));
  const Result in_box = by_mirror_newton(f, box, 0.5);
  CHECK(in_box.status == Status::optimal);
  CHECK(in_box.evaluations <= 2);
  const Vector<double> width = box.upper() - box.lower();
  const Vector<double> expected = box.lower().array() + width.array() / (1 + (width.array() * c.array() / 0.5).exp());
  CHECK((in_box.y - expected).norm() < 1e-6);
  const Result simplex = by_mirror_newton(f, Simplex(5, 2), 0.5);
  CHECK(simplex.evaluations <= 2);
  const Vector<double> weights = (-c.array() / 0.5).exp();
  CHECK((simplex.y - 2 * weights / weights.sum()).norm() < 1e-6);
}

TEST_CASE("mirror-Newton on dense quadratics less entropy, from flat to steep", "[solvers]") {
  Random random(1);
  for (const Index n : {1, 2, 7, 30})
    for (const double tau : {10.0, 1.0, 0.1, 0.01, 1e-3, 1e-4}) {
      const auto root = random_matrix<double>(random, n, n);
      const Matrix<double> q = root * root.transpose();
      const Vector<double> c = random_vector<double>(random, n, 5);
      const auto f = [&](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
        h = q;
        g = q * y + c;
        return 0.5 * y.dot(q * y) + c.dot(y);
      };
      for (const Result& r : {by_mirror_newton(f, Box::cube(n, -2, 1), tau, {.relative_gap = 1e-8}),
                              by_mirror_newton(f, Simplex(n, 3), tau, {.relative_gap = 1e-8})}) {
        INFO("n " << n << ", tau " << tau << ": " << r);
        CHECK(r.status == Status::optimal);
        CHECK(r.evaluations <= 60);
      }
    }
}
