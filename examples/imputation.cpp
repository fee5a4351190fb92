// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// Missing entries of a table, filled in by the argmin of a network over them. The network is trained through that argmin:
/// its derivative says how the parameters move what is filled in.

#include <Eigen/Cholesky>
#include <icnn/icnn.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "examples/support/options.hpp"
#include "examples/support/plot.hpp"
#include "examples/support/progress.hpp"

using namespace icnn;

namespace {

constexpr Index columns_of_table = 7;

/// A table, one row of it per column here: three causes, and four effects that are no linear functions of them.
Matrix<double> table(Index samples, Random& random) {
  Matrix<double> y(columns_of_table, samples);
  random.fill_uniform(y, -1, 1);
  for (Index c = 0; c < samples; ++c) {
    const double u = y(0, c), v = y(1, c), w = y(2, c);
    y.col(c) << u, v, w, u * u, std::abs(v - w), std::sin(3 * w), u * v;
    for (Index j = 0; j < y.rows(); ++j) y(j, c) += 0.03 * random.normal();
  }
  return y;
}

/// Which entries are known: a quarter is missing, and at least one in each column.
Matrix<bool> mask(const Matrix<double>& y, Random& random) {
  Matrix<bool> known(y.rows(), y.cols());
  for (Index c = 0; c < y.cols(); ++c) {
    for (Index j = 0; j < y.rows(); ++j) known(j, c) = random.uniform(0, 1) > 0.25;
    known(static_cast<Index>(random.uniform(0, static_cast<double>(y.rows()))), c) = false;
  }
  return known;
}

/// The mean of a normal distribution at what is missing, given what is known: the best linear prediction.
Matrix<double> linear_imputation(const Matrix<double>& y, const Matrix<bool>& known, const Matrix<double>& covariance) {
  Matrix<double> filled = y;
  for (Index c = 0; c < y.cols(); ++c) {
    std::vector<Index> seen, missing;
    for (Index j = 0; j < y.rows(); ++j) (known(j, c) ? seen : missing).push_back(j);
    if (seen.empty()) {
      for (const Index j : missing) filled(j, c) = 0;
      continue;
    }
    const Matrix<double> of_seen = covariance(seen, seen);
    const Vector<double> weights = of_seen.llt().solve(Vector<double>(y.col(c)(seen)));
    for (const Index j : missing) filled(j, c) = covariance(seen, {j}).col(0).dot(weights);
  }
  return filled;
}

/// The mean squared error over what is missing; in one coordinate, or in all.
double error(const Matrix<double>& filled, const Matrix<double>& y, const Matrix<bool>& known, Index only = -1) {
  double sum = 0, count = 0;
  for (Index c = 0; c < y.cols(); ++c) {
    for (Index j = 0; j < y.rows(); ++j) {
      if (known(j, c) || (only >= 0 && j != only)) continue;
      sum += (filled(j, c) - y(j, c)) * (filled(j, c) - y(j, c));
      count += 1;
    }
  }
  return sum / count;
}

}  // namespace

int main(int argc, char* argv[]) {
  const auto options =
      example::read_options(argc, argv, "Fill in missing entries of a table by the argmin of a network trained for it", 3);
  Random random(options.seed);
  const Index n = columns_of_table, samples = options.quick ? 1000 : 3000, epochs = options.quick ? 15 : 40, batch = 32;

  // 1. The table, in units of its columns' deviations.
  Matrix<double> train = table(samples, random), test = table(1000, random);
  const Vector<double> mean = train.rowwise().mean();
  train.colwise() -= mean;
  test.colwise() -= mean;
  const Vector<double> deviation = (train.rowwise().squaredNorm() / static_cast<double>(samples)).cwiseSqrt();
  train = deviation.cwiseInverse().asDiagonal() * train;
  test = deviation.cwiseInverse().asDiagonal() * test;

  // 2. The network, trained to fill in what a new mask hides each time: gradients come through the argmin.
  Ficnn<double, Softplus> f({.inputs = n, .hidden = {48, 48}, .output = {.diagonal = true}});
  initialize(f, random);
  f.edit([](auto& edit) { edit["D"].setOnes(); });
  const Box box = Box::cube(n, -4, 4);
  Adam<double> adam({.rate = 5e-3});
  Vector<double> gradient(f.parameter_count());
  Index exact = 0, solved = 0;
  std::vector<double> curve;
  {
    example::ProgressBar bar("training");
    for (Index epoch = 0; epoch < epochs; ++epoch) {
      const Matrix<bool> known = mask(train, random);
      double sum = 0;
      for (Index first = 0; first < samples; first += batch) {
        const Index count = std::min(batch, samples - first);
        gradient.setZero();
        for (Index c = first; c < first + count; ++c) {
          std::vector<Index> missing;
          for (Index j = 0; j < n; ++j) {
            if (!known(j, c)) missing.push_back(j);
          }
          const auto size = static_cast<Index>(missing.size());
          const auto part = restrict_to(f, Matrix<double>(train.col(c)), missing);
          const Box of_missing = Box::cube(size, -4, 4);
          ArgminDerivative derivative(part, of_missing, argmin(part, of_missing));
          const Vector<double> off = derivative.y() - train.col(c)(missing);
          sum += off.squaredNorm() / static_cast<double>(size);
          const ArgminSensitivity s =
              derivative.backward(off / static_cast<double>(count * size), {.parameters = gradient, .accumulate = true});
          exact += s.status == DerivativeStatus::exact;
          ++solved;
        }
        const double factor = 0.5 * (1 + std::cos(3.14159 * static_cast<double>(epoch) / static_cast<double>(epochs)));
        if (!take_step(f, adam, gradient, factor)) return 1;
      }
      curve.push_back(sum / static_cast<double>(samples));
      bar.show(static_cast<double>(epoch + 1) / static_cast<double>(epochs), "mean square " + std::to_string(curve.back()));
    }
  }

  // 3. What nobody has seen, filled in by its argmin, by the best linear prediction, and by the mean, which is 0.
  const Matrix<bool> known = mask(test, random);
  const Imputation filled = impute(f, test, known, box);
  const Matrix<double> covariance = train * train.transpose() / static_cast<double>(samples);
  const Matrix<double> linear = linear_imputation(test, known, covariance), none = Matrix<double>::Zero(n, test.cols());
  const double ours = error(filled.y, test, known), of_linear = error(linear, test, known),
               of_mean = error(none, test, known);
  std::cout << "mean squared error in what was missing, in units of the columns' variance\n"
            << "  mean               " << of_mean << "\n  linear regression  " << of_linear << "\n  network            "
            << ours << "   (" << 100 * (1 - ours / of_linear) << " % below linear regression)\n"
            << "certified " << std::count(filled.statuses.begin(), filled.statuses.end(), Status::optimal) << " of "
            << test.cols() << ", exact derivatives in training " << exact << " of " << solved << "\n";

  // 4. The picture: what is filled in against what was there.
  const char* names[] = {"u", "v", "w", "u^2", "|v - w|", "sin 3w", "u v"};
  std::vector<example::Panel> panels;
  for (const Index j : {Index{3}, Index{4}, Index{5}, Index{6}}) {
    std::vector<double> there, by_us, by_line;
    for (Index c = 0; c < test.cols(); ++c) {
      if (known(j, c)) continue;
      there.push_back(test(j, c));
      by_us.push_back(filled.y(j, c));
      by_line.push_back(linear(j, c));
    }
    const auto vector = [](const std::vector<double>& v) {
      return Vector<double>(Eigen::Map<const Vector<double>>(v.data(), static_cast<Index>(v.size())));
    };
    panels.push_back({names[j],
                      "true",
                      "filled in",
                      {{"linear", vector(there), vector(by_line), true, "points pt 7 ps 0.3 lc rgb '#bbbbbb'"},
                       {"network", vector(there), vector(by_us), true, "points pt 7 ps 0.3 lc rgb '#0072b2'"}}});
  }
  const std::string picture = example::plot(options.out, "imputation", panels);
  nlohmann::json of_columns;
  for (Index j = 0; j < n; ++j) {
    of_columns[names[j]] = {{"network", error(filled.y, test, known, j)}, {"linear", error(linear, test, known, j)}};
  }
  example::write_json(options, {{"mse", ours},
                                {"mse_linear", of_linear},
                                {"mse_mean", of_mean},
                                {"columns", of_columns},
                                {"exact_derivatives", static_cast<double>(exact) / static_cast<double>(solved)}});
  const bool good = filled.all_optimal() && ours < (options.quick ? 1.0 : 0.8) * of_linear;
  std::cout << "picture   " << picture << "\n" << (good ? "ok: better than a line\n" : "FAILED: see above\n");
  return good ? 0 : 1;
}
