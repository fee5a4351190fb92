// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/ficnn_chain.hpp>

#include <icnn/activations/any.hpp>

#include <icnn/activations/relu.hpp>
#include <icnn/networks/ficnn.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

namespace {

/// "2>3 Softplus": a layer's fan-in from below, width and activation.
template <class Chain>
std::string ficnn_text(const Chain& chain) {
  std::string text;
  chain.for_each([&](auto, const auto& layer) {
    text += detail::text(layer.previous(), ">", layer.width(), " ", name_of(layer.activation()), "; ");
  });
  return text;
}

}  // namespace

TEST_CASE("a FICNN's layers: one of each width, then the output, each with its activation", "[chain]") {
  using Chain = FicnnChain<double, AnyActivation, AnyFirstActivation, AnyActivation>;
  const auto build = [](FicnnOptions options, const Chain::Choice& choice) {
    Layout layout;
    return ficnn_text(Chain::build(layout, options, choice));
  };
  CHECK(build({.inputs = 2, .hidden = {3, 4, 5}}, Chain::choice(Relu{})) == "0>3 Relu; 3>4 Relu; 4>5 Relu; 5>1 Identity; ");
  CHECK(build({.inputs = 2}, Chain::choice(Relu{})) == "0>1 Identity; ");
  CHECK(build({.inputs = 2, .hidden = {3, 4}}, Chain::choice(Relu{}, Square{}, LeakyRelu(0.5))) ==
        "0>3 Square; 3>4 Relu; 4>1 LeakyRelu(0.5); ");
  const Chain::Choice mixed{{Relu{}, Celu(1)}, Square{}, Identity{}};
  CHECK(build({.inputs = 2, .hidden = {3, 4, 5}}, Chain::choice(mixed)) ==
        "0>3 Square; 3>4 Relu; 4>5 Celu(1); 5>1 Identity; ");
  CHECK_ERROR(build({.inputs = 2, .hidden = {3, 4}}, {{Relu{}, Relu{}, Relu{}}, Relu{}, Identity{}}), "one for each of 1");
  CHECK(Chain::default_options() == FicnnOptions{.inputs = 1});
}

TEST_CASE("a FICNN's layers of compile-time sizes are those of run-time ones, blocks included", "[chain]") {
  using Static = StaticFicnnChain<double, Inputs<2>, Dense<3, Softplus>, Dense<4, Celu>, Dense<1>>;
  using Run = FicnnChain<double, Celu, Softplus, Identity>;
  FicnnOptions none{.passthrough = false, .bias = false, .non_decreasing = {1}}, options = none;
  options.inputs = 2;
  options.hidden = {3, 4};
  Layout a, b;
  CHECK(ficnn_text(Static::build(a, none, {})) == ficnn_text(Run::build(b, options, {})));
  CHECK(a == b);
  CHECK(none == options);
  STATIC_REQUIRE(std::is_same_v<Static::Rebind<float>::Layers::Scalar, float>);
  STATIC_REQUIRE(std::is_same_v<Run::Rebind<float>::Layers, DynamicChain<FicnnLayer<float, ErasedActivation<float>>>>);
  CHECK(std::get<0>(Static::choice(Softplus(2), Celu(3), {})) == Softplus(2));
}

TEST_CASE("a network whose inputs nobody counted is refused", "[ficnn]") {
  CHECK_ERROR((Ficnn<double, Relu>({.hidden = {4}})), "at least one input, got 0");
}
