// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// Learn, minimize, read the proof: a FICNN fitted to a convex function, and a PICNN that classifies two moons by its
/// argmin.

#include <icnn/icnn.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "examples/support/moons.hpp"
#include "examples/support/options.hpp"
#include "examples/support/plot.hpp"
#include "examples/support/progress.hpp"

using namespace icnn;

int main(int argc, char* argv[]) {
  const auto options = example::read_options(argc, argv, "Learn, minimize, read the proof");
  Random random(options.seed);

  // 1. A network that is convex in y, fitted to a convex function: log(exp(y0 + 2 y1) + exp(y0 - 2 y1) + exp(-2 y0)).
  const auto truth = [](const Matrix<double>& y) -> Matrix<double> {
    const auto a = y.row(0).array(), b = y.row(1).array();
    return ((a + 2 * b).exp() + (a - 2 * b).exp() + (-2 * a).exp()).log().matrix();
  };
  Matrix<double> points(2, 2000), fresh(2, 2000);
  random.fill_uniform(points, -2, 2);
  random.fill_uniform(fresh, -2, 2);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {32, 32}});
  initialize(f, random);
  example::ProgressBar bar("learning");
  const TrainingSettings fitting{.epochs = options.quick ? 100 : 200, .final_rate = 1e-3, .observer = bar.observer()};
  const auto fitted = fit(f, points, truth(points), fitting, SquaredLoss{}, Adam<double>({.rate = 1e-2}));
  const double error = (f(fresh) - truth(fresh)).norm() / truth(fresh).norm();
  const Result lowest = argmin(f, Box::cube(2, -2, 2));
  std::cout << "fit        " << fitted << "\n           error " << 100 * error << " % on fresh points\nminimum    " << lowest
            << "\n           at " << lowest.y.transpose() << " (of the function itself: log 3 = 1.0986 at 0 0)\n";

  // 2. An energy f(x, y), convex in the label y in [0, 1] and anything in the point x; the predicted label is its argmin.
  const auto train = example::two_moons(options.quick ? 1000 : 1500, random), test = example::two_moons(2000, random);
  Picnn<double, Softplus> energy({.context = 2, .inputs = 1, .hidden = {16, 16}, .context_hidden = {32, 32}});
  initialize(energy, random);
  const TrainingSettings learning{.epochs = options.quick ? 40 : 60, .final_rate = 1e-2, .observer = bar.observer()};
  const auto learned = learn_energy(energy, train.x, train.y, learning, {.entropy = 0.3}, Adam<double>({.rate = 5e-3}));
  double gap = 0, evaluations = 0;
  const auto predict = [&](const Matrix<double>& x) {
    Matrix<double> y(1, x.cols());
    for (Index c = 0; c < x.cols(); ++c) {
      const Result best = argmin(regularized(energy.at(x.col(c)), {.entropy = 0.3}), Box::unit(1));
      y(0, c) = best.y(0);
      gap = std::max(gap, best.relative_gap());
      evaluations += static_cast<double>(best.evaluations);
    }
    return y;
  };
  const Stopwatch clock;
  const Matrix<double> predicted = predict(test.x);
  const double microseconds = 1e6 * clock.seconds() / 2000;
  const double accuracy = ((predicted.array() > 0.5) == (test.y.array() > 0.5)).cast<double>().mean();
  std::cout << "energy     " << learned << "\n           accuracy " << 100 * accuracy
            << " % on fresh points (the best possible: 91.2 %)\nargmin     largest gap " << gap << ", " << evaluations / 2000
            << " evaluations and " << microseconds << " us a point\n";

  // 3. A picture, and a verdict.
  example::HeatMap surface{-2, 2, -2, 2, {}}, regions{-2, 3, -1.5, 2, {}};
  surface.z = f(example::grid(surface, 81)).reshaped(81, 81);
  regions.z = predict(example::grid(regions, 81)).reshaped(81, 81);
  const std::vector<example::Curve> minimizer{{"certified minimizer", lowest.y.head(1), lowest.y.tail(1), true}};
  const std::string picture = example::plot(options.out, "quickstart",
                                            {{"fitted FICNN f(y)", "y_0", "y_1", minimizer, surface},
                                             {"argmin_y f(x, y)", "x_0", "x_1", example::moon_curves(train), regions}});
  example::write_json(options, {{"fit_error", error}, {"accuracy", accuracy}, {"gap", gap}, {"microseconds", microseconds}});
  const bool good = error < 0.01 && accuracy > 0.87 && gap < 1e-5 && lowest.status == Status::optimal;
  std::cout << "picture    " << picture << "\n"
            << (good ? "ok: fitted to 1 %, the moons told apart, every minimum certified\n" : "FAILED: see above\n");
  return good ? 0 : 1;
}
