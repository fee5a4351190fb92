// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "icnn/layers/ficnn_layer.hpp"
#include "icnn/layers/output_term.hpp"
#include "icnn/networks/architecture.hpp"
#include "icnn/networks/chain.hpp"

/// How the layers of a FICNN are made: from sizes at run time, or from a type list.
namespace icnn::inline ICNN_ISA {

/// Sizes and options of a FICNN.
struct FicnnArchitecture {
  Index inputs = 1;                        ///< n
  std::vector<Index> hidden = {};          ///< widths m_1..m_{k-1}; none: one affine layer
  bool passthrough = true;                 ///< W^y_i for i >= 1; the first layer always sees y
  bool bias = true;                        ///< b_i
  std::vector<Index> non_decreasing = {};  ///< inputs in which f must not decrease: their columns of W^y are >= 0
  OutputTermShape output = {};             ///< D, L, d

  friend bool operator==(const FicnnArchitecture&, const FicnnArchitecture&) = default;
};

/// What a type list leaves open of a FICNN.
struct FicnnOptions {
  bool passthrough = true;
  bool bias = true;
  std::vector<Index> non_decreasing = {};
  OutputTermShape output = {};

  friend bool operator==(const FicnnOptions&, const FicnnOptions&) = default;
};

/// The layers of a FICNN with run-time sizes.
template <class S, Activation A, Activation First, Activation Output>
struct FicnnChain : DynamicChain<FicnnLayer<S, First, Dynamic, 0>, FicnnLayer<S, A>, FicnnLayer<S, Output>> {
  using FirstLayer = FicnnLayer<S, First, Dynamic, 0>;
  using Base = DynamicChain<FirstLayer, FicnnLayer<S, A>, FicnnLayer<S, Output>>;
  using Options = FicnnArchitecture;
  using Choice = Activations<A, First, Output>;
  template <class T>
  using Rebind = FicnnChain<T, A, First, Output>;

  using Base::Base;

  [[nodiscard]] static Choice choice(const A& activation = {}) { return Choice::all(activation); }
  [[nodiscard]] static Choice choice(const A& hidden, const First& first,
                                     const Output& output = detail::identity_or_default<Output>()) {
    return {{hidden}, first, output};
  }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }

  [[nodiscard]] static FicnnChain build(Layout& layout, const Options& options, const Choice& activations) {
    const auto& widths = options.hidden;
    detail::require_sizes("Ficnn", "hidden widths", widths);
    detail::require_activations(activations.hidden, widths.empty() ? 0 : widths.size() - 1);
    if (widths.empty()) {
      detail::require_inputs("Ficnn", options.inputs, options.non_decreasing, activations.output);
    } else {
      detail::require_inputs("Ficnn", options.inputs, options.non_decreasing, activations.first);
    }
    const auto shape = [&](Index previous, Index width) {
      return ConvexShape{options.inputs, previous, width, options.passthrough, options.bias, options.non_decreasing};
    };
    std::optional<FirstLayer> first;
    std::vector<FicnnLayer<S, A>> hidden;
    if (!widths.empty()) first.emplace(layout, 0, shape(0, widths[0]), activations.first);
    for (std::size_t i = 1; i < widths.size(); ++i) {
      hidden.emplace_back(layout, static_cast<Index>(i), shape(widths[i - 1], widths[i]),
                          detail::activation_at(activations.hidden, i - 1));
    }
    const Index previous = widths.empty() ? 0 : widths.back();
    FicnnLayer<S, Output> last(layout, static_cast<Index>(widths.size()), shape(previous, 1), activations.output);
    return FicnnChain(std::move(first), std::move(hidden), std::move(last));
  }
};

namespace detail {

template <class S, int N, class Sequence, class... Specs>
struct StaticFicnnLayers;

template <class S, int N, std::size_t... I, class... Specs>
struct StaticFicnnLayers<S, N, std::index_sequence<I...>, Specs...> {
  using Chain = StaticChain<FicnnLayer<S, typename Specs::Activation, N, widths<0, Specs...>[I], Specs::width>...>;

  [[nodiscard]] static Chain build(Layout& layout, const FicnnOptions& o,
                                   const std::tuple<typename Specs::Activation...>& activations) {
    require_inputs("FicnnOf", N, o.non_decreasing, std::get<0>(activations));
    return Chain{FicnnLayer<S, typename Specs::Activation, N, widths<0, Specs...>[I], Specs::width>(
        layout, Index{I}, {N, widths<0, Specs...>[I], Specs::width, o.passthrough, o.bias, o.non_decreasing},
        std::get<I>(activations))...};
  }
};

}  // namespace detail

/// The layers of a FICNN whose sizes are a type list.
template <class S, int N, class... Specs>
struct StaticFicnnChain : detail::StaticFicnnLayers<S, N, std::index_sequence_for<Specs...>, Specs...>::Chain {
  using Layers = detail::StaticFicnnLayers<S, N, std::index_sequence_for<Specs...>, Specs...>;
  using Base = typename Layers::Chain;
  using Options = FicnnOptions;
  using Choice = std::tuple<typename Specs::Activation...>;
  template <class T>
  using Rebind = StaticFicnnChain<T, N, Specs...>;

  explicit StaticFicnnChain(Base base) : Base(std::move(base)) {}

  [[nodiscard]] static Choice choice() { return {}; }
  [[nodiscard]] static Choice choice(const typename Specs::Activation&... activations) { return {activations...}; }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }

  [[nodiscard]] static StaticFicnnChain build(Layout& layout, const Options& options, const Choice& activations) {
    return StaticFicnnChain(Layers::build(layout, options, activations));
  }
};

}  // namespace icnn::inline ICNN_ISA
