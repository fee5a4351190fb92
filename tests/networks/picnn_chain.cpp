// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/picnn_chain.hpp>

#include <icnn/activations/any.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

namespace {

/// "2>3 Softplus | 4>5 Tanh": both steps of a layer, from width to width, with their activations.
template <class Chain>
std::string picnn_text(const Chain& chain) {
  std::string text;
  chain.for_each([&](auto, const auto& layer) {
    text += detail::text(layer.previous(), ">", layer.width(), " ", name_of(layer.convex().activation()), " | ",
                         layer.context());
    if (const auto& step = layer.context_step()) text += detail::text(">", step->width(), " ", name_of(step->activation()));
    text += "; ";
  });
  return text;
}

}  // namespace

TEST_CASE("a PICNN's layers: a context layer beside each but the last", "[chain]") {
  using Chain = PicnnChain<double, Softplus, Tanh, Square, Identity>;
  const auto build = [](PicnnOptions options) {
    Layout layout;
    return picnn_text(Chain::build(layout, options, Chain::choice(Softplus(2), Tanh{}, Square{})));
  };
  CHECK(build({.context = 2, .inputs = 3, .hidden = {4, 5}, .context_hidden = {6, 7}}) ==
        "0>4 Square | 2>6 Tanh; 4>5 Softplus(2) | 6>7 Tanh; 5>1 Identity | 7; ");
  CHECK(build({.context = 2, .inputs = 3}) == "0>1 Identity | 2; ");
  CHECK_ERROR(build({.context = 2, .inputs = 3, .hidden = {4}}), "as many context_hidden widths as hidden ones, 1");
  CHECK(Chain::default_options() == PicnnOptions{.context = 1, .inputs = 1});
}

TEST_CASE("a PICNN's layers of compile-time sizes are those of run-time ones, blocks included", "[chain]") {
  using Static = StaticPicnnChain<double, 2, Inputs<3>, Gated<4, Softplus, 6, Tanh>, Gated<5, Softplus, 7, Tanh>, Gated<1>>;
  using Run = PicnnChain<double, Softplus, Tanh, Softplus, Identity>;
  PicnnOptions none{.passthrough = false, .non_decreasing = {0}}, options = none;
  options.context = 2;
  options.inputs = 3;
  options.hidden = {4, 5};
  options.context_hidden = {6, 7};
  Layout a, b;
  CHECK(picnn_text(Static::build(a, none, {})) == picnn_text(Run::build(b, options, Run::choice())));
  CHECK(a == b);
  CHECK(none == options);
}

TEST_CASE("at a context a PICNN is a FICNN with biases, and with C x + d for its linear term", "[chain]") {
  const PicnnOptions options{.context = 2,
                             .inputs = 3,
                             .hidden = {4},
                             .context_hidden = {5},
                             .passthrough = false,
                             .bias = false,
                             .non_decreasing = {1},
                             .output = {.bilinear = true}};
  CHECK(PicnnChain<double, Softplus, Tanh, Softplus, Identity>::folded_options(options) ==
        FicnnOptions{.inputs = 3, .hidden = {4}, .passthrough = false, .non_decreasing = {1}, .output = {.linear = true}});
  CHECK(detail::at_context(OutputTermShape{.diagonal = true, .rank = 2}) == OutputTermShape{.diagonal = true, .rank = 2});
}
