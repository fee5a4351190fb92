// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/any.hpp>
#include <icnn/learning/fit.hpp>
#include <icnn/learning/signal.hpp>
#include <sstream>

#include "tests/support/cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

double mean_variance(const SignalReport& report) {
  double sum = 0;
  for (const LayerSignal& layer : report.layers) sum += layer.variance / static_cast<double>(report.layers.size());
  return sum;
}

}  // namespace

TEST_CASE("a signal report has the moments of a layer's pre-activations", "[learning]") {
  Random random(1);
  const Matrix<double> y = random_matrix<double>(random, 3, 200);
  Ficnn<double, Relu> f({.inputs = 3, .hidden = {4}});
  f.edit([](auto& edit) {
    auto w = edit["Wy[0]"];
    w.setZero();
    w(0, 0) = 2;           // varies with variance 4,
    w(1, 0) = 1;           // along with it,
    w(2, 1) = -1;          // on its own,
    edit["b[0]"](3) = -1;  // and not at all: dead.
  });
  const SignalReport report = signal_report(f, y);
  REQUIRE(report.layers.size() == 2);
  const LayerSignal& first = report.layers[0];
  const auto moments = [&](Index r) {
    const double mean = y.row(r).mean();
    return std::pair(mean, (y.row(r).array() - mean).square().mean());
  };
  const auto [mean0, variance0] = moments(0);
  const auto [mean1, variance1] = moments(1);
  const double covariance = ((y.row(0).array() - mean0) * (y.row(1).array() - mean1)).mean();
  const double correlation = covariance / std::sqrt(variance0 * variance1);
  CHECK(first.name == "z[1]");
  CHECK((first.units == 4 && first.dead == 1));
  CHECK(std::abs(first.mean - (3 * mean0 - mean1 - 1) / 4) < 1e-12);
  CHECK(std::abs(first.variance - (5 * variance0 + variance1) / 4) < 1e-12);
  CHECK(std::abs(first.correlation - (1 - 2 * correlation) / 3) < 1e-12);
  std::ostringstream text;
  text << report;
  CHECK(text.str().find("layer  units    mean  variance  correlation  dead\nz[1]       4") == 0);
}

TEST_CASE("at the start signals pass through six layers, and exactly where data say how", "[learning]") {
  const auto check = [](const auto& make) {
    int good = 0;
    const int seeds = cases(10, 3, 1);
    for (int seed = 0; seed < seeds; ++seed) {
      Random random(static_cast<std::uint64_t>(100 + seed));
      auto f = make();
      const Matrix<double> y = random_matrix<double>(random, 16, 300), fresh = random_matrix<double>(random, 16, 300);
      initialize(f, random);
      const double variance = mean_variance(signal_report(f, fresh));
      good += variance > 0.3 && variance < 3 ? 1 : 0;
      initialize(f, random, y);
      CHECK(audit(f.layout(), f.parameters().vector()).empty());
      for (const LayerSignal& layer : signal_report(f, y).layers) {
        CHECK((std::abs(layer.mean) < 1e-9 && std::abs(layer.variance - 1) < 1e-9));
      }
      for (const LayerSignal& layer : signal_report(f, fresh).layers) {
        INFO(layer.name);
        CHECK((layer.variance > 0.3 && layer.variance < 3));
        CHECK(20 * layer.dead < layer.units + 1);
      }
    }
    CHECK(10 * good >= 9 * seeds);
  };
  const std::vector<Index> hidden(6, 128);
  check([&] { return Ficnn<double, Relu>({.inputs = 16, .hidden = hidden}); });
  check([&] { return Ficnn<double, Softplus>({.inputs = 16, .hidden = hidden}); });
}

TEST_CASE("contexts, feed-forward networks, sizes in the type, float, and units without a bias", "[learning]") {
  Random random(2);
  const Matrix<double> x = random_matrix<double>(random, 5, 100), y = random_matrix<double>(random, 3, 100);
  Picnn<double, Softplus> p({.context = 5, .inputs = 3, .hidden = {10, 12}, .context_hidden = {9, 8}});
  initialize(p, Random(3), x, y);
  const SignalReport of_p = signal_report(p, x, y);
  REQUIRE(of_p.layers.size() == 5);
  CHECK((of_p.layers[0].name == "u[1]" && of_p.layers[0].units == 9));
  CHECK((of_p.layers[2].name == "z[1]" && of_p.layers[2].units == 10));
  for (const LayerSignal& layer : of_p.layers) {
    CHECK((std::abs(layer.mean) < 1e-9 && std::abs(layer.variance - 1) < 1e-9));
  }
  CHECK((p.parameters()["by[0]"].array() == 1).all());

  FeedForward<double, Relu> h({.inputs = 5, .hidden = {7}, .outputs = 2});
  initialize(h, Random(4), x);
  for (const LayerSignal& layer : signal_report(h, x).layers) CHECK(std::abs(layer.variance - 1) < 1e-9);

  FicnnOf<float, Inputs<3>, Dense<8, Softplus>, Dense<8, Softplus>, Dense<1>> tiny;
  const Matrix<float> single = y.cast<float>();
  initialize(tiny, Random(5), single);
  for (const LayerSignal& layer : signal_report(tiny, single).layers) CHECK(std::abs(layer.variance - 1) < 1e-3);

  Ficnn<double, Softplus> curved({.inputs = 3, .hidden = {7, 5}, .quadratic_rank = 2});
  initialize(curved, Random(7), y);
  for (const LayerSignal& layer : signal_report(curved, y).layers) {
    CHECK((std::abs(layer.mean) < 1e-9 && std::abs(layer.variance - 1) < 1e-9));
  }

  Ficnn<double, Softplus> bare({.inputs = 3, .hidden = {6}, .bias = false});
  initialize(bare, Random(6), y);
  CHECK(std::abs(signal_report(bare, y).layers[0].variance - 1) < 1e-9);
}

TEST_CASE("signals refuse wrong shapes, single samples and NaN, and change nothing", "[learning]") {
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  initialize(f, Random(7));
  const auto before = f;
  Matrix<double> y = Matrix<double>::Ones(2, 4);
  CHECK_ERROR(signal_report(f, y.topRows(1)), "points of shape 2 x 4");
  CHECK_ERROR(signal_report(f, y.leftCols(1)), "two samples or more");
  y(0, 0) = std::nan("");
  CHECK_ERROR(initialize(f, Random(1), y), "finite points");
  CHECK_ERROR(standardize_signal(f, y), "finite points");
  CHECK(f == before);
  y.setOnes();
  standardize_signal(f, y);  // nothing varies
  CHECK(f == before);
}

TEST_CASE("training from here is ahead of starts that are clipped", "[learning]") {
  // Kaiming's and uniform weights, negative W^z set to 0, as users of other libraries begin.
  Random random(8);
  const Index d = 16;
  const Matrix<float> a = random_matrix<float>(random, 20, d) / 4, y = random_matrix<float>(random, d, 2000);
  Matrix<float> t(1, 2000);
  for (Index c = 0; c < 2000; ++c) t(0, c) = std::log((a * y.col(c)).array().exp().sum());
  const float center = t.mean(), deviation = std::sqrt((t.array() - center).square().mean());
  t = ((t.array() - center) / deviation).matrix();
  const int seeds = cases(10, 1, 1), epochs = cases(64, 6, 1);
  for (int seed = 0; seed < seeds; ++seed) {
    const auto trained = [&](const auto& begin) {
      Ficnn<float, Relu> f({.inputs = d, .hidden = {64, 64, 64, 64, 64, 64}});
      Random start(static_cast<std::uint64_t>(seed));
      begin(f, start);
      const TrainingResult r = fit(f, y, t, {.epochs = epochs, .batch = 64});
      return r.status == TrainingStatus::diverged ? infinity : static_cast<double>((f(y) - t).squaredNorm());
    };
    const double ours = trained([&](auto& f, Random& start) { initialize(f, start, y.leftCols(300)); });
    const auto clipped = [](bool kaiming) {
      return [kaiming](auto& f, Random& start) {
        f.edit(
            [&](auto& edit) {
              for (const Block& block : edit.layout().blocks()) {
                const double fan_in = static_cast<double>(block.cols), bound = 1 / std::sqrt(fan_in);
                if (!block.is_weight()) continue;
                kaiming ? start.fill_normal(edit[block], std::sqrt(2 / fan_in))
                        : start.fill_uniform(edit[block], -bound, bound);
              }
            },
            Positivity::project);
      };
    };
    CHECK(ours < trained(clipped(true)));
    CHECK(ours < trained(clipped(false)));
  }
}
