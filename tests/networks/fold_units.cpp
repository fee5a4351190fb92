// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/fold_units.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

Scaling<double> random_units(Random& random, Index inputs, Index context) {
  return {.center = random_vector<double>(random, inputs),
          .scale = random_vector<double>(random, inputs).cwiseAbs().array() + 0.1,
          .context_center = random_vector<double>(random, context),
          .context_scale = random_vector<double>(random, context).cwiseAbs().array() + 0.1,
          .output_center = random.normal(),
          .output_scale = std::abs(random.normal()) + 0.1};
}

/// Value and gradient of both at a few points.
template <class F, class... X>
void check_equal(const F& f, const std::remove_cvref_t<decltype(std::declval<F>().function())>& folded, Random& random,
                 const X&... x) {
  for (int k = 0; k < 5; ++k) {
    const Vector<double> y = random_vector<double>(random, f.inputs());
    const double value = f(x..., y);
    CHECK(std::abs(folded(x..., y) - value) <= 1e-12 * (1 + std::abs(value)));
    const Vector<double> gradient = f.gradient(x..., y);
    CHECK((folded.gradient(x..., y) - gradient).norm() <= 1e-12 * (1 + gradient.norm()));
  }
}

}  // namespace

TEST_CASE("the units of a FICNN's data fold into its parameters", "[networks]") {
  Random random(1);
  for (int k = 0; k < 24; ++k) {
    AnyFicnn<double> f({.inputs = 3,
                        .hidden = k % 3 == 0 ? Widths{} : Widths{5, 4},
                        .passthrough = k % 2 == 0,
                        .bias = k % 4 < 2,
                        .quadratic_rank = k % 3,
                        .output = {.diagonal = k % 2 == 0, .rank = k % 3, .linear = k % 5 == 0}},
                       Softplus{});
    randomize(f, random);
    const auto scaled = standardized(f, random_units(random, 3, 0));
    INFO("network " << k);
    const AnyFicnn<double> folded = fold_units(scaled);
    CHECK(folded.options().bias);
    CHECK(folded.options().hidden == f.options().hidden);
    check_equal(scaled, folded, random);
    // Without centers nothing needs another block.
    const auto stretched = standardized(f, {.scale = random_vector<double>(random, 3).cwiseAbs(), .output_scale = 3});
    CHECK(fold_units(stretched).options().output == f.options().output);
    check_equal(stretched, fold_units(stretched), random);
  }
}

TEST_CASE("the units of a PICNN's data, the context's included", "[networks]") {
  Random random(2);
  for (int k = 0; k < 8; ++k) {
    const bool centered = k % 2 == 0;
    AnyPicnn<double> f({.context = 2,
                        .inputs = 3,
                        .hidden = k < 2 ? Widths{} : Widths{5, 4},
                        .context_hidden = k < 2 ? Widths{} : Widths{3, 2},
                        .bias = k % 3 == 0,
                        .quadratic_rank = centered ? 0 : 2,
                        .output = {.diagonal = true, .rank = 1, .bilinear = !centered, .linear = k % 4 < 2}},
                       Softplus{});
    randomize(f, random);
    Scaling<double> units = random_units(random, 3, 2);
    if (!centered) units.center.setZero();
    const auto scaled = standardized(f, units);
    INFO("network " << k);
    check_equal(scaled, fold_units(scaled), random, random_vector<double>(random, 2));
  }
}

TEST_CASE("units that no parameters can hold are refused", "[networks]") {
  const Scaling<double> units{.center = Vector<double>::Ones(2)}, of_output{.output_center = 1};
  const Picnn<double, Softplus> bilinear({.context = 1, .inputs = 2, .output = {.bilinear = true}}),
      quadratic({.context = 1, .inputs = 2, .quadratic_rank = 1}),
      rising({.context = 1, .inputs = 2, .non_decreasing = {0}});
  CHECK_ERROR(fold_units(standardized(bilinear, units)), "no output.bilinear behind a center of y");
  CHECK_ERROR(fold_units(standardized(quadratic, units)), "no quadratic passthrough behind a center of y");
  CHECK_ERROR(fold_units(standardized(rising, units)), "no non-decreasing inputs behind a center of y");
  const AnyFicnn<double> bent({.inputs = 2, .hidden = {3}}, Softplus{}, Softplus{}, Softplus{});
  CHECK_ERROR(fold_units(standardized(bent, of_output)), "the identity as output activation");
  CHECK(fold_units(standardized(bent, units)).inputs() == 2);
}
