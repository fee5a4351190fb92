// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "icnn/activations/any.hpp"

/// Activations by their names: what name_of() writes is read again.
namespace icnn::inline ICNN_ISA {

namespace detail {

/// "Name" or "Name(number)", and whether it is one of the two.
struct ActivationText {
  std::string_view name;
  std::optional<double> parameter = {};
  bool good = true;

  explicit ActivationText(std::string_view text) : name(text) {
    const auto open = text.find('(');
    if (open == std::string_view::npos) return;
    name = text.substr(0, open);
    double value = 0;
    const char *begin = text.data() + open + 1, *end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(begin, end, value);
    good = problem == std::errc() && stop + 1 == end && *stop == ')' && std::isfinite(value);
    parameter = value;
  }
};

template <class A>
struct ActivationReader {
  static std::optional<A> read(std::string_view words) {
    const ActivationText text(words);
    if constexpr (requires { std::string_view(A::name); }) {
      if (!text.good || text.name != A::name) return {};
      if (!text.parameter) return A{};
      if constexpr (std::is_constructible_v<A, double>) return A(*text.parameter);
    }
    if (words == name_of(A{})) return A{};
    return {};
  }
  static std::string names() {
    if constexpr (requires { std::string_view(A::name); } && std::is_constructible_v<A, double>) {
      return std::string(A::name) + "(...)";
    } else {
      return name_of(A{});
    }
  }
};

template <class... A>
struct ActivationReader<AnyOf<A...>> {
  static std::optional<AnyOf<A...>> read(std::string_view words) {
    std::optional<AnyOf<A...>> found;
    const auto attempt = [&]<class One>(std::type_identity<One>) {
      if (found) return;
      if (const auto one = ActivationReader<One>::read(words)) found = AnyOf<A...>(*one);
    };
    (attempt(std::type_identity<A>{}), ...);
    return found;
  }
  static std::string names() {
    std::string all;
    ((all += (all.empty() ? "" : ", ") + ActivationReader<A>::names()), ...);
    return all;
  }
};

}  // namespace detail

/// The activation of type A that a text names: "Relu", "Softplus(2.5)", or "Softplus" for the usual parameter. Throws Error,
/// saying \p where, for other names and for parameters that the activation refuses.
template <class A>
[[nodiscard]] A activation_from(const std::string& where, std::string_view words) {
  if (auto activation = detail::ActivationReader<A>::read(words)) return *activation;
  fail({where, detail::ActivationReader<A>::names(), words.empty() ? "no activation" : words,
        "AnyFicnn, AnyPicnn and AnyFeedForward take all activations that we have"});
}

}  // namespace icnn::inline ICNN_ISA
