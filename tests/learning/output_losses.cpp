// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/learning/output_losses.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <OutputLoss L>
void check_gradient_of(const L& loss) {
  Random random(1);
  Vector<double> p(6), t(6), gradient, other;
  for (int k = 0; k < 20; ++k) {
    random.fill_uniform(p, 0.1, 0.9);
    random.fill_uniform(t, 0, 1);
    loss(p, t, gradient);
    for (Index j = 0; j < 6; ++j) {
      const auto at = [&](double h) {
        Vector<double> q = p;
        q(j) += h;
        return loss(q, t, other);
      };
      CHECK(std::abs((at(1e-5) - at(-1e-5)) / 2e-5 - gradient(j)) < 1e-7 * (1 + std::abs(gradient(j))));
    }
  }
}

}  // namespace

TEST_CASE("losses of outputs have the gradients that differences have", "[learning]") {
  check_gradient_of(SquaredDistance{});
  check_gradient_of(CrossEntropy());
  check_gradient_of(CrossEntropy(4));
  check_gradient_of(SoftF1{});
  check_gradient_of([](const Vector<double>& p, const Vector<double>& t, Vector<double>& g) {
    Vector<double> of_f1;
    const double entropy = CrossEntropy(3)(p, t, g), f1 = SoftF1{}(p, t, of_f1);
    g = 0.1 * g + 9 * of_f1;
    return 0.1 * entropy + 9 * f1;
  });
}

TEST_CASE("losses of outputs at corners are what is known, and finite", "[learning]") {
  Vector<double> gradient;
  const Vector<double> t{{1, 0, 1, 0}}, p{{1, 1, 0, 0}}, none = Vector<double>::Zero(4);
  CHECK(std::abs(SoftF1{}(p, t, gradient) - 0.5) < 1e-15);
  CHECK(SoftF1{}(t, t, gradient) == 0);
  CHECK(SoftF1{}(none, none, gradient) == 0);
  CHECK((gradient.size() == 4 && gradient.isZero()));
  CHECK(SoftF1{}(none, t, gradient) == 1);
  CHECK(std::abs(CrossEntropy()(p, t, gradient) - 2 * -std::log(1e-6)) < 1e-4);
  CHECK(gradient.allFinite());
  CHECK(std::abs(CrossEntropy()(t, t, gradient)) < 1e-5);
  CHECK(SquaredDistance{}(p, t, gradient) == 1);
  CHECK_ERROR(CrossEntropy(0), "a finite positive_weight > 0");
  CHECK_ERROR(CrossEntropy(infinity), "a finite positive_weight > 0");
}
