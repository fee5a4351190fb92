// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "icnn/layers/dense_layer.hpp"
#include "icnn/networks/architecture.hpp"
#include "icnn/networks/chain.hpp"

/// How the layers of a feed-forward network are made: from sizes at run time, or from a type list.
namespace icnn::inline ICNN_ISA {

/// Sizes and options of a feed-forward network.
struct FeedForwardArchitecture {
  Index inputs = 1;
  std::vector<Index> hidden = {};
  Index outputs = 1;
  bool bias = true;

  friend bool operator==(const FeedForwardArchitecture&, const FeedForwardArchitecture&) = default;
};

/// What a type list leaves open of one.
struct FeedForwardOptions {
  bool bias = true;

  friend bool operator==(const FeedForwardOptions&, const FeedForwardOptions&) = default;
};

/// The layers of a feed-forward network with run-time sizes.
template <class S, Activation A, Activation Output>
struct FeedForwardChain : DynamicChain<DenseLayer<S, A>, DenseLayer<S, A>, DenseLayer<S, Output>> {
  using Base = DynamicChain<DenseLayer<S, A>, DenseLayer<S, A>, DenseLayer<S, Output>>;
  using Options = FeedForwardArchitecture;
  using Choice = std::tuple<A, Output>;
  static constexpr int InputWidth = Dynamic;
  static constexpr int OutputWidth = Dynamic;
  template <class T>
  using Rebind = FeedForwardChain<T, A, Output>;

  using Base::Base;

  [[nodiscard]] static Choice choice(const A& hidden = {}) { return {hidden, detail::identity_or_default<Output>()}; }
  [[nodiscard]] static Choice choice(const A& hidden, const Output& output) { return {hidden, output}; }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }

  [[nodiscard]] static FeedForwardChain build(Layout& layout, const Options& options, const Choice& activations) {
    detail::require_sizes("FeedForward", "inputs and outputs", {options.inputs, options.outputs});
    detail::require_sizes("FeedForward", "hidden widths", options.hidden);
    std::vector<DenseLayer<S, A>> hidden;
    Index previous = options.inputs;
    for (const Index width : options.hidden) {
      hidden.emplace_back(layout, static_cast<Index>(hidden.size()), previous, width, options.bias,
                          std::get<0>(activations));
      previous = width;
    }
    DenseLayer<S, Output> last(layout, static_cast<Index>(hidden.size()), previous, options.outputs, options.bias,
                               std::get<1>(activations));
    return FeedForwardChain(std::nullopt, std::move(hidden), std::move(last));
  }
};

namespace detail {

template <class S, int N, class Sequence, class... Specs>
struct StaticFeedForwardLayers;

template <class S, int N, std::size_t... I, class... Specs>
struct StaticFeedForwardLayers<S, N, std::index_sequence<I...>, Specs...> {
  using Chain = StaticChain<DenseLayer<S, typename Specs::Activation, widths<N, Specs...>[I], Specs::width>...>;

  [[nodiscard]] static Chain build(Layout& layout, const FeedForwardOptions& options,
                                   const std::tuple<typename Specs::Activation...>& activations) {
    return Chain{DenseLayer<S, typename Specs::Activation, widths<N, Specs...>[I], Specs::width>(
        layout, Index{I}, widths<N, Specs...>[I], Specs::width, options.bias, std::get<I>(activations))...};
  }
};

}  // namespace detail

/// The layers of a feed-forward network whose sizes are a type list.
template <class S, int N, class... Specs>
struct StaticFeedForwardChain : detail::StaticFeedForwardLayers<S, N, std::index_sequence_for<Specs...>, Specs...>::Chain {
  static_assert(sizeof...(Specs) > 0, "a network has at least one layer");
  using Layers = detail::StaticFeedForwardLayers<S, N, std::index_sequence_for<Specs...>, Specs...>;
  using Base = typename Layers::Chain;
  using Options = FeedForwardOptions;
  using Choice = std::tuple<typename Specs::Activation...>;
  static constexpr int InputWidth = N;
  static constexpr int OutputWidth = detail::widths<N, Specs...>[sizeof...(Specs)];
  template <class T>
  using Rebind = StaticFeedForwardChain<T, N, Specs...>;

  explicit StaticFeedForwardChain(Base base) : Base(std::move(base)) {}

  [[nodiscard]] static Choice choice() { return {}; }
  [[nodiscard]] static Choice choice(const typename Specs::Activation&... activations) { return {activations...}; }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }

  [[nodiscard]] static StaticFeedForwardChain build(Layout& layout, const Options& options, const Choice& activations) {
    return StaticFeedForwardChain(Layers::build(layout, options, activations));
  }
};

}  // namespace icnn::inline ICNN_ISA
