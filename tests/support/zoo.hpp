// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/functions/regularized.hpp>
#include <icnn/learning/fit.hpp>
#include <icnn/learning/initialize.hpp>
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#include <array>
#include <string_view>

#include "tests/support/networks.hpp"

/// Minimization problems for tests and benchmarks: random networks, and what makes them hard.
namespace icnn::test {

enum class Trait {
  plain,       ///< well scaled: see balance()
  growing,     ///< weights of the same size in all layers: slopes grow several times with each
  tiny,        ///< the objective times 1e-6
  huge,        ///< the objective times 1e6
  steep,       ///< every layer's weights times 10
  duplicated,  ///< every neuron of the first layer twice
  integer,     ///< small integer weights: many ties
  flat,        ///< half of the coordinates do nothing
  constant,    ///< none of them does anything
  vertex,      ///< a slope that ends in a corner
  planted,     ///< a known minimizer, inside
  kinks,       ///< a known minimizer at which all neurons of the first layer bend, more of them than variables as a rule
};

inline constexpr std::array all_traits{Trait::plain,    Trait::growing,    Trait::tiny,    Trait::huge,
                                       Trait::steep,    Trait::duplicated, Trait::integer, Trait::flat,
                                       Trait::constant, Trait::vertex,     Trait::planted, Trait::kinks};

[[nodiscard]] constexpr std::string_view to_string(Trait trait) {
  constexpr std::array<std::string_view, all_traits.size()> names{"plain",    "growing",    "tiny",    "huge",
                                                                  "steep",    "duplicated", "integer", "flat",
                                                                  "constant", "vertex",     "planted", "kinks"};
  return names[static_cast<std::size_t>(trait)];
}

/// min of f(y) - <tilt, y> over [0, 1]^n or the simplex. Where a minimizer is known, it is in both.
template <class F>
struct ZooProblem {
  F f;
  Vector<double> tilt;
  Vector<double> minimizer;  ///< empty where none is known

  [[nodiscard]] auto objective(double entropy = 0, EntropyOn on = EntropyOn::box) const {
    return regularized(f, {.entropy = entropy, .on = on, .linear = tilt});
  }
};

/// Makes a network of so many hidden layers well scaled, whatever its depth: the rows of W^z sum to 2, so that a layer of
/// which half the neurons are active hands slopes on as they are; and the last layer is scaled so that the largest slope of
/// f, whose gradient in the middle of the box is \p gradient(), is between a third of and three times the entropy's unit.
template <class Network, class Gradient>
void balance(Network& network, Index depth, Random& random, const Gradient& gradient) {
  network.edit([&](auto& w) {
    for (const Block& block : network.layout().blocks()) {
      if (!block.name.starts_with("Wz[")) continue;
      auto wz = w[block];
      for (Index r = 0; r < wz.rows(); ++r) wz.row(r) *= 2 / wz.row(r).sum();
    }
  });
  const double slope = std::pow(3.0, random.uniform(-1, 1)) / gradient().cwiseAbs().maxCoeff();
  network.edit([&](auto& w) {
    for (const char* name : {"Wz", "Wy", "Wu", "b"}) {
      const std::string last = block_name(name, depth);
      if (network.layout().contains(last)) w[last] *= slope;
    }
  });
}

/// A network of so many hidden layers of the same width.
template <class Activation>
[[nodiscard]] ZooProblem<Ficnn<double, Activation>> zoo_problem(Random& random, Index n, Index depth, Index width,
                                                                Trait trait) {
  Ficnn<double, Activation> f({.inputs = n, .hidden = std::vector<Index>(static_cast<std::size_t>(depth), width)});
  randomize(f, random, trait == Trait::steep ? 10 : 1);
  if (trait == Trait::plain) {
    balance(f, depth, random, [&] { return f.gradient(Vector<double>::Constant(n, 0.5).eval()); });
  }
  Vector<double> inside = random_vector<double>(random, n).cwiseAbs();
  inside /= std::max(inside.sum(), 1e-300);  // on the simplex, hence in the box
  f.edit([&](auto& w) {
    const auto& layout = f.layout();
    const auto passthrough = [&](auto change) {
      for (const Block& block : layout.blocks()) {
        if (block.name.starts_with("Wy")) change(w[block]);
      }
    };
    const double scale = trait == Trait::tiny ? 1e-6 : trait == Trait::huge ? 1e6 : 1;
    if (scale != 1) {  // of the output layer
      for (const Block& block : layout.blocks()) {
        if (block.name.ends_with("[" + std::to_string(depth) + "]")) w[block] *= scale;
      }
    }
    if (trait == Trait::duplicated) {
      for (Index r = 0; r + 1 < width; r += 2) {
        w["Wy[0]"].row(r + 1) = w["Wy[0]"].row(r);
        w["b[0]"](r + 1) = w["b[0]"](r);
      }
    }
    if (trait == Trait::integer) {
      for (const Block& block : layout.blocks()) {
        auto map = w[block];
        map = (map.array() * std::sqrt(static_cast<double>(block.cols))).round();
      }
    }
    if (trait == Trait::flat) passthrough([&](auto map) { map.leftCols((n + 1) / 2).setZero(); });
    if (trait == Trait::constant) passthrough([&](auto map) { map.setZero(); });
    if (trait == Trait::kinks) w["b[0]"] = -(w["Wy[0]"] * inside);
  });
  ZooProblem<Ficnn<double, Activation>> problem{f, Vector<double>::Zero(n), {}};
  if (trait == Trait::vertex) problem.tilt = random_vector<double>(random, n, 100);
  if (trait == Trait::planted || trait == Trait::kinks) {
    problem.tilt = f.gradient(inside);  // a subgradient there, whatever the activation says at a kink
    problem.minimizer = inside;
  }
  return problem;
}

/// A PICNN of so many hidden layers at a random context, well scaled there.
template <class Activation>
[[nodiscard]] auto zoo_problem_at_context(Random& random, Index n, Index depth, Index width) {
  const std::vector<Index> hidden(static_cast<std::size_t>(depth), width);
  Picnn<double, Activation> g({.context = 5, .inputs = n, .hidden = hidden, .context_hidden = hidden});
  randomize(g, random);
  const Vector<double> x = random_vector<double>(random, 5);
  balance(g, depth, random, [&] { return g.at(x).gradient(Vector<double>::Constant(n, 0.5).eval()); });
  auto f = g.at(x);
  return ZooProblem<decltype(f)>{f, random_vector<double>(random, n), {}};
}

/// A network of two hidden layers that has learned the maximum of a few affine functions beside a parabola, whose minimum is
/// inside.
template <class Activation>
[[nodiscard]] Ficnn<double, Activation> trained_network(Random& random, Index n, Index width) {
  Ficnn<double, Activation> f({.inputs = n, .hidden = {width, width}});
  initialize(f, Random(static_cast<std::uint64_t>(random.index(1000000))));
  const Index samples = 300, pieces = 5;
  Matrix<double> y(n, samples);
  for (Index c = 0; c < samples; ++c) random.fill_uniform(y.col(c), 0, 1);
  const Matrix<double> slopes = random_matrix<double>(random, pieces, n), values = slopes * (y.array() - 0.5).matrix();
  const Matrix<double> targets =
      values.colwise().maxCoeff() + (y.array() - random.uniform(0.2, 0.8)).square().matrix().colwise().sum();
  static_cast<void>(fit(f, y, targets, {.epochs = 30, .final_rate = 0.1}, SquaredLoss{}, Adam<double>({.rate = 1e-2})));
  return f;
}

}  // namespace icnn::test
