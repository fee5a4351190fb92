// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// Two small networks of one input, 1-10-10-1: an unconstrained ReLU network, and an input convex softplus network plus
/// y^2. Each one's value and gradient at y = 1, and both curves: one need not be convex, the other cannot be otherwise.

#include <icnn/icnn.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "examples/support/options.hpp"
#include "examples/support/plot.hpp"

using namespace icnn;

namespace {

/// How far the curve rises above one of its chords between neighbors: 0 for a convex function.
double convexity_violation(const Vector<double>& curve) {
  double worst = 0;
  for (Index i = 1; i + 1 < curve.size(); ++i) worst = std::max(worst, curve(i) - 0.5 * (curve(i - 1) + curve(i + 1)));
  return worst;
}

}  // namespace

int main(int argc, char* argv[]) {
  const auto options =
      example::read_options(argc, argv, "Two networks of one input: unconstrained, and convex by construction", 36);
  Random random(options.seed);

  // An unconstrained network: any weights.
  FeedForward<double, Relu> plain({.inputs = 1, .hidden = {10, 10}, .outputs = 1});
  plain.edit([&](auto& weights) {
    random.fill_normal(weights.vector());
    random.fill_uniform(weights["b[0]"], -3, 3);  // kinks all over the picture
  });

  // An input convex one: W^z >= 0 (here every weight is non-negative), softplus throughout, and D = 2 for y^2 = D y^2 / 2.
  Ficnn<double, Softplus, Softplus, Softplus> convex(
      {.inputs = 1, .hidden = {10, 10}, .passthrough = false, .output = {.diagonal = true}});
  convex.edit([&](auto& weights) {
    random.fill_uniform(weights.vector(), 0, 0.5);
    weights["D"](0) = 2;
  });

  // Value and gradient of each. Every network has a workspace of its own, and every result a vector of its own.
  const Vector<double> y = Vector<double>::Ones(1);
  Vector<double> plain_gradient(1), convex_gradient(1);
  auto plain_workspace = plain.workspace();
  auto convex_workspace = convex.workspace();
  const double plain_value = plain.gradients(y, {.x = plain_gradient}, plain_workspace)(0);
  const double convex_value = convex.gradients(y, {.y = convex_gradient}, convex_workspace);
  std::cout << "at y = 1               value      gradient\n"
            << "  ReLU network     " << plain_value << "   " << plain_gradient(0) << '\n'
            << "  convex network   " << convex_value << "   " << convex_gradient(0) << "\n\n"
            << describe(convex) << '\n';

  // Both curves, each as one batch: a column per point.
  const Index points = options.quick ? 61 : 601;
  const RowVector<double> grid = RowVector<double>::LinSpaced(points, -3, 3);
  const Vector<double> plain_curve = plain(grid).transpose();
  const Vector<double> convex_curve = convex(grid).transpose();
  const std::string picture =
      example::plot(options.out, "first_steps",
                    {{"unconstrained", "y", "f(y)", {{"ReLU network", grid.transpose(), plain_curve}}},
                     {"input convex", "y", "f(y)", {{"softplus network + y^2", grid.transpose(), convex_curve}}}});
  std::cout << "largest rise above a chord: ReLU network " << convexity_violation(plain_curve) << ", convex network "
            << convexity_violation(convex_curve) << "\npicture: " << picture << '\n';

  example::write_json(
      options,
      {{"feedforward",
        {{"value", plain_value}, {"gradient", plain_gradient(0)}, {"chord_violation", convexity_violation(plain_curve)}}},
       {"icnn",
        {{"value", convex_value},
         {"gradient", convex_gradient(0)},
         {"chord_violation", convexity_violation(convex_curve)}}}});

  // The gradients against differences of the values: a last line that can fail.
  const Vector<double> step = Vector<double>::Constant(1, 1e-6);
  const double plain_difference = (plain(y + step) - plain(y - step))(0) / (2 * step(0));
  const double convex_difference = (convex(y + step) - convex(y - step)) / (2 * step(0));
  const double plain_error = std::abs(plain_difference - plain_gradient(0));
  const double convex_error = std::abs(convex_difference - convex_gradient(0));
  const bool good = plain_error < 1e-6 && convex_error < 1e-6 && convexity_violation(convex_curve) < 1e-12;
  std::cout << (good ? "ok: both gradients agree with differences, and the convex network is convex\n"
                     : "FAILED: see above\n");
  return good ? 0 : 1;
}
