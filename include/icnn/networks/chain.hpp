// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/core/types.hpp"

/// The two ways in which layers follow each other. Both are visited with generic lambdas (index, layer), so every pass of
/// a network is written once; detail::at(storage, index) finds what belongs to a layer.
namespace icnn::inline ICNN_ISA {

/// Any number of layers of run-time sizes: an optional first layer, hidden layers of one type, and the output layer. The
/// types differ in their activations alone, and share the tape of the hidden ones. Indices are Index.
template <class First, class Hidden, class Last>
class DynamicChain {
 public:
  using Scalar = typename Hidden::Scalar;
  static constexpr int Inputs = Dynamic;
  static constexpr int SingleColumns = Dynamic;  ///< columns of the tape for single samples

  template <template <class> class Of>
  using Storage = std::vector<Of<Hidden>>;

  DynamicChain(std::optional<First> first, std::vector<Hidden> hidden, Last last)
      : first_(std::move(first)), hidden_(std::move(hidden)), last_(std::move(last)) {}

  [[nodiscard]] Index depth() const noexcept { return static_cast<Index>(hidden_.size()) + (first_ ? 2 : 1); }
  [[nodiscard]] const Last& last() const noexcept { return last_; }

  template <class Visit>
  void for_each(Visit&& visit) const {
    Index i = 0;
    if (first_) visit(i++, *first_);
    for (const Hidden& layer : hidden_) visit(i++, layer);
    visit(i, last_);
  }

  template <class Visit>
  void for_each_reverse(Visit&& visit) const {
    Index i = depth() - 1;
    visit(i--, last_);
    for (auto layer = hidden_.rbegin(); layer != hidden_.rend(); ++layer) visit(i--, *layer);
    if (first_) visit(i, *first_);
  }

  /// visit(index, layer, the other chain's layer): chains of equal depth.
  template <class F, class H, class L, class Visit>
  void for_each_pair(const DynamicChain<F, H, L>& other, Visit&& visit) const {
    Index i = 0;
    if (first_) visit(i++, *first_, *other.first_);
    for (std::size_t j = 0; j < hidden_.size(); ++j) visit(i++, hidden_[j], other.hidden_[j]);
    visit(i, last_, other.last_);
  }

  /// Something for every layer, made from Room{layer, columns, hessian}.
  template <template <class> class Of>
  [[nodiscard]] Storage<Of> make(Index columns, bool hessian = false) const {
    Storage<Of> storage;
    storage.reserve(static_cast<std::size_t>(depth()));
    for_each([&]<class Layer>(Index, const Layer& layer) { storage.emplace_back(ScratchSize<Layer>{layer, columns, hessian}); });
    return storage;
  }

  friend bool operator==(const DynamicChain&, const DynamicChain&) = default;

 private:
  template <class, class, class>
  friend class DynamicChain;

  std::optional<First> first_;
  std::vector<Hidden> hidden_;
  Last last_;
};

/// A list of layer types of compile-time sizes, the output layer last. Indices are std::integral_constant.
template <class... Layers>
class StaticChain {
 public:
  static constexpr std::size_t size = sizeof...(Layers);
  using LastLayer = std::tuple_element_t<size - 1, std::tuple<Layers...>>;
  using Scalar = typename LastLayer::Scalar;
  static constexpr int Inputs = LastLayer::Inputs;
  static constexpr int SingleColumns = 1;

  template <template <class> class Of>
  using Storage = std::tuple<Of<Layers>...>;

  explicit StaticChain(Layers... layers) : layers_(std::move(layers)...) {}

  [[nodiscard]] static constexpr Index depth() noexcept { return static_cast<Index>(size); }
  [[nodiscard]] const LastLayer& last() const noexcept { return std::get<size - 1>(layers_); }

  template <class Visit>
  void for_each(Visit&& visit) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit(std::integral_constant<Index, Index{I}>{}, std::get<I>(layers_)), ...);
    }
    (std::make_index_sequence<size>{});
  }

  template <class Visit>
  void for_each_reverse(Visit&& visit) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit(std::integral_constant<Index, Index{size - 1 - I}>{}, std::get<size - 1 - I>(layers_)), ...);
    }
    (std::make_index_sequence<size>{});
  }

  template <class... Others, class Visit>
  void for_each_pair(const StaticChain<Others...>& other, Visit&& visit) const {
    for_each([&](auto i, const auto& layer) { visit(i, layer, std::get<static_cast<std::size_t>(i())>(other.layers_)); });
  }

  template <template <class> class Of>
  [[nodiscard]] Storage<Of> make(Index columns, bool hessian = false) const {
    return std::apply(
        [&](const Layers&... layers) {
          return Storage<Of>(ScratchSize<Layers>{layers, columns, hessian}...);
        },
        layers_);
  }

  friend bool operator==(const StaticChain&, const StaticChain&) = default;

 private:
  template <class...>
  friend class StaticChain;

  std::tuple<Layers...> layers_;
};

namespace detail {

template <class T>
[[nodiscard]] T& at(std::vector<T>& storage, Index i) {
  return storage[static_cast<std::size_t>(i)];
}
template <class T>
[[nodiscard]] const T& at(const std::vector<T>& storage, Index i) {
  return storage[static_cast<std::size_t>(i)];
}
template <class... T, Index I>
[[nodiscard]] auto& at(std::tuple<T...>& storage, std::integral_constant<Index, I>) {
  return std::get<static_cast<std::size_t>(I)>(storage);
}
template <class... T, Index I>
[[nodiscard]] const auto& at(const std::tuple<T...>& storage, std::integral_constant<Index, I>) {
  return std::get<static_cast<std::size_t>(I)>(storage);
}

/// The index of the layer below, or 0 for the first (whose passes do not look below).
[[nodiscard]] inline Index below(Index i) { return i > 0 ? i - 1 : 0; }
template <Index I>
[[nodiscard]] constexpr auto below(std::integral_constant<Index, I>) {
  return std::integral_constant<Index, (I > 0 ? I - 1 : 0)>{};
}

template <class T>
[[nodiscard]] auto& last(std::vector<T>& storage) {
  return storage.back();
}
template <class... T>
[[nodiscard]] auto& last(std::tuple<T...>& storage) {
  return std::get<sizeof...(T) - 1>(storage);
}

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
