// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/network_text.hpp>

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

TEST_CASE("lists are read with and without blanks", "[io]") {
  CHECK(detail::listed("") == std::vector<std::string>{});
  CHECK(detail::listed("1,2") == std::vector<std::string>{"1", "2"});
  CHECK(detail::listed(" 1 , 2, Softplus(3) ") == std::vector<std::string>{"1", "2", "Softplus(3)"});
  CHECK(detail::listed("1,,2") == std::vector<std::string>{"1", "", "2"});
  CHECK(detail::joined({"1", "2"}) == "1,2");
}

TEST_CASE("an option that is not there keeps its default; one that is no such option is an error", "[io]") {
  NetworkText text{.where = "test", .fields = {{"inputs", "3"}, {"hidden", "4, 5"}, {"output_term", "rank 2, linear"}}};
  FicnnOptions o;
  detail::visit_options(o, detail::OptionsReader{text});
  CHECK(o == FicnnOptions{.inputs = 3, .hidden = {4, 5}, .output = {.rank = 2, .linear = true}});
  CHECK(text.fields.empty());
  detail::visit_options(o, detail::OptionsWriter{text});
  CHECK(text.fields.at("output_term") == "rank 2,linear");
  FicnnOptions again;
  detail::visit_options(again, detail::OptionsReader{text});
  CHECK(again == o);
  const auto refused = [](const char* key, const char* words, const char* part) {
    NetworkText wrong{.where = "test", .fields = {{key, words}}};
    PicnnOptions options;
    CHECK_ERROR(detail::visit_options(options, detail::OptionsReader{wrong}), part);
  };
  refused("inputs", "", "a whole number >= 0 as inputs, got nothing");
  refused("inputs", "1.5", "got \"1.5\"");
  refused("hidden", "1,,2", "got nothing");
  refused("gate", "sigmoid", "positive_part or softplus as gate");
  refused("output_term", "rank", "diagonal, rank N");
  refused("output_term", "rank -1", "a whole number");
}

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
  using Four = StaticFicnnChain<double, 2, Dense<3, Softplus>, Dense<3, Softplus>, Dense<3, Softplus>, Dense<1>>;
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
