// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// Training, drawn: what arrives in the layers of a deep network at the start, with and without principled weights; what the
/// rate does to the loss; and how a network of too many weights for its data looks on samples that it has not seen.

#include <cmath>
#include <icnn/icnn.hpp>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "examples/support/options.hpp"
#include "examples/support/plot.hpp"
#include "examples/support/progress.hpp"

using namespace icnn;
using example::Curve;

namespace {

Curve curve(const std::string& title, const std::vector<double>& y, const char* color, const char* more = "") {
  const auto size = static_cast<Index>(y.size());
  return {title, Vector<double>::LinSpaced(size, 1, static_cast<double>(size)),
          Eigen::Map<const Vector<double>>(y.data(), size), false, std::string("lines lw 2 lc rgb '") + color + "' " + more};
}

/// What every layer's variance is, over samples.
std::vector<double> variances(const Ficnn<double, Relu>& f, const Matrix<double>& y) {
  std::vector<double> result;
  for (const LayerSignal& layer : signal_report(f, y).layers) result.push_back(layer.variance);
  return result;
}

/// The start that other libraries leave to their users: weights with W^z < 0 set to 0.
template <class Draw>
void start_clipped(Ficnn<double, Relu>& f, Draw draw) {
  f.edit(
      [&](auto& edit) {
        for (const Block& block : f.layout().blocks()) {
          auto weights = edit[block];
          if (block.is_weight()) draw(weights, static_cast<double>(block.cols));
        }
      },
      Positivity::project);
}

struct Losses {
  std::vector<double> training = {}, held_out = {};
  TrainingResult result = {};
};

/// Trains a copy and keeps what each epoch ended with.
template <class A>
Losses train(Ficnn<double, A> f, const Matrix<double>& y, const Matrix<double>& targets, TrainingSettings settings,
             double rate) {
  Losses losses;
  settings.observer = [&](const TrainingProgress& p) {
    if (p.epoch_ended()) {
      losses.training.push_back(p.loss);
      losses.held_out.push_back(p.validation);
    }
    return true;
  };
  losses.result = fit(f, y, targets, settings, SquaredLoss{}, Adam<double>({.rate = rate}));
  return losses;
}

}  // namespace

int main(int argc, char* argv[]) {
  const auto options =
      example::read_options(argc, argv, "Draw what training looks like, where it goes well and where not", 3);
  Random random(options.seed);

  // 1. What arrives: six layers of 128 units, at samples that no start has seen.
  Matrix<double> seen(16, 512), fresh(16, 512);
  random.fill_normal(seen);
  random.fill_normal(fresh);
  Ficnn<double, Relu> deep({.inputs = 16, .hidden = {128, 128, 128, 128, 128, 128}});
  initialize(deep, random);
  const auto principled = variances(deep, fresh);
  initialize(deep, random, seen);
  const auto standardized_start = variances(deep, fresh);
  start_clipped(deep, [&](auto& weights, double inputs) {
    random.fill_normal(weights);
    weights *= std::sqrt(2 / inputs);
  });
  const auto he = variances(deep, fresh);
  start_clipped(deep, [&](auto& weights, double inputs) {
    random.fill_uniform(weights, -1 / std::sqrt(inputs), 1 / std::sqrt(inputs));
  });
  const auto uniform = variances(deep, fresh);
  std::cout << "variance in the last layer: initialize " << principled.back() << ", with data " << standardized_start.back()
            << ", He's " << he.back() << ", uniform " << uniform.back() << "\n";

  // 2. The rate: log-sum-exp of four numbers.
  Matrix<double> y(4, 2000);
  random.fill_normal(y, 2);
  const Matrix<double> targets = y.array().exp().colwise().sum().log();
  Ficnn<double, Softplus> smooth({.inputs = 4, .hidden = {32, 32}});
  initialize(smooth, random, y);
  const auto at_rate = [&](double rate, double final_rate) {
    return train(smooth, y, targets, {.epochs = 150, .final_rate = final_rate, .seed = options.seed}, rate);
  };
  const Losses slow = at_rate(1e-4, 1), noisy = at_rate(3e-2, 1), good = at_rate(3e-2, 0.01), high = at_rate(1, 1);
  std::cout << "rate 3e-2, falling   " << good.result << "\nrate 3e-2, constant  " << noisy.result
            << "\nrate 1e-4            " << slow.result << "\nrate 1               " << high.result << "\n";

  // 3. Too many weights: forty noisy samples of a norm.
  Matrix<double> few(10, 80), noise(1, 80);
  random.fill_normal(few);
  random.fill_normal(noise);
  const Matrix<double> measured = few.colwise().norm() + noise;
  Ficnn<double, Relu> large({.inputs = 10, .hidden = {128, 128}});
  initialize(large, random, few);
  const Losses over = train(large, few, measured,
                            {.epochs = 200, .batch = 8, .final_rate = 0.1, .validation = 0.5, .seed = options.seed}, 1e-3);
  std::cout << "forty samples        " << over.result << "\n";
  const auto best = static_cast<std::size_t>(over.result.best_epoch - 1);

  // 4. The picture.
  const std::string picture =
      example::plot(options.out, "training",
                    {{"the start: what arrives at six layers of 128 ReLU",
                      "layer",
                      "variance",
                      {curve("initialize", principled, "#0072b2"), curve("initialize, y", standardized_start, "#009e73"),
                       curve("He, clipped", he, "#d55e00"), curve("uniform, clipped", uniform, "#cc79a7")},
                      {},
                      true},
                     {"the rate of Adam: log-sum-exp",
                      "epoch",
                      "loss",
                      {curve("0.03, falling", good.training, "#0072b2"), curve("0.03, constant", noisy.training, "#56b4e9"),
                       curve("0.0001", slow.training, "#e69f00"), curve("1", high.training, "#d55e00")},
                      {},
                      true},
                     {"40 noisy samples, 19 000 weights",
                      "epoch",
                      "loss",
                      {curve("training", over.training, "#0072b2"),
                       curve("held out", over.held_out, "#d55e00"),
                       {"best epoch", Vector<double>{{static_cast<double>(over.result.best_epoch)}},
                        Vector<double>{{over.held_out[best]}}, true, "points pt 7 ps 1.2 lc rgb 'black'"}},
                      {},
                      true}},
                    example::Format::svg);

  // 5. A verdict: the start keeps the signal's size and the others do not, the falling rate ends lowest, and later epochs
  // get worse on what is held out while they still gain on what is not.
  const auto off = [](const std::vector<double>& v) { return std::abs(std::log(v[5])); };  // of the last hidden layer
  const bool start = off(principled) < std::log(5.0) && off(standardized_start) < std::log(1.5) &&
                     off(he) > off(principled) && off(uniform) > off(principled);
  const double lowest = good.training.back();
  const bool rates = lowest < noisy.training.back() && lowest < slow.training.back() && lowest < high.training.back();
  const bool fits = over.held_out[best] <= over.held_out.back() && over.held_out.back() > 10 * over.training.back();
  example::write_json(
      options,
      {{"variance", {{"initialize", principled}, {"data", standardized_start}, {"he", he}, {"uniform", uniform}}},
       {"loss",
        {{"falling", lowest},
         {"constant", noisy.training.back()},
         {"small", slow.training.back()},
         {"high", high.training.back()}}},
       {"held_out", {{"best", over.held_out[best]}, {"last", over.held_out.back()}, {"epoch", over.result.best_epoch}}}});
  const bool ok = start && rates && fits;
  std::cout << "picture              " << picture << "\n"
            << (ok ? "ok: signals keep their size, the falling rate ends lowest, and forty samples are learned by heart\n"
                   : "FAILED: see above\n");
  return ok ? 0 : 1;
}
