// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <concepts>
#include <type_traits>
#include <variant>

#include "icnn/activations/absolute_value.hpp"
#include "icnn/activations/celu.hpp"
#include "icnn/activations/elu.hpp"
#include "icnn/activations/identity.hpp"
#include "icnn/activations/leaky_relu.hpp"
#include "icnn/activations/properties.hpp"
#include "icnn/activations/relu.hpp"
#include "icnn/activations/sigmoid.hpp"
#include "icnn/activations/smooth_relu.hpp"
#include "icnn/activations/softplus.hpp"
#include "icnn/activations/square.hpp"
#include "icnn/activations/squared_leaky_relu.hpp"
#include "icnn/activations/tanh.hpp"
#include "icnn/kernels/elementwise.hpp"

namespace icnn::inline ICNN_ISA {

/// One activation out of a closed set, chosen at run time and switched once per layer. It declares what all of its
/// members declare, so Proposition 1 stays a matter of types.
template <Activation First, Activation... Rest>
class AnyOf {
 public:
  using Variant = std::variant<First, Rest...>;
  static constexpr bool convex = is_convex<First>() && (is_convex<Rest>() && ...);
  static constexpr bool non_decreasing = is_non_decreasing<First>() && (is_non_decreasing<Rest>() && ...);

  AnyOf() = default;

  template <class A>
  requires(std::same_as<A, First> || (std::same_as<A, Rest> || ...)) AnyOf(const A& activation) : variant_(activation) {}

  /// From a smaller set.
  template <Activation... Fewer>
  requires(!std::same_as<AnyOf<Fewer...>, AnyOf> && (std::constructible_from<Variant, const Fewer&> && ...))
      AnyOf(const AnyOf<Fewer...>& other)
      : variant_(std::visit([](const auto& a) -> Variant { return a; }, other.variant())) {}

  [[nodiscard]] const Variant& variant() const noexcept { return variant_; }
  [[nodiscard]] Regularity regularity() const {
    return std::visit([](const auto& a) { return regularity_of(a); }, variant_);
  }
  [[nodiscard]] bool never_decreases() const {
    return std::visit([](const auto& a) { return icnn::never_decreases(a); }, variant_);
  }
  [[nodiscard]] std::string label() const {
    return std::visit([](const auto& a) { return name_of(a); }, variant_);
  }

  [[nodiscard]] double accuracy() const {
    return std::visit([](const auto& a) { return accuracy_of(a); }, variant_);
  }
  [[nodiscard]] SlopeRange slope_range() const {
    return std::visit([](const auto& a) { return slope_range_of(a); }, variant_);
  }
  [[nodiscard]] LinearPieces pieces() const {
    return std::visit([](const auto& a) { return pieces_of(a); }, variant_);
  }

  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    return std::visit([&](const auto& a) { return a.jet(t); }, variant_);
  }

  [[nodiscard]] double conjugate(double t) const requires(HasConjugate<First> && (HasConjugate<Rest> && ...)) {
    return std::visit([&](const auto& a) { return conjugate_of(a, t); }, variant_);
  }

  template <class S>
  void apply_to(kernels::Order order, Index size, S* z, S* first, S* second) const {
    std::visit([&](const auto& a) { kernels::apply(a, order, size, z, first, second); }, variant_);
  }

  friend bool operator==(const AnyOf&, const AnyOf&) = default;

 private:
  Variant variant_{};
};

/// Everything that Proposition 1 admits behind W^z.
using AnyActivation = AnyOf<Relu, Identity, LeakyRelu, Softplus, Elu, Celu, SmoothRelu>;

/// Everything it admits in the first layer.
using AnyFirstActivation =
    AnyOf<Relu, Identity, LeakyRelu, Softplus, Elu, Celu, SmoothRelu, Square, AbsoluteValue, SquaredLeakyRelu>;

/// Everything, for context paths and feed-forward networks.
using AnyContextActivation = AnyOf<Relu, Identity, LeakyRelu, Softplus, Elu, Celu, SmoothRelu, Square, AbsoluteValue,
                                   SquaredLeakyRelu, Tanh, Sigmoid>;

}  // namespace icnn::inline ICNN_ISA
