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

/// Activations under a key, one after the other.
class ActivationList {
 public:
  ActivationList(NetworkText& text, const char* key) : text_(text), key_(key) {
    if (const auto words = text.take(key)) words_ = listed(*words);
  }
  [[nodiscard]] std::size_t size() const { return words_.size(); }
  template <class A>
  [[nodiscard]] A at(std::size_t i) const {
    return activation_from<A>(text_.where + ", " + key_, i < words_.size() ? words_[i] : "");
  }
  /// The one that is there for a network's only, `fallback` where there is none.
  template <class A>
  [[nodiscard]] A one(const A& fallback) const {
    if (size() > 1) text_.refuse(key_.c_str(), "one activation", joined(words_));
    return words_.empty() ? fallback : at<A>(0);
  }
  void require(std::size_t most) const {
    if (size() > 1 && size() != most) text_.refuse(key_.c_str(), detail::text("one activation, or ", most), joined(words_));
  }

 private:
  NetworkText& text_;
  std::string key_;
  std::vector<std::string> words_{};
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
void take_activations(NetworkText& text, Activations<A, First, Output>& activations) {
  const ActivationList first(text, "first_activation"), hidden(text, "hidden_activations"),
      output(text, "output_activation");
  if (hidden.size() > 0) {
    activations.hidden.clear();
    for (std::size_t i = 0; i < hidden.size(); ++i) activations.hidden.push_back(hidden.template at<A>(i));
  }
  // One that is not named is as the others, where it can be.
  if constexpr (std::is_constructible_v<First, const A&>) activations.first = First(activations.hidden.front());
  activations.first = first.template one<First>(activations.first);
  if constexpr (std::is_constructible_v<A, const First&>) {
    if (hidden.size() == 0) activations.hidden = {A(activations.first)};
  }
  activations.output = output.template one<Output>(activations.output);
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
void take_activations(NetworkText& text, std::tuple<A...>& activations) {
  constexpr std::size_t depth = sizeof...(A);
  const ActivationList first(text, "first_activation"), hidden(text, "hidden_activations"),
      output(text, "output_activation");
  if constexpr (depth > 2) hidden.require(depth - 2);
  std::size_t i = 0;
  const auto take = [&]<class One>(One& activation) {
    if (i + 1 == depth) {
      activation = output.template one<One>(activation);
    } else if (i == 0 && first.size() > 0) {
      activation = first.template at<One>(0);
    } else if (hidden.size() > 0) {
      activation = hidden.template at<One>(hidden.size() == 1 || i == 0 ? 0 : i - 1);
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
  static Choice take(NetworkText& text) {
    Choice choice{};
    take_activations(text, choice);
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
  static Choice take(NetworkText& text) {
    Choice choice{};
    take_activations(text, choice.convex);
    choice.context = ActivationList(text, "context_activation").template one<ContextA>(choice.context);
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
  static Choice take(NetworkText& text) {
    Choice choice{};
    take_activations(text, std::get<0>(choice));
    const ActivationList list(text, "context_activation");
    list.require(contexts);
    std::size_t i = 0;
    const auto take_one = [&]<class One>(One& activation) {
      if (i < contexts && list.size() > 0) activation = list.template at<One>(list.size() == 1 ? 0 : i);
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
  static Choice take(NetworkText& text) {
    const ActivationList first(text, "first_activation"), hidden(text, "hidden_activations"),
        output(text, "output_activation");
    const auto& named = hidden.size() > 0 ? hidden : first;
    if (hidden.size() > 0 && first.size() > 0 && !(first.template at<A>(0) == hidden.template at<A>(0))) {
      text.refuse("first_activation", "the same activation in all hidden layers", "another");
    }
    return {named.template one<A>(A{}), output.template one<Output>(identity_or_default<Output>())};
  }
};

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
