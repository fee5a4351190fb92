// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "icnn/networks/feed_forward.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/picnn.hpp"

/// Proposition 2 of Amos, Xu and Kolter (ICML 2017), as constructions: a k-layer PICNN represents any k-layer FICNN and
/// any k-layer feed-forward network.
namespace icnn::inline ICNN_ISA {

/// A PICNN with p(x, y) = f(y) for every context x of length \p context: context weights 0, gate biases 1, W^z, W^y, b and
/// the output term those of f. Its context path has width 1.
template <class S, Activation A, Activation First, Activation Output>
[[nodiscard]] auto picnn_from(const Ficnn<S, A, First, Output>& f, Index context) {
  const FicnnOptions& o = f.options();
  Picnn<S, A, Relu, First, Output> p({.context = context,
                                      .inputs = o.inputs,
                                      .hidden = o.hidden,
                                      .context_hidden = Widths(o.hidden.size(), 1),
                                      .passthrough = o.passthrough,
                                      .bias = o.bias,
                                      .non_decreasing = o.non_decreasing,
                                      .quadratic_rank = o.quadratic_rank,
                                      .output = o.output},
                                     PicnnActivations<A, Relu, First, Output>{f.activations(), Relu{}});
  p.edit([&](ParameterEdit<S>& edit) {
    for (const Block& block : f.layout().blocks()) edit[block.name] = f.parameters()[block.name];
  });
  return p;
}

/// A PICNN with p(x, y) = g(x)' y, for a feed-forward network g of n linear outputs: g's hidden layers are the context
/// path, its last weights and bias are W^yu_{k-1} and b^y_{k-1}, W^y_{k-1} = 1', and everything else is 0. The convex path
/// has width 1 and the activation \p A, which no longer matters.
template <class A = Relu, class S, Activation HiddenA>
[[nodiscard]] auto picnn_from(const FeedForward<S, HiddenA, Identity>& g) {
  const FeedForwardOptions& o = g.options();
  const std::vector<Index> ones(o.hidden.size(), 1);
  Picnn<S, A, HiddenA> p({.context = o.inputs, .inputs = o.outputs, .hidden = ones, .context_hidden = o.hidden}, A{},
                         std::get<0>(g.activations()));
  const Index k = g.depth();
  p.edit([&](ParameterEdit<S>& edit) {
    for (Index i = 0; i + 1 < k; ++i) {
      edit[block_name("Wt", i)] = g.parameters()[block_name("W", i)];
      if (o.bias) edit[block_name("bt", i)] = g.parameters()[block_name("b", i)];
    }
    edit[block_name("Wyu", k - 1)] = g.parameters()[block_name("W", k - 1)];
    edit[block_name("by", k - 1)].setZero();
    if (o.bias) edit[block_name("by", k - 1)] = g.parameters()[block_name("b", k - 1)];
    edit[block_name("Wy", k - 1)].setOnes();
  });
  return p;
}

}  // namespace icnn::inline ICNN_ISA
