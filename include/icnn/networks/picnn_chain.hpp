// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "icnn/layers/picnn_layer.hpp"
#include "icnn/networks/ficnn_chain.hpp"

/// How the layers of a PICNN are made: from sizes at run time, or from a type list.
namespace icnn::inline ICNN_ISA {

/// Sizes and options of a PICNN.
struct PicnnArchitecture {
  Index context = 1;                       ///< c, length of x
  Index inputs = 1;                        ///< n
  std::vector<Index> hidden = {};          ///< widths m_1..m_{k-1} of the convex path
  std::vector<Index> context_hidden = {};  ///< widths n_1..n_{k-1} of the context path: as many
  bool passthrough = true;                 ///< W^y_i, W^yu_i, b^y_i for i >= 1; the first layer always sees y
  bool bias = true;                        ///< b_i and b~_i; the gates' biases are always there
  Gate gate = Gate::positive_part;
  std::vector<Index> non_decreasing = {};  ///< inputs in which f must not decrease: W^y >= 0, behind non-negative gates
  OutputTermShape output = {};             ///< D, L, C, d

  friend bool operator==(const PicnnArchitecture&, const PicnnArchitecture&) = default;
};

/// What a type list leaves open of a PICNN.
struct PicnnOptions {
  bool passthrough = true;
  bool bias = true;
  Gate gate = Gate::positive_part;
  std::vector<Index> non_decreasing = {};
  OutputTermShape output = {};

  friend bool operator==(const PicnnOptions&, const PicnnOptions&) = default;
};

namespace detail {

/// The output term of the FICNN at a context: C x + d is its d.
[[nodiscard]] inline OutputTermShape at_context(OutputTermShape shape) {
  shape.linear = shape.linear || shape.bilinear;
  shape.bilinear = false;
  return shape;
}

}  // namespace detail

/// Activations of a PICNN with run-time depth.
template <Activation A, Activation ContextA, Activation First = A, Activation Output = Identity>
struct PicnnActivations {
  Activations<A, First, Output> convex = {};
  ContextA context = {};

  friend bool operator==(const PicnnActivations&, const PicnnActivations&) = default;
};

/// The layers of a PICNN with run-time sizes.
template <class S, Activation A, Activation ContextA, Activation First, Activation Output>
struct PicnnChain
    : DynamicChain<PicnnLayer<S, First, ContextA, Dynamic, 0>, PicnnLayer<S, A, ContextA>, PicnnLayer<S, Output, ContextA>> {
  using FirstLayer = PicnnLayer<S, First, ContextA, Dynamic, 0>;
  using Base = DynamicChain<FirstLayer, PicnnLayer<S, A, ContextA>, PicnnLayer<S, Output, ContextA>>;
  using Options = PicnnArchitecture;
  using Choice = PicnnActivations<A, ContextA, First, Output>;
  using Convex = Activations<A, First, Output>;
  using Folded = FicnnChain<S, A, First, Output>;
  static constexpr int ContextSize = Dynamic;
  template <class T>
  using Rebind = PicnnChain<T, A, ContextA, First, Output>;

  using Base::Base;

  [[nodiscard]] static Choice choice(const A& activation = {}, const ContextA& context = {}) {
    return {Convex::all(activation), context};
  }
  [[nodiscard]] static Choice choice(const A& hidden, const ContextA& context, const First& first,
                                     const Output& output = detail::identity_or_default<Output>()) {
    return {{{hidden}, first, output}, context};
  }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }

  [[nodiscard]] static PicnnChain build(Layout& layout, const Options& o, const Choice& activations) {
    if (o.hidden.empty()) {
      detail::require_inputs("Picnn", o.inputs, o.non_decreasing, activations.convex.output);
    } else {
      detail::require_inputs("Picnn", o.inputs, o.non_decreasing, activations.convex.first);
    }
    detail::require_sizes("Picnn", "a context", {o.context});
    detail::require_sizes("Picnn", "hidden widths", o.hidden);
    detail::require_sizes("Picnn", "context_hidden widths", o.context_hidden);
    if (o.hidden.size() != o.context_hidden.size()) {
      fail({"Picnn", detail::text("as many context_hidden widths as hidden ones, ", o.hidden.size()),
            detail::text(o.context_hidden.size()), "every layer of the convex path has a context layer beside it"});
    }
    const std::size_t count = o.hidden.size();
    detail::require_activations(activations.convex.hidden, count > 0 ? count - 1 : 0);
    const auto shape = [&](std::size_t i) {
      return PicnnShape{
          {o.inputs, i == 0 ? 0 : o.hidden[i - 1], i < count ? o.hidden[i] : 1, o.passthrough, o.bias, o.non_decreasing},
          i == 0 ? o.context : o.context_hidden[i - 1],
          i < count ? o.context_hidden[i] : 0,
          o.gate};
    };
    std::optional<FirstLayer> first;
    std::vector<PicnnLayer<S, A, ContextA>> hidden;
    if (count > 0) first.emplace(layout, 0, shape(0), activations.convex.first, activations.context);
    for (std::size_t i = 1; i < count; ++i) {
      hidden.emplace_back(layout, static_cast<Index>(i), shape(i), detail::activation_at(activations.convex.hidden, i - 1),
                          activations.context);
    }
    PicnnLayer<S, Output, ContextA> last(layout, static_cast<Index>(count), shape(count), activations.convex.output,
                                         activations.context);
    return PicnnChain(std::move(first), std::move(hidden), std::move(last));
  }

  [[nodiscard]] static FicnnArchitecture folded_options(const Options& o) {
    return {o.inputs, o.hidden, o.passthrough, true, o.non_decreasing, detail::at_context(o.output)};
  }
  [[nodiscard]] static const Convex& folded_choice(const Choice& choice) { return choice.convex; }
};

namespace detail {

template <class S, int C, int N, class Sequence, class... Specs>
struct StaticPicnnLayers;

template <class S, int C, int N, std::size_t... I, class... Specs>
struct StaticPicnnLayers<S, C, N, std::index_sequence<I...>, Specs...> {
  static_assert(((Specs::context_width > 0 || I + 1 == sizeof...(Specs)) && ...),
                "every layer of a PICNN but the last has a context layer beside it: Gated<W, A, V, ContextA> with V >= 1");
  template <std::size_t J, class Spec>
  using Layer =
      PicnnLayer<S, typename Spec::Activation, typename Spec::ContextActivation, N, widths<0, Specs...>[J], Spec::width,
                 context_widths<C, Specs...>[J], (J + 1 < sizeof...(Specs) ? Spec::context_width : 0)>;
  using Chain = StaticChain<Layer<I, Specs>...>;
  using ConvexChoice = std::tuple<typename Specs::Activation...>;
  using ContextChoice = std::tuple<typename Specs::ContextActivation...>;

  [[nodiscard]] static Chain build(Layout& layout, const PicnnOptions& o, const ConvexChoice& activations,
                                   const ContextChoice& contexts) {
    require_inputs("PicnnOf", N, o.non_decreasing, std::get<0>(activations));
    return Chain{Layer<I, Specs>(layout, Index{I},
                                 {{N, widths<0, Specs...>[I], Specs::width, o.passthrough, o.bias, o.non_decreasing},
                                  context_widths<C, Specs...>[I],
                                  I + 1 < sizeof...(Specs) ? Specs::context_width : 0,
                                  o.gate},
                                 std::get<I>(activations), std::get<I>(contexts))...};
  }
};

}  // namespace detail

/// The layers of a PICNN whose sizes are a type list.
template <class S, int C, int N, class... Specs>
struct StaticPicnnChain : detail::StaticPicnnLayers<S, C, N, std::index_sequence_for<Specs...>, Specs...>::Chain {
  using Layers = detail::StaticPicnnLayers<S, C, N, std::index_sequence_for<Specs...>, Specs...>;
  using Base = typename Layers::Chain;
  using Options = PicnnOptions;
  using Choice = std::tuple<typename Layers::ConvexChoice, typename Layers::ContextChoice>;
  using Folded = StaticFicnnChain<S, N, Dense<Specs::width, typename Specs::Activation>...>;
  static constexpr int ContextSize = C;
  template <class T>
  using Rebind = StaticPicnnChain<T, C, N, Specs...>;

  explicit StaticPicnnChain(Base base) : Base(std::move(base)) {}

  [[nodiscard]] static Choice choice() { return {}; }
  [[nodiscard]] static Choice choice(const Choice& choice) { return choice; }

  [[nodiscard]] static StaticPicnnChain build(Layout& layout, const Options& options, const Choice& choice) {
    return StaticPicnnChain(Layers::build(layout, options, std::get<0>(choice), std::get<1>(choice)));
  }

  [[nodiscard]] static FicnnOptions folded_options(const Options& o) {
    return {o.passthrough, true, o.non_decreasing, detail::at_context(o.output)};
  }
  [[nodiscard]] static const typename Layers::ConvexChoice& folded_choice(const Choice& choice) {
    return std::get<0>(choice);
  }
};

}  // namespace icnn::inline ICNN_ISA
