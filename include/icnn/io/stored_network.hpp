// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>
#include <tuple>
#include <type_traits>

#include "icnn/functions/standardized.hpp"
#include "icnn/io/choice_text.hpp"
#include "icnn/networks/sparse_feed_forward.hpp"

/// What is written of every type of network, and made from it again.
namespace icnn::inline ICNN_ISA {

namespace detail {

template <class Network, class Chain>
struct StoredChain {
  using Options = typename Network::Options;
  using Choice = typename Chain::Choice;

  static void put(NetworkText& text, const Network& network) {
    visit_options(network.options(), OptionsWriter{text});
    ChoiceText<Chain>::put(text, network.activations());
  }
  /// Calls make(options, activations) with what the text says.
  template <class Make>
  static auto take(NetworkText& text, Make make) {
    Options options{};
    visit_options(options, OptionsReader{text});
    return make(options, ChoiceText<Chain>::take(text, options.hidden.size()));
  }
  static Layout layout(const Options& options, const Choice& choice) { return Network::layout_of(options, choice); }
  static Network make(const Options& options, const Choice& choice) { return Network(options, choice); }
};

/// The kind, what it is made from, and how.
template <class Network>
struct StoredNetwork {
  static_assert(
      sizeof(Network) == 0,
      "what is stored is a Ficnn, Picnn, FeedForward or SparseFeedForward, or one of them standardized and held by "
      "value");
};
template <class Chain>
struct StoredNetwork<BasicFicnn<Chain>> : StoredChain<BasicFicnn<Chain>, Chain> {
  static constexpr const char* kind = "ficnn";
};
template <class Chain>
struct StoredNetwork<BasicPicnn<Chain>> : StoredChain<BasicPicnn<Chain>, Chain> {
  static constexpr const char* kind = "picnn";
};
template <class Chain>
struct StoredNetwork<BasicFeedForward<Chain>> : StoredChain<BasicFeedForward<Chain>, Chain> {
  static constexpr const char* kind = "feed_forward";
};
template <class S, class A>
struct StoredNetwork<SparseFeedForward<S, A>> {
  using Network = SparseFeedForward<S, A>;
  static constexpr const char* kind = "sparse_feed_forward";
  static void put(NetworkText& text, const Network& network) {
    const auto options = network.options();
    visit_options(options, OptionsWriter{text});
    text.put("output_activation", name_of(network.activation()));
  }
  template <class Make>
  static auto take(NetworkText& text, Make make) {
    SparseFeedForwardOptions options{};
    visit_options(options, OptionsReader{text});
    return make(options, ActivationList(text, "output_activation", "Identity").template one<A>());
  }
  static Layout layout(const SparseFeedForwardOptions& options, const A& activation) {
    return Network::layout_of(options, activation);
  }
  static Network make(const SparseFeedForwardOptions& options, const A& activation) { return Network(options, activation); }
};

/// A network alone, or with its scaler.
template <class F>
struct StoredFunction {
  using Network = F;
  static constexpr bool scaled = false;
  static const Network& network(const F& f) { return f; }
};
template <class F>
struct StoredFunction<Standardized<F>> {
  using Network = F;
  static constexpr bool scaled = true;
  static const Network& network(const Standardized<F>& f) { return f.function(); }
};

/// Calls visit(name, vector) with all of a scaling; the two numbers are vectors of one.
template <class Scaling, class Visit>
void visit_scaling(Scaling& s, Visit visit) {
  visit("scaling.center", s.center);
  visit("scaling.scale", s.scale);
  visit("scaling.context_center", s.context_center);
  visit("scaling.context_scale", s.context_scale);
  visit("scaling.output_center", s.output_center);
  visit("scaling.output_scale", s.output_scale);
}

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
