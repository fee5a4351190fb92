// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include "icnn/layers/ficnn_layer.hpp"
#include "icnn/layers/output_term.hpp"
#include "icnn/networks/architecture.hpp"
#include "icnn/networks/chain.hpp"

/// How the layers of a FICNN are made: from sizes at run time, or from a type list.
namespace icnn::inline ICNN_ISA {

/// Sizes and options of a FICNN. Where the sizes are in the type, they may be left out here; others are refused.
struct FicnnOptions {
  Index inputs = 0;                        ///< n >= 1
  Widths hidden = {};                      ///< widths m_1..m_{k-1}; none: one affine layer
  bool passthrough = true;                 ///< W^y_i for i >= 1; the first layer always sees y
  bool bias = true;                        ///< b_i
  std::vector<Index> non_decreasing = {};  ///< inputs in which f must not decrease: their columns of W^y are >= 0
  Index quadratic_rank = 0;                ///< R: sum_r (a_r'y)^2, r = 1..R, at every unit that sees y
  OutputTermShape output = {};             ///< D, L, d

  friend bool operator==(const FicnnOptions&, const FicnnOptions&) = default;
};

namespace detail {

/// A layer of the convex path of a network with these options, of a FICNN or a PICNN.
template <class Options>
[[nodiscard]] ConvexShape convex_shape(const Options& o, Index previous, Index width) {
  return {.inputs = o.inputs,
          .previous = previous,
          .width = width,
          .passthrough = o.passthrough,
          .bias = o.bias,
          .non_decreasing = o.non_decreasing,
          .quadratic_rank = o.quadratic_rank};
}

template <class S>
using FicnnLayers = DynamicChain<FicnnLayer<S, ErasedActivation<S>>>;

/// The layers of a FICNN with run-time sizes.
template <class S>
[[nodiscard]] FicnnLayers<S> make_ficnn_layers(Layout& layout, const FicnnOptions& options,
                                               const ErasedActivations<S>& activations) {
  const auto& widths = options.hidden;
  const std::size_t count = widths.size();
  require_sizes("Ficnn", "hidden widths", widths);
  activations.require(count > 0 ? count - 1 : 0);
  require_inputs("Ficnn", options, activations.at(0, count));
  std::vector<FicnnLayer<S, ErasedActivation<S>>> layers;
  layers.reserve(count + 1);
  for (std::size_t i = 0; i <= count; ++i) {
    layers.emplace_back(layout, static_cast<Index>(i),
                        convex_shape(options, i == 0 ? 0 : widths[i - 1], i < count ? widths[i] : 1),
                        activations.at(i, count));
  }
  return FicnnLayers<S>(std::move(layers));
}

}  // namespace detail

/// The layers of a FICNN with run-time sizes: of one type, whatever the activations.
template <class S, class A, class First, class Output>
struct FicnnChain {
  static_assert(Proposition1<A>::holds && Proposition1FirstLayer<First>::holds && Proposition1<Output>::holds);

  using Layers = detail::FicnnLayers<S>;
  using Options = FicnnOptions;
  using Choice = Activations<A, First, Output>;
  template <class T>
  using Rebind = FicnnChain<T, A, First, Output>;

  /// What a network has that nobody gave sizes.
  [[nodiscard]] static Options default_options() { return {.inputs = 1}; }

  [[nodiscard]] static Choice choice(const A& activation = {}) { return Choice::all(activation); }
  [[nodiscard]] static Choice choice(const A& hidden, const First& first,
                                     const Output& output = detail::identity_or_default<Output>()) {
    return {{hidden}, first, output};
  }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }
  template <detail::OtherActivation<A> Other, class... More>
  [[nodiscard]] static Choice choice(const Other&, const More&...) {
    static_assert(detail::RefusedActivation<Other, A>::holds);
    return {};
  }

  [[nodiscard]] static Layers build(Layout& layout, Options& options, const Choice& activations) {
    return detail::make_ficnn_layers<S>(layout, options, detail::ErasedActivations<S>(activations));
  }
};

namespace detail {

template <class S, class In, class Sequence, class... Specs>
struct StaticFicnnLayers;

template <class S, class In, std::size_t... I, class... Specs>
struct StaticFicnnLayers<S, In, std::index_sequence<I...>, Specs...> {
  template <std::size_t J, class Spec>
  using Layer = FicnnLayer<S, typename Spec::Activation, In::size, widths<0, Specs...>[J], Spec::width, In::quadratic_rank>;
  using Chain = StaticChain<In::output_rank, Layer<I, Specs>...>;
  static constexpr int most_parameters =
      ((Specs::width * (widths<0, Specs...>[I] + In::size * (1 + In::quadratic_rank) + 1)) + ...) +
      In::size * (2 + std::max(In::output_rank, 0));

  /// Of options that leave the hidden widths to the type; allocates nothing with a layout of sizes.
  [[nodiscard]] static Chain build(Layout& layout, FicnnOptions& o,
                                   const std::tuple<typename Specs::Activation...>& activations) {
    take_inputs("FicnnOf", o.inputs, In::size);
    take_quadratic_rank("FicnnOf", o.quadratic_rank, In::quadratic_rank);
    take_output_rank("FicnnOf", o.output.rank, In::output_rank);
    require_inputs("FicnnOf", o, std::get<0>(activations));
    return Chain{Layer<I, Specs>(layout, Index{I}, convex_shape(o, widths<0, Specs...>[I], Specs::width),
                                 std::get<I>(activations))...};
  }
};

}  // namespace detail

/// The layers of a FICNN whose sizes are a type list; In is an Inputs.
template <class S, class In, class... Specs>
struct StaticFicnnChain {
  using Make = detail::StaticFicnnLayers<S, In, std::index_sequence_for<Specs...>, Specs...>;
  using Layers = typename Make::Chain;
  using Options = FicnnOptions;
  using Choice = std::tuple<typename Specs::Activation...>;
  template <class T>
  using Rebind = StaticFicnnChain<T, In, Specs...>;

  [[nodiscard]] static Options default_options() { return {}; }
  [[nodiscard]] static Choice choice() { return {}; }
  [[nodiscard]] static Choice choice(const typename Specs::Activation&... activations) { return {activations...}; }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }

  [[nodiscard]] static Layers build(Layout& layout, Options& options, const Choice& activations) {
    detail::take_widths("FicnnOf", options.hidden, {Specs::width...});
    return Make::build(layout, options, activations);
  }
  /// The same without filling in the options' hidden widths, so that nothing is allocated with a layout of sizes.
  [[nodiscard]] static Layers build_layers(Layout& layout, Options& options, const Choice& activations) {
    return Make::build(layout, options, activations);
  }

  /// Parameters that such a network has at most, all options switched on.
  static constexpr int most_parameters = Make::most_parameters;
};

}  // namespace icnn::inline ICNN_ISA
