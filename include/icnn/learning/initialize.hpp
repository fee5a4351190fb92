// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "icnn/core/random.hpp"
#include "icnn/layers/output_term.hpp"
#include "icnn/networks/feed_forward.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/picnn.hpp"
#include "icnn/networks/sparse_feed_forward.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// Moments of an activation g at standard normal pre-activations.
struct ActivationMoments {
  double mean = 0;     ///< E g(s)
  double square = 1;   ///< E g(s)^2
  double product = 0;  ///< E g(s) g(s') at correlation 1/2
};

/// By the trapezoidal rule: exact to many digits for smooth activations, to 1e-4 for kinked ones.
template <class A>
[[nodiscard]] ActivationMoments moments(const A& activation) {
  constexpr int half = 128;
  constexpr double step = 1.0 / 16;
  const auto weight = [](int i) { return step * 0.3989422804014327 * std::exp(-0.5 * step * step * i * i); };
  ActivationMoments m{0, 0, 0};
  for (int i = -half; i <= half; ++i) {
    const double s = step * i, g = activation.jet(s).value;
    m.mean += weight(i) * g;
    m.square += weight(i) * g * g;
    for (int k = -half; k <= half; ++k) {
      m.product += weight(i) * weight(k) * g * activation.jet(0.5 * s + 0.8660254037844386 * step * k).value;
    }
  }
  return m;
}

/// Fills W^z with log-normal numbers, and lowers b by their mean effect, so that the layer's pre-activations from units with
/// these moments have mean 0, the given variance, and correlation 1/2 among each other (Hoedt and Klambauer, NeurIPS 2023).
template <class Weights, class Edit>
void fill_non_negative(Weights wz, const Edit& edit, const std::string& bias, const ActivationMoments& g, double variance,
                       Random& random) {
  const double m = static_cast<double>(wz.cols()), correlation = 0.5;
  const double own = g.square - g.mean * g.mean, shared = g.product - g.mean * g.mean;
  const double mean = std::sqrt(correlation * variance / (m * (own + (m - 1) * shared)));
  const double spread = (1 - correlation) * variance / (m * g.square);
  const double log_variance = std::log1p(spread / (mean * mean));
  using S = typename Weights::Scalar;
  for (Index c = 0; c < wz.cols(); ++c)
    for (Index r = 0; r < wz.rows(); ++r) {
      wz(r, c) = static_cast<S>(std::exp(std::log(mean) - 0.5 * log_variance + std::sqrt(log_variance) * random.normal()));
    }
  if (edit.layout().contains(bias)) edit[bias].array() -= static_cast<S>(m * mean * g.mean);
}

template <class M>
void fill_fan_in(M block, double variance, Random& random) {
  random.fill_normal(block, std::sqrt(variance / static_cast<double>(block.cols())));
}

/// W^y where the layer has it, with absolute values where f must not decrease.
template <class Edit>
void fill_passthrough(const Edit& edit, Index i, double variance, Random& random) {
  const std::string name = block_name("Wy", i);
  if (!edit.layout().contains(name)) return;
  const Block& block = edit.layout()[name];
  auto wy = edit[block];
  fill_fan_in(wy, variance, random);
  for (Index c = 0; c < wy.cols(); ++c)
    for (Index r = 0; r < wy.rows(); ++r)
      if (block.non_negative(r, c) && wy(r, c) < 0) wy(r, c) = -wy(r, c);
}

/// A of a quadratic of this rank, so that sum_r (a_r'y)^2 has the given variance, and b lowered by its mean: at forms of
/// variance v, the sum has mean R v and variance 2 R v^2.
template <class Weights, class Edit>
void fill_quadratic(Weights a, const Edit& edit, const std::string& bias, Index rank, double variance, Random& random) {
  const double of_form = std::sqrt(variance / (2 * static_cast<double>(rank)));
  fill_fan_in(a, of_form, random);
  using S = typename Weights::Scalar;
  if (edit.layout().contains(bias)) edit[bias].array() -= static_cast<S>(static_cast<double>(rank) * of_form);
}

/// What FICNN and PICNN have in common. \p context_share is the part of every pre-activation's variance 1 that the context
/// brings; W^z and W^y share the rest, half and half where there are both. A tenth of what W^y has is a quadratic's, whose
/// values are alike in all units (they grow with |y|^2) and far from normal: more of it would grow from layer to layer.
template <class Network, class Edit>
void fill_convex_path(const Network& network, const Edit& edit, double context_share, Random& random) {
  edit.vector().setZero();
  std::vector<ActivationMoments> units;
  network.chain().for_each([&](Index i, const auto& layer) {
    const bool z = layer.previous() > 0, y = layer.convex().has_passthrough();
    const double share = (1 - context_share) / (z && y ? 2 : 1);
    const Index rank = layer.convex().quadratic().rank();
    const double squares = rank > 0 ? 0.1 * share : 0;
    if (y) fill_passthrough(edit, i, share - squares, random);
    if (rank > 0) fill_quadratic(edit[block_name("A", i)], edit, block_name("b", i), rank, squares, random);
    if (z) {
      fill_non_negative(edit[block_name("Wz", i)], edit, block_name("b", i), units.back(), share, random);
    }
    units.push_back(moments(layer.activation()));
  });
  if (edit.layout().contains("L")) fill_fan_in(edit["L"], 0.1, random);  // 0 would be a saddle
}

}  // namespace detail

/// Random parameters from which training gets going, for inputs of mean about 0 and variance about 1: every pre-activation
/// has variance 1. W^z is log-normal with a bias against its mean (Hoedt and Klambauer, NeurIPS 2023), W^y and A normal,
/// with a bias against the quadratic's mean; the quadratic output term starts at 0 but for a small L. Works for any
/// activation: its moments are computed.
template <class Chain>
void initialize(BasicFicnn<Chain>& network, Random& random) {
  network.edit([&](auto& edit) { detail::fill_convex_path(network, edit, 0, random); });
}

/// The same; the context brings a third of every pre-activation's variance, the context path has weights of variance
/// 1 / (fan-in E g^2), and the gates stand open: weights 0, biases 1.
template <class Chain>
void initialize(BasicPicnn<Chain>& network, Random& random) {
  network.edit([&](auto& edit) {
    detail::fill_convex_path(network, edit, 1.0 / 3, random);
    double square = 1;  // E u^2
    network.chain().for_each([&](Index i, const auto& layer) {
      layer.open_gates(edit.vector().data());
      detail::fill_fan_in(edit[block_name("Wu", i)], 1 / (3 * square), random);
      if (!layer.context_step()) return;
      detail::fill_fan_in(edit[block_name("Wt", i)], 1 / square, random);
      square = detail::moments(layer.context_step()->activation()).square;
    });
  });
}

/// Weights of variance 1 / (fan-in E g^2), g the activation of the layer below; biases 0.
template <class Chain>
void initialize(BasicFeedForward<Chain>& network, Random& random) {
  network.edit([&](auto& edit) {
    edit.vector().setZero();
    double square = 1;
    network.chain().for_each([&](Index i, const auto& layer) {
      detail::fill_fan_in(edit[block_name("W", i)], 1 / square, random);
      square = detail::moments(layer.activation()).square;
    });
  });
}

/// Weights of variance 1 / non_zeros, biases 0: \p non_zeros is how many entries of size 1 a sample typically has.
template <class S, class A>
void initialize(SparseFeedForward<S, A>& network, double non_zeros, Random& random) {
  if (!(non_zeros > 0)) fail({"initialize", "non_zeros > 0", detail::text(non_zeros)});
  network.edit([&](auto& edit) {
    edit.vector().setZero();
    random.fill_normal(edit["W[0]"], 1 / std::sqrt(non_zeros));
  });
}

/// A start at which grad_y f(x, y) is about y: what a map of optimal transport is trained from. Needs an output term with a
/// diagonal D, which becomes 1, or with L of n rows or more, the first n of which become the unit matrix; C and d become 0.
/// The rest begins as under initialize(), its last layer made smaller by \p rest >= 0.
template <class Network>
void initialize_identity(Network& network, Random& random, double rest = 0.01) {
  const OutputTermShape shape = network.output_term().shape();
  if (!shape.diagonal && shape.rank < network.inputs()) {
    fail({"initialize_identity", detail::text("an output term with a diagonal, or of rank ", network.inputs(), " or more"),
          detail::text("rank ", shape.rank), "{.output = {.diagonal = true}}"});
  }
  if (!(rest >= 0) || !std::isfinite(rest)) fail({"initialize_identity", "a finite rest >= 0", detail::text(rest)});
  initialize(network, random);
  using S = typename Network::Scalar;
  network.edit([&](auto& edit) {
    const auto each = [&](const char* symbol, Index layer, auto change) {
      const std::string name = layer < 0 ? symbol : block_name(symbol, layer);
      if (edit.layout().contains(name)) change(edit[name]);
    };
    for (const char* symbol : {"Wz", "Wy", "Wu", "b"}) {
      each(symbol, network.depth() - 1, [&](auto block) { block *= static_cast<S>(rest); });
    }
    each("A", network.depth() - 1, [&](auto block) { block *= static_cast<S>(std::sqrt(rest)); });
    each("D", -1, [](auto block) { block.setOnes(); });
    each("L", -1, [&](auto block) {
      if (shape.diagonal) {
        block *= static_cast<S>(rest);
      } else {
        block.setIdentity();
      }
    });
    for (const char* symbol : {"C", "d"}) each(symbol, -1, [](auto block) { block.setZero(); });
  });
}
template <class Network>
void initialize_identity(Network& network, Random&& random, double rest = 0.01) {
  initialize_identity(network, random, rest);
}

/// From a temporary: initialize(f, Random(42)).
template <class Network>
void initialize(Network& network, Random&& random) {
  initialize(network, random);
}

}  // namespace icnn::inline ICNN_ISA
