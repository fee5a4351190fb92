// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include "icnn/layers/picnn_layer.hpp"
#include "icnn/networks/ficnn_chain.hpp"

/// How the layers of a PICNN are made: from sizes at run time, or from a type list.
namespace icnn::inline ICNN_ISA {

/// Sizes and options of a PICNN. Where the sizes are in the type, they may be left out here; others are refused.
struct PicnnOptions {
  Index context = 0;           ///< c >= 1, length of x
  Index inputs = 0;            ///< n >= 1
  Widths hidden = {};          ///< widths m_1..m_{k-1} of the convex path
  Widths context_hidden = {};  ///< widths n_1..n_{k-1} of the context path: as many
  bool passthrough = true;     ///< W^y_i, W^yu_i, b^y_i for i >= 1; the first layer always sees y
  bool bias = true;            ///< b_i and b~_i; the gates' biases are always there
  Gate gate = Gate::positive_part;
  std::vector<Index> non_decreasing = {};  ///< inputs in which f must not decrease: W^y >= 0, behind non-negative gates
  Index quadratic_rank = 0;                ///< R: sum_r (a_r'(y o gate))^2, r = 1..R, at every unit that sees y
  OutputTermShape output = {};             ///< D, L, C, d

  friend bool operator==(const PicnnOptions&, const PicnnOptions&) = default;
};

namespace detail {

/// The output term of the FICNN at a context: C x + d is its d.
[[nodiscard]] inline OutputTermShape at_context(OutputTermShape shape) {
  shape.linear = shape.linear || shape.bilinear;
  shape.bilinear = false;
  return shape;
}

/// The options of the FICNN at a context.
[[nodiscard]] inline FicnnOptions at_context(const PicnnOptions& o) {
  return {.inputs = o.inputs,
          .hidden = o.hidden,
          .passthrough = o.passthrough,
          .non_decreasing = o.non_decreasing,
          .quadratic_rank = o.quadratic_rank,
          .output = at_context(o.output)};
}

template <class S>
using PicnnLayers = DynamicChain<PicnnLayer<S, ErasedActivation<S>, ErasedActivation<S>>>;

/// The layers of a PICNN with run-time sizes.
template <class S>
[[nodiscard]] PicnnLayers<S> make_picnn_layers(Layout& layout, const PicnnOptions& o,
                                               const ErasedActivations<S>& activations, const ErasedActivation<S>& context) {
  const std::size_t count = o.hidden.size();
  require_inputs("Picnn", o, activations.at(0, count));
  require_sizes("Picnn", "a context", {o.context});
  require_sizes("Picnn", "hidden widths", o.hidden);
  require_sizes("Picnn", "context_hidden widths", o.context_hidden);
  if (count != o.context_hidden.size()) {
    fail({"Picnn", text("as many context_hidden widths as hidden ones, ", count), text(o.context_hidden.size()),
          "every layer of the convex path has a context layer beside it"});
  }
  activations.require(count > 0 ? count - 1 : 0);
  std::vector<PicnnLayer<S, ErasedActivation<S>, ErasedActivation<S>>> layers;
  layers.reserve(count + 1);
  for (std::size_t i = 0; i <= count; ++i) {
    const PicnnShape shape{.convex = convex_shape(o, i == 0 ? 0 : o.hidden[i - 1], i < count ? o.hidden[i] : 1),
                           .context = i == 0 ? o.context : o.context_hidden[i - 1],
                           .next_context = i < count ? o.context_hidden[i] : 0,
                           .gate = o.gate};
    layers.emplace_back(layout, static_cast<Index>(i), shape, activations.at(i, count), context);
  }
  return PicnnLayers<S>(std::move(layers));
}

}  // namespace detail

/// Activations of a PICNN with run-time depth.
template <Activation A, Activation ContextA, Activation First = A, Activation Output = Identity>
struct PicnnActivations {
  Activations<A, First, Output> convex = {};
  ContextA context = {};

  friend bool operator==(const PicnnActivations&, const PicnnActivations&) = default;
};

/// The layers of a PICNN with run-time sizes: of one type, whatever the activations.
template <class S, class A, class ContextA, class First, class Output>
struct PicnnChain {
  static_assert(Proposition1<A>::holds && Proposition1FirstLayer<First>::holds && Proposition1<Output>::holds);

  using Layers = detail::PicnnLayers<S>;
  using Options = PicnnOptions;
  using Choice = PicnnActivations<A, ContextA, First, Output>;
  using Convex = Activations<A, First, Output>;
  using Folded = FicnnChain<S, A, First, Output>;
  template <class T>
  using Rebind = PicnnChain<T, A, ContextA, First, Output>;

  [[nodiscard]] static Options default_options() { return {.context = 1, .inputs = 1}; }
  [[nodiscard]] static Choice choice(const A& activation = {}, const ContextA& context = {}) {
    return {Convex::all(activation), context};
  }
  [[nodiscard]] static Choice choice(const A& hidden, const ContextA& context, const First& first,
                                     const Output& output = detail::identity_or_default<Output>()) {
    return {{{hidden}, first, output}, context};
  }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }
  template <detail::OtherActivation<A> Other, class... More>
  [[nodiscard]] static Choice choice(const Other&, const More&...) {
    static_assert(detail::RefusedActivation<Other, A>::holds);
    return {};
  }

  [[nodiscard]] static Layers build(Layout& layout, Options& options, const Choice& activations) {
    return detail::make_picnn_layers<S>(layout, options, detail::ErasedActivations<S>(activations.convex),
                                        ErasedActivation<S>::of_context(activations.context));
  }

  [[nodiscard]] static FicnnOptions folded_options(const Options& o) { return detail::at_context(o); }
  [[nodiscard]] static const Convex& folded_choice(const Choice& choice) { return choice.convex; }
};

namespace detail {

template <class S, int C, class In, class Sequence, class... Specs>
struct StaticPicnnLayers;

template <class S, int C, class In, std::size_t... I, class... Specs>
struct StaticPicnnLayers<S, C, In, std::index_sequence<I...>, Specs...> {
  static_assert(((Specs::context_width > 0 || I + 1 == sizeof...(Specs)) && ...),
                "every layer of a PICNN but the last has a context layer beside it: Gated<W, A, V, ContextA> with V >= 1");
  template <std::size_t J, class Spec>
  using Layer = PicnnLayer<S, typename Spec::Activation, typename Spec::ContextActivation, In::size, widths<0, Specs...>[J],
                           Spec::width, context_widths<C, Specs...>[J], (J + 1 < sizeof...(Specs) ? Spec::context_width : 0),
                           In::quadratic_rank>;
  using Chain = StaticChain<In::output_rank, Layer<I, Specs>...>;
  using ConvexChoice = std::tuple<typename Specs::Activation...>;
  using ContextChoice = std::tuple<typename Specs::ContextActivation...>;

  [[nodiscard]] static Chain build(Layout& layout, PicnnOptions& o, const ConvexChoice& activations,
                                   const ContextChoice& contexts) {
    take_inputs("PicnnOf", o.inputs, In::size);
    take_quadratic_rank("PicnnOf", o.quadratic_rank, In::quadratic_rank);
    take_output_rank("PicnnOf", o.output.rank, In::output_rank);
    take_inputs("PicnnOf", o.context, C);
    require_inputs("PicnnOf", o, std::get<0>(activations));
    return Chain{Layer<I, Specs>(layout, Index{I},
                                 PicnnShape{.convex = convex_shape(o, widths<0, Specs...>[I], Specs::width),
                                            .context = context_widths<C, Specs...>[I],
                                            .next_context = I + 1 < sizeof...(Specs) ? Specs::context_width : 0,
                                            .gate = o.gate},
                                 std::get<I>(activations), std::get<I>(contexts))...};
  }
};

}  // namespace detail

/// The layers of a PICNN whose sizes are a type list; In is an Inputs.
template <class S, int C, class In, class... Specs>
struct StaticPicnnChain {
  using Make = detail::StaticPicnnLayers<S, C, In, std::index_sequence_for<Specs...>, Specs...>;
  using Layers = typename Make::Chain;
  using Options = PicnnOptions;
  using Choice = std::tuple<typename Make::ConvexChoice, typename Make::ContextChoice>;
  using Folded = StaticFicnnChain<S, In, Dense<Specs::width, typename Specs::Activation>...>;
  template <class T>
  using Rebind = StaticPicnnChain<T, C, In, Specs...>;

  [[nodiscard]] static Options default_options() { return {}; }
  [[nodiscard]] static Choice choice() { return {}; }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }

  [[nodiscard]] static Layers build(Layout& layout, Options& options, const Choice& choice) {
    detail::take_widths("PicnnOf", options.hidden, {Specs::width...});
    detail::take_widths("PicnnOf", options.context_hidden, {Specs::context_width...});
    return Make::build(layout, options, std::get<0>(choice), std::get<1>(choice));
  }
  /// See StaticFicnnChain.
  [[nodiscard]] static Layers build_layers(Layout& layout, Options& options, const Choice& choice) {
    return Make::build(layout, options, std::get<0>(choice), std::get<1>(choice));
  }

  [[nodiscard]] static FicnnOptions folded_options(const Options& o) { return detail::at_context(o); }
  [[nodiscard]] static const typename Make::ConvexChoice& folded_choice(const Choice& choice) { return std::get<0>(choice); }
};

}  // namespace icnn::inline ICNN_ISA
