// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "icnn/io/activation_text.hpp"
#include "icnn/networks/feed_forward.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/picnn.hpp"
#include "icnn/networks/sparse_feed_forward.hpp"

/// What a file says about a network beside its numbers: words and numbers under keys, one per option and activation.
namespace icnn::inline ICNN_ISA {

/// Fields by their names. Reading takes them out, so that what nobody knows is left.
class NetworkText {
 public:
  std::string where{};  ///< for messages
  std::map<std::string, std::string> fields{};

  void put(const char* key, std::string words) { fields[key] = std::move(words); }
  /// The words under a key, which is gone then; nothing where it is not there.
  [[nodiscard]] std::optional<std::string> take(const char* key) {
    const auto found = fields.find(key);
    if (found == fields.end()) return {};
    std::string words = std::move(found->second);
    fields.erase(found);
    return words;
  }
  [[noreturn]] void refuse(const char* key, const std::string& expected, const std::string& got) const {
    fail({where, expected + " as " + key, got.empty() ? "nothing" : '"' + got.substr(0, 60) + '"'});
  }
};

namespace detail {

/// The words of a list that has commas between them.
[[nodiscard]] inline std::vector<std::string> listed(const std::string& words) {
  std::vector<std::string> list;
  for (std::size_t begin = 0; begin < words.size();) {
    std::size_t end = words.find(',', begin);
    if (end == std::string::npos) end = words.size();
    const std::size_t first = std::min(words.find_first_not_of(' ', begin), end);
    std::size_t last = end;
    while (last > first && words[last - 1] == ' ') --last;
    list.push_back(words.substr(first, last - first));
    begin = end + 1;
  }
  return list;
}
[[nodiscard]] inline std::string joined(const std::vector<std::string>& list) {
  std::string words;
  for (const std::string& word : list) words += (words.empty() ? "" : ",") + word;
  return words;
}

/// Writes options as text.
struct OptionsWriter {
  NetworkText& text;

  void operator()(const char* key, Index value) const { text.put(key, detail::text(value)); }
  void operator()(const char* key, bool value) const { text.put(key, value ? "true" : "false"); }
  void operator()(const char* key, const std::vector<Index>& list) const {
    std::vector<std::string> words;
    for (const Index value : list) words.push_back(detail::text(value));
    text.put(key, joined(words));
  }
  void operator()(const char* key, Gate gate) const { text.put(key, gate == Gate::softplus ? "softplus" : "positive_part"); }
  void operator()(const char* key, const OutputTermShape& shape) const {
    std::vector<std::string> words;
    if (shape.diagonal) words.emplace_back("diagonal");
    if (shape.rank > 0) words.push_back(detail::text("rank ", shape.rank));
    if (shape.bilinear) words.emplace_back("bilinear");
    if (shape.linear) words.emplace_back("linear");
    text.put(key, joined(words));
  }
};

/// Reads them again; what is not there keeps its default.
struct OptionsReader {
  NetworkText& text;

  [[nodiscard]] Index number(const char* key, const std::string& words) const {
    Index value = 0;
    const auto [stop, problem] = std::from_chars(words.data(), words.data() + words.size(), value);
    if (problem != std::errc() || stop != words.data() + words.size() || value < 0)
      text.refuse(key, "a whole number >= 0", words);
    return value;
  }
  void operator()(const char* key, Index& value) const {
    if (const auto words = text.take(key)) value = number(key, *words);
  }
  void operator()(const char* key, bool& value) const {
    const auto words = text.take(key);
    if (!words) return;
    if (*words != "true" && *words != "false") text.refuse(key, "true or false", *words);
    value = *words == "true";
  }
  void operator()(const char* key, std::vector<Index>& list) const {
    const auto words = text.take(key);
    if (!words) return;
    list.clear();
    for (const std::string& word : listed(*words)) list.push_back(number(key, word));
  }
  void operator()(const char* key, Gate& gate) const {
    const auto words = text.take(key);
    if (!words) return;
    if (*words != "positive_part" && *words != "softplus") text.refuse(key, "positive_part or softplus", *words);
    gate = *words == "softplus" ? Gate::softplus : Gate::positive_part;
  }
  void operator()(const char* key, OutputTermShape& shape) const {
    const auto words = text.take(key);
    if (!words) return;
    shape = {};
    for (const std::string& word : listed(*words)) {
      if (word == "diagonal") {
        shape.diagonal = true;
      } else if (word == "bilinear") {
        shape.bilinear = true;
      } else if (word == "linear") {
        shape.linear = true;
      } else if (word.starts_with("rank ")) {
        shape.rank = number(key, word.substr(5));
      } else {
        text.refuse(key, "a list of diagonal, rank N, bilinear, linear", *words);
      }
    }
  }
};

template <class O, class Visit>
void visit_options(O& o, Visit visit) {
  visit("inputs", o.inputs);
  if constexpr (requires { o.width; }) visit("width", o.width);
  if constexpr (requires { o.outputs; }) visit("outputs", o.outputs);
  if constexpr (requires { o.context; }) {
    visit("context", o.context);
    visit("context_hidden", o.context_hidden);
    visit("gate", o.gate);
  }
  if constexpr (requires { o.hidden; }) visit("hidden", o.hidden);
  if constexpr (requires { o.bias; }) visit("bias", o.bias);
  if constexpr (requires { o.passthrough; }) {
    visit("passthrough", o.passthrough);
    visit("non_decreasing", o.non_decreasing);
    visit("output_term", o.output);
  }
}

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
template <class S, int C, int N, class... Specs>
struct ChoiceText<StaticPicnnChain<S, C, N, Specs...>> {
  using Choice = typename StaticPicnnChain<S, C, N, Specs...>::Choice;
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
