// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "icnn/core/error.hpp"
#include "icnn/layers/gates.hpp"
#include "icnn/layers/output_term.hpp"

/// What a file says about a network beside its numbers: words and numbers under keys, here those of its options.
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
[[nodiscard]] inline std::string joined(const std::vector<std::string>& list, const char* between = ",") {
  std::string words;
  for (const std::string& word : list) words += (words.empty() ? "" : between) + word;
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
    visit("quadratic_rank", o.quadratic_rank);
    visit("output_term", o.output);
  }
}

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
