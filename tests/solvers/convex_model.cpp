// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/convex_model.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

namespace {

/// What a model has to say at least: |y_0|, with an error that grows with dy.
struct Least final : ConvexModel {
  [[nodiscard]] Index inputs() const override { return 1; }
  [[nodiscard]] double strong_convexity() const override { return 0; }
  double value(kernels::Order, ConstVectorView y) override { return at = y(0), std::abs(at); }
  void gradient(VectorView g) override { g(0) = at < 0 ? -1 : 1; }
  void set_region(ConstVectorView, ConstVectorView) override {}
  [[nodiscard]] double cut_error() override { return 0; }
  using ConvexModel::value_error;
  [[nodiscard]] double value_error(ConstVectorView, ConstVectorView dy) override { return dy.size() == 0 ? 0 : dy(0); }
  double at = 0;
};

}  // namespace

TEST_CASE("what a model does not say is not known: no line, no neurons, no minorant", "[solvers]") {
  Least least;
  ConvexModel& model = least;
  const Vector<double> y{{-2.0}}, d{{1.0}};
  Vector<double> v{{7.0}};
  CHECK(model.value(kernels::Order::first, y) == 2);
  CHECK_FALSE(model.line(y, d));
  CHECK(model.along(0.5) == infinity);
  CHECK(model.neurons() == 0);
  CHECK_FALSE(model.knows_conjugates());
  CHECK(model.minorant(v, y, d, v).value == -infinity);
  model.pre_activations(v);
  model.adjoints(v);
  model.make_slopes(v);
  model.hessian_product(d, v);
  CHECK(v(0) == 7);
  Matrix<double> h = Matrix<double>::Constant(1, 1, 7);
  model.hessian(h);
  CHECK(h(0, 0) == 7);
}

TEST_CASE("a point without a radius is exact", "[solvers]") {
  Least least;
  ConvexModel& model = least;
  const Vector<double> y{{-2.0}}, dy{{0.5}};
  CHECK(model.value_error(y) == 0);
  CHECK(model.value_error(y, dy) == 0.5);
}

TEST_CASE("minorants add up", "[solvers]") {
  AffineMinorant sum{.value = 1, .error = 0.25};
  sum += {.value = 2, .error = 0.5};
  CHECK((sum.value == 3 && sum.error == 0.75));
  sum += {.value = -infinity};
  CHECK(sum.value == -infinity);
}
