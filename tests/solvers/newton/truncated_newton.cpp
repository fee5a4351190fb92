// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/product.hpp>
#include <icnn/solvers/newton/projected_newton.hpp>
#include <icnn/solvers/newton/truncated_newton.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/curved.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// Curved, but of the Hessian only products are told, and counted.
template <class F>
class Products : public Curved<F> {
 public:
  using Curved<F>::Curved;
  void hessian(SquareView) override { FAIL("truncated Newton forms no Hessian"); }
  void hessian_product(ConstVectorView w, VectorView product) override {
    ++products;
    Curved<F>::hessian_product(w, product);
  }
  /// What rounding does to the bowls below: with less, no step so near the minimum that it counts would be certain.
  [[nodiscard]] double cut_error() override { return 1e-13; }
  [[nodiscard]] double value_error(ConstVectorView, ConstVectorView) override { return 1e-13; }
  Index products = 0;
};
template <class F>
Products(F, Index) -> Products<F>;

template <class F, class Set>
Result by_truncated_newton(F f, const Set& set, const Settings& settings, Index gradients = 0, Index* products = nullptr) {
  Products model(f, set.dimension());
  SetRegion region(set);
  TruncatedWorkspace ws(set.dimension());
  Result r;
  r.y = Vector<double>::Zero(set.dimension());
  detail::project(set, r.y, ws.mirror);
  truncated_newton(model, region, settings, ws, r, gradients);
  if (products) *products = model.products;
  return r;
}

/// y'Q y / 2 + c'y of that rank, plus a sum of softplus.
auto bowl(Random& random, Index n, Index rank, bool curved) {
  const auto root = random_matrix<double>(random, n, rank);
  const Matrix<double> q = root * root.transpose() / static_cast<double>(rank);
  const Vector<double> c = random_vector<double>(random, n);
  return [=](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    h = q;
    g = q * y + c;
    double value = 0.5 * y.dot(q * y) + c.dot(y);
    for (Index j = 0; curved && j < n; ++j) {
      const double e = std::exp(-5 * y(j)), p = 1 / (1 + e);
      value += std::log1p(1 / e) / 5;
      g(j) += p;
      h(j, j) += 5 * p * (1 - p);
    }
    return value;
  };
}

}  // namespace

TEST_CASE("truncated Newton finds the minima that Newton finds", "[solvers]") {
  Random random(1);
  const Settings settings{.relative_gap = 1e-9};
  Index most = 0;
  for (const Index n : {1, 2, 15, 80})
    for (const bool curved : {false, true}) {
      const auto f = bowl(random, n, n, curved);
      const auto check = [&](const auto& set) {
        Curved model(f, n);
        SetRegion region(set);
        NewtonWorkspace ws(n);
        Result newton;
        newton.y = Vector<double>::Zero(n);
        detail::project(set, newton.y, ws.mirror);
        projected_newton(model, region, settings, ws, newton);
        for (const Index gradients : {0, 5}) {
          Index products = 0;
          const Result r = by_truncated_newton(f, set, settings, gradients, &products);
          INFO("n " << n << ": " << r << "; " << newton);
          CHECK(r.status == Status::optimal);
          CHECK(std::abs(r.value - newton.value) <= 2e-9 * std::max(1.0, std::abs(newton.value)));
          CHECK((products > 0 || r.evaluations <= std::max<Index>(gradients, 1) + 10));
          most = std::max(most, r.evaluations);
        }
      };
      check(Box::cube(n, -0.3, 0.2));
      check(Simplex(n));
      if (n > 1) check(Product(Simplex(n / 2), Box::cube(n - n / 2, -1, 1)));
    }
  CHECK(most <= 80);
}

TEST_CASE("where the slope of the last step is but rounding, the step is taken", "[solvers]") {
  Random random(5);
  constexpr Index n = 80;
  for (int k = 0; k < 60; ++k) {
    const auto f = bowl(random, n, n, k % 2 == 0);
    for (const bool simplex : {false, true}) {
      const Settings settings{.relative_gap = 1e-9};
      const Result r = simplex ? by_truncated_newton(f, Simplex(n), settings)
                               : by_truncated_newton(f, Product(Simplex(n / 2), Box::cube(n / 2, -1, 1)), settings);
      INFO(r);
      CHECK(r.status == Status::optimal);
    }
  }
}

TEST_CASE("inside, a quadratic takes a few systems, each more exact", "[solvers]") {
  Random random(2);
  const Index n = 60;
  const auto f = bowl(random, n, 2 * n, false);
  const Box box = Box::cube(n, -1e4, 1e4);
  Products model(f, n);
  SetRegion region(box);
  TruncatedWorkspace ws(n);
  Result r;
  r.y = Vector<double>::Zero(n);
  truncated_newton(model, region, {.relative_gap = 1e-8}, ws, r);
  INFO(r);
  CHECK(r.status == Status::optimal);
  CHECK(r.evaluations <= 12);
}

TEST_CASE("a Hessian of low rank, flat directions, and none at all", "[solvers]") {
  Random random(3);
  const Index n = 50;
  for (const Index rank : {1, 5}) {
    const Result r = by_truncated_newton(bowl(random, n, rank, false), Box::unit(n), {.relative_gap = 1e-8}, 0);
    INFO(r);
    CHECK(r.status == Status::optimal);
  }
  const auto affine = [](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    h.setZero();
    g.setConstant(-1);
    return -y.sum();
  };
  CHECK(by_truncated_newton(affine, Box::unit(n), {.relative_gap = 1e-8}).status == Status::optimal);
  CHECK(by_truncated_newton(affine, Simplex(n), {.relative_gap = 1e-8}).status == Status::optimal);
}

TEST_CASE("budgets, NaN and what is not convex, in truncated Newton", "[solvers]") {
  Random random(4);
  const auto f = bowl(random, 20, 20, true);
  CHECK(by_truncated_newton(f, Box::unit(20), {.max_evaluations = 0}).status == Status::budget_reached);
  const Result brief = by_truncated_newton(f, Box::cube(20, -1, 1), {.relative_gap = 1e-12, .max_evaluations = 2});
  CHECK(brief.status == Status::budget_reached);
  CHECK(brief.evaluations == 2);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const int from : {0, 1, 2, 4}) {
    int calls = 0;
    const auto bad = [&](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
      const double value = f(y, g, h);
      return calls++ >= from ? nan : value;
    };
    const Result r = by_truncated_newton(bad, Box::cube(20, -1, 1), {.relative_gap = 1e-12});
    INFO(from << ": " << r);
    CHECK(r.status == Status::non_finite);
  }
  const auto hill = [](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    h = -2 * Matrix<double>::Identity(y.size(), y.size());
    g = -2 * y;
    return -y.squaredNorm();
  };
  const Result r = by_truncated_newton(hill, Box::cube(3, -1, 2), {.relative_gap = 1e-6});
  INFO(r);
  CHECK((r.status == Status::not_convex || r.status == Status::uncertified || r.status == Status::optimal));
  const auto down = [](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    h.setIdentity();
    h *= 1e-12;
    g.setConstant(1);
    return y.sum();
  };
  CHECK(by_truncated_newton(down, WholeSpace(3), {}).status == Status::unbounded);
}
