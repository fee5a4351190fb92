// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "icnn/activations/erased.hpp"
#include "icnn/layers/feed_forward_layer.hpp"
#include "icnn/networks/architecture.hpp"
#include "icnn/networks/chain.hpp"

/// How the layers of a feed-forward network are made: from sizes at run time, or from a type list.
namespace icnn::inline ICNN_ISA {

/// Sizes and options of a feed-forward network. Where the sizes are in the type, they may be left out here; others are
/// refused.
struct FeedForwardOptions {
  Index inputs = 0;    ///< >= 1
  Widths hidden = {};  ///< widths
  Index outputs = 1;
  bool bias = true;

  friend bool operator==(const FeedForwardOptions&, const FeedForwardOptions&) = default;
};

/// The layers of a feed-forward network with run-time sizes: of one type, whatever the activations.
template <class S, class A, class Output>
struct FeedForwardChain {
  static_assert(detail::CheckedActivation<A>::holds && detail::CheckedActivation<Output>::holds);

  using Layer = FeedForwardLayer<S, ErasedActivation<S>>;
  using Layers = DynamicChain<Layer>;
  using Options = FeedForwardOptions;
  using Choice = std::tuple<A, Output>;
  template <class T>
  using Rebind = FeedForwardChain<T, A, Output>;

  [[nodiscard]] static Options default_options() { return {.inputs = 1}; }
  [[nodiscard]] static Choice choice(const A& hidden = {}) { return {hidden, detail::identity_or_default<Output>()}; }
  [[nodiscard]] static Choice choice(const A& hidden, const Output& output) { return {hidden, output}; }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }

  /// activations by value: g++ warns about references to tuples of empty classes, which nothing initializes.
  [[nodiscard]] static Layers build(Layout& layout, Options& options, Choice activations) {
    detail::require_sizes("FeedForward", "inputs and outputs", {options.inputs, options.outputs});
    detail::require_sizes("FeedForward", "hidden widths", options.hidden);
    std::vector<Layer> layers;
    Index previous = options.inputs;
    const auto add = [&](Index width, const ErasedActivation<S>& activation) {
      layers.emplace_back(layout, static_cast<Index>(layers.size()), previous, width, options.bias, activation);
      previous = width;
    };
    const auto hidden = ErasedActivation<S>::of_context(std::get<0>(activations));
    for (const Index width : options.hidden) add(width, hidden);
    add(options.outputs, ErasedActivation<S>::of_context(std::get<1>(activations)));
    return Layers(std::move(layers));
  }
};

namespace detail {

template <class S, int N, class Sequence, class... Specs>
struct StaticFeedForwardLayers;

template <class S, int N, std::size_t... I, class... Specs>
struct StaticFeedForwardLayers<S, N, std::index_sequence<I...>, Specs...> {
  using Chain = StaticChain<0, FeedForwardLayer<S, typename Specs::Activation, widths<N, Specs...>[I], Specs::width>...>;

  [[nodiscard]] static Chain build(Layout& layout, FeedForwardOptions& options,
                                   const std::tuple<typename Specs::Activation...>& activations) {
    take_sizes("FeedForwardOf", options.inputs, N, options.hidden, {Specs::width...});
    constexpr Index outputs = widths<N, Specs...>[sizeof...(Specs)];
    if (options.outputs != 1 && options.outputs != outputs) {
      fail({"FeedForwardOf", text("as many outputs as are in the type, ", outputs), text(options.outputs)});
    }
    options.outputs = outputs;
    return Chain{FeedForwardLayer<S, typename Specs::Activation, widths<N, Specs...>[I], Specs::width>(
        layout, Index{I}, widths<N, Specs...>[I], Specs::width, options.bias, std::get<I>(activations))...};
  }
};

}  // namespace detail

/// The layers of a feed-forward network whose sizes are a type list.
template <class S, int N, class... Specs>
struct StaticFeedForwardChain {
  static_assert(sizeof...(Specs) > 0, "a network has at least one layer");
  using Make = detail::StaticFeedForwardLayers<S, N, std::index_sequence_for<Specs...>, Specs...>;
  using Layers = typename Make::Chain;
  using Options = FeedForwardOptions;
  using Choice = std::tuple<typename Specs::Activation...>;
  template <class T>
  using Rebind = StaticFeedForwardChain<T, N, Specs...>;

  [[nodiscard]] static Options default_options() { return {}; }
  [[nodiscard]] static Choice choice() { return {}; }
  [[nodiscard]] static Choice choice(const typename Specs::Activation&... activations) { return {activations...}; }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }

  [[nodiscard]] static Layers build(Layout& layout, Options& options, const Choice& activations) {
    return Make::build(layout, options, activations);
  }
};

}  // namespace icnn::inline ICNN_ISA
