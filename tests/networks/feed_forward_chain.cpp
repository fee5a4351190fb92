// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/feed_forward_chain.hpp>

#include <icnn/activations/softplus.hpp>
#include <icnn/activations/tanh.hpp>

#include <icnn/activations/relu.hpp>
#include <icnn/networks/feed_forward.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

namespace {

template <class Chain>
std::string feed_forward_text(const Chain& chain) {
  std::string text;
  chain.for_each([&](auto, const auto& layer) {
    text += detail::text(layer.inputs(), ">", layer.width(), " ", name_of(layer.activation()), "; ");
  });
  return text;
}

}  // namespace

TEST_CASE("a feed-forward network's layers follow its widths, in sizes of either kind", "[chain]") {
  using Run = FeedForwardChain<double, Tanh, Softplus>;
  FeedForwardOptions options{.inputs = 2, .hidden = {3, 4}, .outputs = 5, .bias = false}, none{.bias = false};
  Layout a, b, c;
  const auto layers = Run::build(a, options, Run::choice(Tanh{}, Softplus(2)));
  CHECK(feed_forward_text(layers) == "2>3 Tanh; 3>4 Tanh; 4>5 Softplus(2); ");
  using Static = StaticFeedForwardChain<double, 2, Dense<3, Tanh>, Dense<4, Tanh>, Dense<5, Softplus>>;
  CHECK(feed_forward_text(Static::build(b, none, Static::choice({}, {}, Softplus(2)))) == feed_forward_text(layers));
  CHECK(a == b);
  CHECK(none == options);
  FeedForwardOptions flat = Run::default_options();
  CHECK(feed_forward_text(FeedForwardChain<double, Tanh, Identity>::build(c, flat, {})) == "1>1 Identity; ");
  FeedForwardOptions unset;
  CHECK_ERROR(Run::build(c, unset, {}), "inputs and outputs of at least 1, got 0");
}

TEST_CASE("sizes that nobody gave, or others than those in the type, are refused", "[feed_forward]") {
  CHECK_ERROR((FeedForward<double, Relu>({.hidden = {4}})), "inputs and outputs of at least 1, got 0");
  using Of = FeedForwardOf<double, Inputs<2>, Dense<3, Relu>, Dense<4>>;
  CHECK(Of({.outputs = 4}).outputs() == 4);
  CHECK(Of().outputs() == 4);
  CHECK_ERROR(Of({.outputs = 5}), "as many outputs as are in the type, 4, got 5");
}
