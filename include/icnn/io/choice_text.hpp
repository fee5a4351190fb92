// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "icnn/io/activation_text.hpp"
#include "icnn/io/network_text.hpp"
#include "icnn/networks/feed_forward.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/picnn.hpp"

/// A network's activations as text, layer by layer, and as the type of its chain has them.
namespace icnn::inline ICNN_ISA {
namespace detail {

/// Activations under a key, one after the other; `usual` where the key is not there. What a file leaves out does not depend
/// on the type that it is read into.
class ActivationList {
 public:
  ActivationList(NetworkText& text, const char* key, const char* usual = "") : text_(text), key_(key) {
    words_ = listed(text.take(key).value_or(usual));
  }
  [[nodiscard]] bool empty() const { return words_.empty(); }
  /// One for all, or the i-th of a list.
  template <class A>
  [[nodiscard]] A at(std::size_t i) const {
    return activation_from<A>(text_.where + ", " + key_, words_[words_.size() == 1 ? 0 : i]);
  }
  template <class A>
  [[nodiscard]] std::vector<A> all() const {
    std::vector<A> list;
    for (std::size_t i = 0; i < words_.size(); ++i) list.push_back(at<A>(i));
    return list;
  }
  template <class A>
  [[nodiscard]] A one() const {
    if (words_.size() != 1) text_.refuse(key_.c_str(), "one activation", joined(words_));
    return at<A>(0);
  }
  template <class A>
  [[nodiscard]] std::optional<A> one_if_admissible() const {
    return words_.size() == 1 ? ActivationReader<A>::read(words_.front()) : std::nullopt;
  }
  void require(std::size_t most) const {
    if (words_.size() > 1 && words_.size() != most) {
      text_.refuse(key_.c_str(), detail::text("one activation, or ", most), joined(words_));
    }
  }

 private:
  NetworkText& text_;
  std::string key_;
  std::vector<std::string> words_{};
};

/// The keys of hidden layers: either may be left out, and is as the other then.
struct HiddenActivations {
  HiddenActivations(NetworkText& text, std::size_t layers)
      : first(text, "first_activation"), behind(text, "hidden_activations") {
    if (layers > 0 && first.empty() && behind.empty()) text.refuse("hidden_activations", "an activation", "");
  }
  ActivationList first, behind;
};

/// The convex path's activations: of the first layer, those behind it, and the output layer's.
template <class A, class First, class Output>
void put_activations(NetworkText& text, const Activations<A, First, Output>& activations) {
  std::vector<std::string> hidden;
  for (const A& activation : activations.hidden) hidden.push_back(name_of(activation));
  text.put("first_activation", name_of(activations.first));
  text.put("hidden_activations", joined(hidden));
  text.put("output_activation", name_of(activations.output));
}
template <class A, class First, class Output>
void take_activations(NetworkText& text, Activations<A, First, Output>& activations, std::size_t layers) {
  const HiddenActivations named(text, layers);
  if (!named.behind.empty()) {
    activations.hidden = named.behind.template all<A>();
  } else if (layers > 1) {
    activations.hidden = {named.first.template one<A>()};
  } else if (const auto same = named.first.template one_if_admissible<A>()) {
    activations.hidden = {*same};  // which no layer has
  }
  if (!named.first.empty()) {
    activations.first = named.first.template one<First>();
  } else if (layers > 0) {
    activations.first = named.behind.template at<First>(0);
  }
  activations.output = ActivationList(text, "output_activation", "Identity").template one<Output>();
}

/// The same of a type list.
template <class... A>
void put_activations(NetworkText& text, const std::tuple<A...>& activations) {
  std::vector<std::string> names;
  std::apply([&](const A&... a) { (names.push_back(name_of(a)), ...); }, activations);
  text.put("output_activation", names.back());
  names.pop_back();
  if (names.empty()) return;
  text.put("first_activation", names.front());
  names.erase(names.begin());
  if (!names.empty()) text.put("hidden_activations", joined(names));
}
template <class... A>
void take_activations(NetworkText& text, std::tuple<A...>& activations, std::size_t) {
  constexpr std::size_t layers = sizeof...(A) - 1;
  const HiddenActivations named(text, layers);
  const ActivationList output(text, "output_activation", "Identity");
  if constexpr (layers > 1) named.behind.require(layers - 1);
  std::size_t i = 0;
  const auto take = [&]<class One>(One& activation) {
    if (i == layers) {
      activation = output.template one<One>();
    } else if (named.behind.empty() || (i == 0 && !named.first.empty())) {
      activation = named.first.template one<One>();
    } else {
      activation = named.behind.template at<One>(i == 0 ? 0 : i - 1);
    }
    ++i;
  };
  std::apply([&](A&... a) { (take(a), ...); }, activations);
}

/// The activations of a network of this chain.
template <class Chain>
struct ChoiceText {
  using Choice = typename Chain::Choice;
  static void put(NetworkText& text, const Choice& choice) { put_activations(text, choice); }
  static Choice take(NetworkText& text, std::size_t layers) {
    Choice choice{};
    take_activations(text, choice, layers);
    return choice;
  }
};
template <class S, class A, class ContextA, class First, class Output>
struct ChoiceText<PicnnChain<S, A, ContextA, First, Output>> {
  using Choice = typename PicnnChain<S, A, ContextA, First, Output>::Choice;
  static void put(NetworkText& text, const Choice& choice) {
    put_activations(text, choice.convex);
    text.put("context_activation", name_of(choice.context));
  }
  static Choice take(NetworkText& text, std::size_t layers) {
    Choice choice{};
    take_activations(text, choice.convex, layers);
    choice.context = ActivationList(text, "context_activation", "Relu").template one<ContextA>();
    return choice;
  }
};
template <class S, int C, class In, class... Specs>
struct ChoiceText<StaticPicnnChain<S, C, In, Specs...>> {
  using Choice = typename StaticPicnnChain<S, C, In, Specs...>::Choice;
  static constexpr std::size_t contexts = sizeof...(Specs) - 1;  // the last layer has none
  static void put(NetworkText& text, const Choice& choice) {
    put_activations(text, std::get<0>(choice));
    std::vector<std::string> names;
    std::apply([&](const auto&... a) { (names.push_back(name_of(a)), ...); }, std::get<1>(choice));
    names.pop_back();
    bool same = true;
    for (const std::string& name : names) same = same && name == names.front();
    if (same && !names.empty()) names.resize(1);
    if (!names.empty()) text.put("context_activation", joined(names));
  }
  static Choice take(NetworkText& text, std::size_t layers) {
    Choice choice{};
    take_activations(text, std::get<0>(choice), layers);
    const ActivationList list(text, "context_activation", "Relu");
    list.require(contexts);
    std::size_t i = 0;
    const auto take_one = [&]<class One>(One& activation) {
      if (i < contexts) activation = list.template at<One>(i);
      ++i;
    };
    std::apply([&](auto&... a) { (take_one(a), ...); }, std::get<1>(choice));
    return choice;
  }
};
template <class S, class A, class Output>
struct ChoiceText<FeedForwardChain<S, A, Output>> {
  using Choice = typename FeedForwardChain<S, A, Output>::Choice;
  static void put(NetworkText& text, const Choice& choice) {
    text.put("hidden_activations", name_of(std::get<0>(choice)));
    text.put("output_activation", name_of(std::get<1>(choice)));
  }
  static Choice take(NetworkText& text, std::size_t layers) {
    const HiddenActivations named(text, layers);
    const ActivationList output(text, "output_activation", "Identity");
    Choice choice{};
    if (layers > 0 || !named.behind.empty()) {
      std::get<0>(choice) = (named.behind.empty() ? named.first : named.behind).template one<A>();
    }
    if (!named.first.empty() && !(named.first.template one<A>() == std::get<0>(choice))) {
      text.refuse("first_activation", "the same activation in all hidden layers", "another");
    }
    std::get<1>(choice) = output.template one<Output>();
    return choice;
  }
};

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
