// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/solvers/check_gradient.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// sum y^4 + |y_0|, with a factor on one derivative and one on a second derivative.
auto quartic(double factor, double curvature = 1) {
  return [=](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    g = 4 * y.array().cube();
    g(0) += y(0) > 0 ? 1 : -1;
    g(1) *= factor;
    h = Matrix<double>((12 * y.array().square()).matrix().asDiagonal());
    h(2, 2) *= curvature;
    return y.array().pow(4).sum() + std::abs(y(0));
  };
}

}  // namespace

TEST_CASE("check_gradient accepts what is right, at kinks too, and finds what is not", "[solvers]") {
  Random random(1);
  for (int trial = 0; trial < 50; ++trial) {
    Vector<double> y = random_vector<double>(random, 3, std::pow(10.0, random.uniform(-2, 3)));
    if (trial % 5 == 0) y(0) = 0;
    CHECK(check_gradient(quartic(1), y));
    if (std::abs(y(1)) < 1e-1) continue;
    for (const double factor : {-1.0, 0.0, 0.99, 1.01, 2.0}) {
      const DerivativeCheck check = check_gradient(quartic(factor), y);
      const double right = 4 * y(1) * y(1) * y(1);
      CHECK((!check && check.row == 1 && check.column == 0));
      CHECK(std::abs(check.written - factor * right) <= 1e-12 * std::abs(right));
      CHECK((check.least < right && check.most > right));
    }
  }
  const auto concave = [](const Vector<double>& y, Vector<double>& g) { return g = -2 * y, -y.squaredNorm(); };
  CHECK_FALSE(check_gradient(concave, Vector<double>::Zero(2)));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(check_gradient([&](const Vector<double>&, Vector<double>& g) { return g.setConstant(nan), 1.0; },
                             Vector<double>::Ones(2)));
  CHECK_ERROR(check_gradient(concave, Vector<double>::Zero(2), 0), "a step > 0");
  CHECK_ERROR(check_gradient([](const Vector<double>&, Vector<double>&) { return 1.0; }, Vector<double>::Ones(2)),
              "every entry of it");
}

TEST_CASE("check_hessian finds an entry that is wrong", "[solvers]") {
  const Vector<double> y{{0.5, -1, 2}};
  CHECK(check_hessian(quartic(1), y));
  const DerivativeCheck check = check_hessian(quartic(1, 1.01), y);
  CHECK((!check && check.row == 2 && check.column == 2 && std::abs(check.written - 48 * 1.01) < 1e-9));
  CHECK_ERROR(check_hessian(quartic(1), y, 0), "a step and a tolerance > 0");
}
