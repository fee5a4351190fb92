// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/functions/regularized.hpp>
#include <icnn/networks/picnn_batch.hpp>

#include "tests/support/combined.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using V = Reference::V;

Reference with_terms(const Reference& r, double tau, EntropyOn on, Vector<double> l, Vector<double> h, double rho,
                     Vector<double> c, Vector<double> q) {
  const V lower = l.cast<Real>(), width = (h - l).cast<Real>(), center = c.cast<Real>(), linear = q.cast<Real>();
  return Combined::plus(
      r,
      [=](const V& y) {
        Real value = Real(0.5) * Real(rho) * (y - center).squaredNorm() - linear.dot(y);
        for (Index j = 0; j < y.size(); ++j) {
          const Real t = on == EntropyOn::box ? Real((y(j) - lower(j)) / width(j)) : y(j);
          value += Real(tau) * t * std::log(t);
          if (on == EntropyOn::box) value += Real(tau) * (1 - t) * std::log(1 - t);
        }
        return value;
      },
      [=](const V& y) {
        V g = Real(rho) * (y - center) - linear;
        for (Index j = 0; j < y.size(); ++j) {
          const Real t = on == EntropyOn::box ? Real((y(j) - lower(j)) / width(j)) : y(j);
          g(j) +=
              on == EntropyOn::box ? Real(tau) * (std::log(t) - std::log(1 - t)) / width(j) : Real(tau) * (1 + std::log(t));
        }
        return g;
      });
}

}  // namespace

TEST_CASE("regularized: every derivative, over a FICNN, a PICNN and a batch of contexts", "[regularized]") {
  Combined c(1);
  const Vector<double> center = random_vector<double>(c.random, 3), linear = random_vector<double>(c.random, 3);
  const Vector<double> lower = Vector<double>::Constant(3, -6), upper = Vector<double>::Constant(3, 7);
  const Regularization<double> box{
      .entropy = 0.7, .lower = lower, .upper = upper, .proximal = 1.5, .center = center, .linear = linear};
  const auto reference_box = [&](const Reference& r) {
    return with_terms(r, 0.7, EntropyOn::box, lower, upper, 1.5, center, linear);
  };
  check_derivatives(regularized(c.f, box), reference_box(reference(c.fully, c.fully_chosen)), c.f.parameters().vector(),
                    Matrix<double>(0, 3), c.y, c.random, true);
  check_derivatives(regularized(c.g, box), reference_box(reference(c.partially, c.partially_chosen)),
                    c.g.parameters().vector(), c.x, c.y, c.random, true);
  check_derivatives(regularized(c.g.at(c.x), box), reference_box(reference(c.partially, c.partially_chosen)),
                    c.g.parameters().vector(), c.x, c.y, c.random, true);
  check_single_equals_batch(regularized(c.f, box), c.x, c.y, c.random);
  check_single_equals_batch(regularized(c.g, box), c.x, c.y, c.random);

  const Regularization<double> simplex{.entropy = 0.7, .on = EntropyOn::simplex};
  const Vector<double> zero = Vector<double>::Zero(3), one = Vector<double>::Ones(3);
  const Matrix<double> inside = Matrix<double>::Constant(3, 3, 3) + 0.2 * random_matrix<double>(c.random, 3, 3);
  check_derivatives(regularized(c.f, simplex),
                    with_terms(reference(c.fully, c.fully_chosen), 0.7, EntropyOn::simplex, zero, one, 0, zero, zero),
                    c.f.parameters().vector(), Matrix<double>(0, 3), inside, c.random, true);
}

TEST_CASE("regularized: at and beyond the border of the entropy's domain", "[regularized]") {
  Ficnn<double, Softplus> f({.inputs = 1});
  const auto r = regularized(f, {.entropy = 1});
  const auto at = [&](double y) { return r(Vector<double>::Constant(1, y)); };
  CHECK(at(0) == 0);
  CHECK(at(1) == 0);
  CHECK(std::abs(at(0.5) + std::log(2.0)) <= 1e-15);
  CHECK(at(-0.1) == std::numeric_limits<double>::infinity());
  CHECK(at(1.1) == std::numeric_limits<double>::infinity());
  CHECK(r.gradient(Vector<double>::Constant(1, 0.0))(0) == -std::numeric_limits<double>::infinity());
  CHECK(r.gradient(Vector<double>::Constant(1, 1.0))(0) == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(at(std::numeric_limits<double>::quiet_NaN())));
  CHECK(regularized(Ficnn<double, Relu>({.inputs = 1}), {.linear = Vector<double>::Ones(1)}).regularity().piecewise_linear);
  CHECK_FALSE(r.regularity().piecewise_linear);
}

TEST_CASE("regularized: bad input is refused", "[regularized]") {
  const Ficnn<double, Softplus> f({.inputs = 2});
  CHECK_ERROR(regularized(f, {.entropy = -1}), "a finite entropy >= 0");
  CHECK_ERROR(regularized(f, {.proximal = std::numeric_limits<double>::quiet_NaN()}), "a finite proximal >= 0");
  CHECK_ERROR(regularized(f, {.linear = Vector<double>::Zero(3)}), "linear of shape 2 x 1");
  CHECK_ERROR(regularized(f, {.center = Vector<double>::Constant(2, INFINITY)}), "a finite center");
  CHECK_ERROR(regularized(f, {.entropy = 1, .lower = Vector<double>::Ones(2)}), "lower < upper");
}
