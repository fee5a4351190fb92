// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/choice_text.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class Chain>
typename Chain::Choice taken(std::size_t layers, std::map<std::string, std::string> fields) {
  NetworkText text{.where = "test", .fields = std::move(fields)};
  auto choice = detail::ChoiceText<Chain>::take(text, layers);
  CHECK(text.fields.empty());
  return choice;
}

}  // namespace

TEST_CASE("activations that are not named are as those that are, whatever the type; none at all is an error", "[io]") {
  using Any = FicnnChain<double, AnyActivation, AnyFirstActivation, AnyActivation>;
  CHECK(taken<Any>(1, {{"hidden_activations", "Celu(2)"}}).first == AnyFirstActivation(Celu(2)));
  CHECK(taken<Any>(3, {{"first_activation", "Softplus(2)"}}).hidden == std::vector<AnyActivation>{Softplus(2)});
  CHECK(taken<Any>(0, {}).output == AnyActivation(Identity{}));
  CHECK_ERROR(taken<Any>(1, {}), "an activation as hidden_activations, got nothing");
  CHECK(taken<Any>(1, {{"first_activation", "Square"}}).first == AnyFirstActivation(Square{}));
  CHECK_ERROR(taken<Any>(2, {{"first_activation", "Square"}}), "got Square");  // not behind W^z
  using Same = FicnnChain<double, Softplus, Softplus, Identity>;
  CHECK(taken<Same>(1, {{"first_activation", "Softplus(2)"}}).hidden == std::vector<Softplus>{Softplus(2)});
  CHECK(taken<Same>(3, {{"hidden_activations", "Softplus(2),Softplus(3)"}, {"first_activation", "Softplus(4)"}}) ==
        Activations<Softplus>{{Softplus(2), Softplus(3)}, Softplus(4), Identity{}});
  using Four = StaticFicnnChain<double, Inputs<2>, Dense<3, Softplus>, Dense<3, Softplus>, Dense<3, Softplus>, Dense<1>>;
  CHECK(taken<Four>(3, {{"hidden_activations", "Softplus(2)"}}) ==
        std::tuple{Softplus(2), Softplus(2), Softplus(2), Identity{}});
  CHECK(taken<Four>(3, {{"first_activation", "Softplus(2)"}}) ==
        std::tuple{Softplus(2), Softplus(2), Softplus(2), Identity{}});
  CHECK(taken<Four>(3, {{"first_activation", "Softplus(4)"}, {"hidden_activations", "Softplus(2),Softplus(3)"}}) ==
        std::tuple{Softplus(4), Softplus(2), Softplus(3), Identity{}});
  CHECK_ERROR(taken<Four>(3, {{"hidden_activations", "Softplus(2),Softplus(3),Softplus(4)"}}), "one activation, or 2");
  CHECK_ERROR(taken<Four>(3, {{"hidden_activations", "Softplus"}, {"output_activation", "Relu"}}), "Identity, got Relu");
  using Clamped = FicnnChain<double, Softplus, Softplus, Relu>;
  CHECK_ERROR(taken<Clamped>(0, {}), "output_activation: expected Relu, got Identity");
  using Partial = PicnnChain<double, Softplus, Tanh, Softplus, Identity>;
  CHECK_ERROR(taken<Partial>(1, {{"hidden_activations", "Softplus"}}), "context_activation: expected Tanh, got Relu");
  using Forward = FeedForwardChain<double, AnyContextActivation, AnyContextActivation>;
  CHECK(std::get<0>(taken<Forward>(2, {{"first_activation", "Tanh"}})) == AnyContextActivation(Tanh{}));
  CHECK_ERROR(taken<Forward>(1, {{"first_activation", "Tanh"}, {"hidden_activations", "Relu"}}), "the same activation");
  CHECK_ERROR(taken<Forward>(1, {}), "an activation as hidden_activations");
}
