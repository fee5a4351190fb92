// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/learning/fit.hpp>
#include <icnn/learning/initialize.hpp>
#include <icnn/learning/scaling_of.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("units of data are their means and deviations, row by row", "[learning]") {
  Matrix<double> y(2, 4), x(1, 4), t(1, 4);
  y << 1, 2, 3, 6, 5, 5, 5, 5;
  x << -1, 1, -1, 1;
  t << 1e6, 3e6, 1e6, 3e6;
  const Scaling<double> units = scaling_of(x, y, t);
  CHECK((units.center - Vector<double>{{3, 5}}).norm() < 1e-12);
  CHECK(std::abs(units.scale(0) - std::sqrt(3.5)) < 1e-12);
  CHECK(units.scale(1) == 1);  // does not vary
  CHECK((units.context_center(0) == 0 && units.context_scale(0) == 1));
  CHECK((units.output_center == 2e6 && units.output_scale == 1e6));
  CHECK_ERROR(scaling_of(Matrix<double>(2, 0), Matrix<double>(1, 0)), "at least one sample");
  CHECK_ERROR(scaling_of(y, Matrix<double>(t.transpose())), "targets of shape 1 x B");
  y(0, 0) = std::nan("");
  CHECK_ERROR(scaling_of(y, t), "finite points y");
}

TEST_CASE("fit trains a network together with its units, at any scale of targets and inputs", "[learning]") {
  Random random(1);
  const Matrix<double> unit = random_matrix<double>(random, 2, 300), contexts = random_matrix<double>(random, 2, 300);
  const Matrix<double> y = (1e-3 * unit).array() + 7, x = 1e4 * contexts;
  const Matrix<double> t = 1e6 * (5 + (unit.colwise().squaredNorm() + contexts.row(0)).array());
  const TrainingSettings settings{.epochs = cases(300, 300, 10), .batch = 20, .final_rate = 0.01};
  Picnn<double, Softplus> plain({.context = 2, .inputs = 2, .hidden = {16}, .context_hidden = {16}});
  initialize(plain, random);
  auto f = standardized(std::move(plain), scaling_of(x, y, t));
  const auto before = f.parameters().vector();
  const TrainingResult r = fit(f, x, y, t, settings, SquaredLoss{}, Adam<double>({.rate = 1e-2}));
  INFO(r);
  CHECK(r.status == TrainingStatus::finished);
  CHECK((f.parameters().vector() - before).norm() > 0.1);
  const double least = cases(2, 2, 50) / 100.0;
  CHECK((f(x, y) - t).norm() < least * t.norm());

  // Slopes in the data's units, and a function of fewer variables.
  Ficnn<double, Softplus> inner({.inputs = 2, .hidden = {24}});
  initialize(inner, random);
  const Matrix<double> bowl = 1e3 * unit.colwise().squaredNorm();
  auto g = standardized(std::move(inner), scaling_of(y, bowl));
  const Matrix<double> slopes = 2e6 * unit;
  const double scale = g.units().scale(0) / g.units().output_scale;
  const auto s =
      fit(g, y, bowl, slopes, settings, SobolevLoss<>{.slope_weight = scale * scale * 1e6}, Adam<double>({.rate = 1e-2}));
  CHECK(s.status == TrainingStatus::finished);
  Matrix<double> found(2, 300);
  auto ws = g.workspace({.columns = 300});
  static_cast<void>(g.gradients(y, {.y = found}, ws));
  CHECK((found - slopes).norm() < 5 * least * slopes.norm());
}
