// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/model.hpp>
#include <icnn/solvers/model_in_units.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("f in units of powers of 2 is f, bit for bit, with its errors", "[solvers]") {
  Random random(1);
  for (int k = 0; k < 20; ++k) {
    const Index n = 1 + random.index(5);
    Ficnn<double, Softplus> f({.inputs = n, .hidden = {6, 6}, .output = {.diagonal = true}});
    randomize(f, random);
    const ModelPointer own = make_model(f, true), other = make_model(f, true);
    ModelInUnits model(*other);
    CHECK(model.units() == Vector<double>::Ones(n));
    Vector<double> sizes(n);
    for (Index j = 0; j < n; ++j) sizes(j) = std::pow(10.0, random.uniform(-6, 6));
    model.choose_units(sizes);
    const Vector<double>& units = model.units();
    for (Index j = 0; j < n; ++j) {
      CHECK((units(j) <= sizes(j) && sizes(j) < 2 * units(j)));
      CHECK(std::ldexp(1.0, std::ilogb(units(j))) == units(j));
    }
    REQUIRE(model.inputs() == n);
    const Vector<double> y = random_vector<double>(random, n), z = y.cwiseQuotient(units), r = z.cwiseAbs().array() + 0.5,
                         d = random_vector<double>(random, n);
    Vector<double> mine(n), its(n);
    CHECK(model.value(kernels::Order::second, z) == own->value(kernels::Order::second, y));
    model.gradient(mine);
    own->gradient(its);
    CHECK(mine == Vector<double>(its.cwiseProduct(units)));
    for (const bool narrow : {false, true}) {
      model.set_region(r, narrow ? ConstVectorView(z) : ConstVectorView(nullptr, 0));
      const Vector<double> r_of_y = r.cwiseProduct(units);
      own->set_region(r_of_y, narrow ? ConstVectorView(y) : ConstVectorView(nullptr, 0));
      CHECK(model.cut_error() == own->cut_error());
      CHECK(model.largest_value_error() == own->largest_value_error());
    }
    Matrix<double> h(n, n), h_of_y(n, n);
    model.hessian(h);
    own->hessian(h_of_y);
    CHECK(h == Matrix<double>(units.asDiagonal() * h_of_y * units.asDiagonal()));
    model.hessian_product(d, mine);
    own->hessian_product(Vector<double>(d.cwiseProduct(units)), its);
    CHECK(mine == Vector<double>(its.cwiseProduct(units)));
    CHECK(model.value_error(z) == own->value_error(y));
    CHECK(model.value_error(z, r) == own->value_error(y, Vector<double>(r.cwiseProduct(units))));
    REQUIRE(model.line(z, d));
    REQUIRE(own->line(y, Vector<double>(d.cwiseProduct(units))));
    CHECK(model.along(0.7) == own->along(0.7));
    // f - m |y|^2 / 2 is convex in y, with m z_j^2 unit_j^2 in z.
    CHECK(model.strong_convexity() == own->strong_convexity() * units.minCoeff() * units.minCoeff());
  }
}

TEST_CASE("sizes that say nothing leave units as they are", "[solvers]") {
  Ficnn<double, Relu> f({.inputs = 4, .hidden = {2}});
  const ModelPointer inner = make_model(f, false);
  ModelInUnits model(*inner);
  model.choose_units(Vector<double>{{0, infinity, 1e-320, 1e308}});
  CHECK((model.units()(0) == 1 && model.units()(1) == 1));
  CHECK((model.units()(2) > 0 && std::isfinite(1 / model.units()(2)) && std::isfinite(model.units()(3))));
  CHECK(std::isfinite(model.units()(3) * model.units()(3)));
}
