// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/core/types.hpp"

/// The two ways in which layers follow each other. Both are visited with generic lambdas (index, layer), so every pass of
/// a network is written once; detail::at(storage, index) finds what belongs to a layer.
namespace icnn::inline ICNN_ISA {

/// Any number of layers of one type and of run-time sizes, the output layer last. Indices are Index.
template <class Layer>
class DynamicChain {
 public:
  using Scalar = typename Layer::Scalar;
  static constexpr int Inputs = Dynamic;
  static constexpr int OutputRank = Dynamic;
  static constexpr int SingleColumns = Dynamic;  ///< columns of the tape for single samples
  /// The largest of the numbers that Of<Layer>::value are.
  template <template <class> class>
  static constexpr int most = Dynamic;

  template <template <class> class Of>
  using Storage = std::vector<Of<Layer>>;

  /// At least one layer.
  explicit DynamicChain(std::vector<Layer> layers) : layers_(std::move(layers)) {}

  [[nodiscard]] Index depth() const noexcept { return static_cast<Index>(layers_.size()); }
  [[nodiscard]] const Layer& last() const noexcept { return layers_.back(); }

  template <class Visit>
  void for_each(Visit&& visit) const {
    Index i = 0;
    for (const Layer& layer : layers_) visit(i++, layer);
  }

  template <class Visit>
  void for_each_reverse(Visit&& visit) const {
    for (Index i = depth(); i-- > 0;) visit(i, layers_[static_cast<std::size_t>(i)]);
  }

  /// visit(index, layer, the other chain's layer): chains of equal depth.
  template <class Other, class Visit>
  void for_each_pair(const DynamicChain<Other>& other, Visit&& visit) const {
    for (std::size_t i = 0; i < layers_.size(); ++i) visit(static_cast<Index>(i), layers_[i], other.layers_[i]);
  }

  /// Something for every layer, made from ScratchSize{layer, columns, hessian}.
  template <template <class> class Of>
  [[nodiscard, gnu::cold]] Storage<Of> make(Index columns, bool hessian = false) const {
    const Layer* first = layers_.data();
    return Storage<Of>(RoomOf{first, columns, hessian}, RoomOf{first + layers_.size(), columns, hessian});
  }

  friend bool operator==(const DynamicChain&, const DynamicChain&) = default;

 private:
  template <class>
  friend class DynamicChain;

  /// Where a vector reads what its elements are made from: it knows their number at once, and compiles nothing that moves
  /// them.
  struct RoomOf {
    using iterator_category = std::forward_iterator_tag;
    using value_type = ScratchSize<Layer>;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = value_type;

    [[nodiscard]] value_type operator*() const { return {*layer, columns, hessian}; }
    RoomOf& operator++() { return ++layer, *this; }
    RoomOf operator++(int) { return {layer++, columns, hessian}; }
    friend bool operator==(const RoomOf& a, const RoomOf& b) { return a.layer == b.layer; }

    const Layer* layer;
    Index columns;
    bool hessian;
  };

  std::vector<Layer> layers_;
};

/// A list of layer types of compile-time sizes, the output layer last, beside which an output term has an L of that rank
/// (Dynamic: which the options say). Indices are std::integral_constant.
template <int Rank, class... Layers>
class StaticChain {
 public:
  static constexpr std::size_t size = sizeof...(Layers);
  using LastLayer = std::tuple_element_t<size - 1, std::tuple<Layers...>>;
  using Scalar = typename LastLayer::Scalar;
  static constexpr int Inputs = LastLayer::Inputs;
  static constexpr int OutputRank = Rank;
  static constexpr int SingleColumns = 1;
  template <template <class> class Of>
  static constexpr int most = std::max({Of<Layers>::value...});

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
  void for_each_pair(const StaticChain<Rank, Others...>& other, Visit&& visit) const {
    for_each([&](auto i, const auto& layer) { visit(i, layer, std::get<static_cast<std::size_t>(i())>(other.layers_)); });
  }

  template <template <class> class Of>
  [[nodiscard, gnu::cold]] Storage<Of> make(Index columns, bool hessian = false) const {
    return std::apply(
        [&](const Layers&... layers) {
          return Storage<Of>(ScratchSize<Layers>{layers, columns, hessian}...);
        },
        layers_);
  }

  friend bool operator==(const StaticChain&, const StaticChain&) = default;

 private:
  template <int, class...>
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
