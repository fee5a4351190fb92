// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <array>
#include <concepts>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/activations/erased.hpp"
#include "icnn/activations/identity.hpp"
#include "icnn/activations/properties.hpp"
#include "icnn/core/error.hpp"
#include "icnn/core/types.hpp"

/// How the sizes and activations of a network are named, at run time and in type lists.
namespace icnn::inline ICNN_ISA {

namespace detail {

/// The identity, where it can be had.
template <class A>
[[nodiscard]] A identity_or_default() {
  if constexpr (std::is_constructible_v<A, Identity>) {
    return A(Identity{});
  } else {
    return A{};
  }
}

}  // namespace detail

/// Widths of layers, from any range of integers.
class Widths : public std::vector<Index> {
 public:
  using std::vector<Index>::vector;
  template <class R>
  requires(!std::derived_from<std::remove_cvref_t<R>, Widths> &&
           std::integral<std::remove_cvref_t<decltype(*std::begin(std::declval<const R&>()))>>) Widths(const R& range) {
    for (const auto width : range) push_back(static_cast<Index>(width));
  }
};

/// Activations of a network with run-time depth. `hidden` has one entry for every hidden layer behind the first, or a
/// single one for all of them.
template <class A, class First = A, class Output = Identity>
struct Activations {
  static_assert(detail::CheckedActivation<A>::holds && detail::CheckedActivation<First>::holds &&
                detail::CheckedActivation<Output>::holds);

  std::vector<A> hidden = {A{}};
  First first = {};
  Output output = detail::identity_or_default<Output>();

  /// One activation for every hidden layer, the first included where it may stand there.
  [[nodiscard]] static Activations all(const A& activation) {
    Activations result;
    result.hidden = {activation};
    if constexpr (std::is_constructible_v<First, const A&>) result.first = First(activation);
    return result;
  }

  friend bool operator==(const Activations&, const Activations&) = default;
};

/// In type lists: n convex inputs, the rank of the quadratic that every unit has in them, and that of L in the output term,
/// where it is not left to the options.
template <int N, int QuadraticRank = 0, int OutputRank = Dynamic>
struct Inputs {
  static_assert(N >= 1, "a network has at least one input");
  static_assert(QuadraticRank >= 0, "the rank of a quadratic passthrough is at least 0, which is none");
  static_assert(OutputRank >= 0 || OutputRank == Dynamic, "the rank of L is at least 0, which is none");
  static constexpr int size = N;
  static constexpr int quadratic_rank = QuadraticRank;
  static constexpr int output_rank = OutputRank;
};

/// In type lists: a context of C numbers.
template <int C>
struct Context {
  static_assert(C >= 1, "a context has at least one number");
  static constexpr int size = C;
};

/// In type lists: a layer of W units.
template <int W, Activation A = Identity>
struct Dense {
  static_assert(W >= 1, "a layer has at least one unit");
  using Activation = A;
  static constexpr int width = W;
};

/// In type lists: a PICNN layer of W units, followed by a context layer of V units (0: none, for the output layer).
template <int W, Activation A = Identity, int V = 0, Activation ContextA = Identity>
struct Gated {
  static_assert(W >= 1, "a layer has at least one unit");
  using Activation = A;
  using ContextActivation = ContextA;
  static constexpr int width = W;
  static constexpr int context_width = V;
};

namespace detail {

/// The width in front of each layer of a type list, the last one's own at the end.
template <int First, class... Layers>
inline constexpr std::array<int, sizeof...(Layers) + 1> widths{First, Layers::width...};

/// The same for the context path of a PICNN.
template <int First, class... Layers>
inline constexpr std::array<int, sizeof...(Layers) + 1> context_widths{First, Layers::context_width...};

/// The first demands on any convex network, so that their sentences come before all other errors.
template <class... Layers>
struct ConvexNetworkOf {
  static_assert(sizeof...(Layers) > 0, "a network has at least one layer: the output layer, of width 1");
};

template <class First, class... Rest>
struct ConvexNetworkOf<First, Rest...> {
  template <class... Layers>
  static constexpr int last_width() {
    int width = 0;
    ((width = Layers::width), ...);
    return width;
  }
  static_assert(last_width<First, Rest...>() == 1, "the output layer of a convex network has width 1: f(y) is a number");
};

inline void require_sizes(const char* network, const char* what, const std::vector<Index>& widths) {
  for (const Index width : widths) {
    if (width < 1) fail({network, text(what, " of at least 1"), text(width)});
  }
}

[[noreturn, gnu::cold]] inline void refuse_sizes(const char* network) {
  fail({network, "the sizes that are in the type, or none", "others", "leave them out of the options"});
}

/// Sizes that are in the type: those of the options may be left out, and are filled in; others throw Error. \p widths ends
/// with that of the output layer, which is no hidden one.
inline void take_inputs(const char* network, Index& inputs, Index in_type) {
  if (inputs != 0 && inputs != in_type) refuse_sizes(network);
  inputs = in_type;
}
inline void take_widths(const char* network, Widths& hidden, Widths widths) {
  widths.pop_back();
  if (!hidden.empty() && hidden != widths) refuse_sizes(network);
  hidden = std::move(widths);
}
inline void take_sizes(const char* network, Index& inputs, Index in_type, Widths& hidden, Widths widths) {
  take_inputs(network, inputs, in_type);
  take_widths(network, hidden, std::move(widths));
}

/// What the inputs of a convex network demand, of its first layer too. A quadratic passthrough is convex and not monotone:
/// no non-decreasing inputs beside it, and before it an activation that keeps convexity behind weights.
template <class Options, class First>
void require_inputs(const char* network, const Options& o, const First& first) {
  if (o.inputs < 1) fail({network, "at least one input", text(o.inputs)});
  const Index rank = o.quadratic_rank;
  if (rank < 0) fail({network, "a quadratic_rank >= 0", text(rank)});
  if (rank > std::numeric_limits<int>::max()) fail({network, "a quadratic_rank that fits an int", text(rank)});
  if (rank > 0 && !o.non_decreasing.empty()) {
    fail({network, "no non-decreasing inputs beside a quadratic passthrough", text(o.non_decreasing.size()),
          "(a'y)^2 decreases on one side of 0"});
  }
  if (rank > 0 && !icnn::never_decreases(first)) {
    fail({network, "a first activation that never decreases, beside a quadratic passthrough", name_of(first),
          "g(q(y)) is convex in y for a convex q if g is convex and non-decreasing"});
  }
  if (!o.non_decreasing.empty() && !icnn::never_decreases(first)) {
    fail({network, "a first layer that never decreases, beside non-decreasing inputs", name_of(first)});
  }
  for (const Index j : o.non_decreasing) {
    if (j < 0 || j >= o.inputs) fail({network, text("non-decreasing inputs in 0..", o.inputs - 1), text(j)});
  }
}

/// The same for the rank of the quadratic passthrough.
inline void take_quadratic_rank(const char* network, Index& rank, Index in_type) {
  if (rank != 0 && rank != in_type) {
    fail({network, text("the quadratic_rank of the type, ", in_type), text(rank),
          "Inputs<n, rank> has it in the type; leave it out of the options"});
  }
  rank = in_type;
}

/// The same for the rank of L in the output term, where it is in the type.
inline void take_output_rank(const char* network, Index& rank, int in_type) {
  if (in_type == Dynamic) return;
  if (rank != 0 && rank != in_type) {
    fail({network, text("the output.rank of the type, ", in_type), text(rank),
          "Inputs<n, r, rank> has it in the type; leave it out of the options"});
  }
  rank = in_type;
}

/// Activations whose types nobody has to know any more: those of layers of run-time sizes.
template <class S>
struct ErasedActivations {
  template <Activation A, Activation First, Activation Output>
  explicit ErasedActivations(const Activations<A, First, Output>& chosen)
      : first(ErasedActivation<S>::in_first_layer(chosen.first)),
        output(ErasedActivation<S>::behind_weights(chosen.output)) {
    for (const A& activation : chosen.hidden) hidden.push_back(ErasedActivation<S>::behind_weights(activation));
  }

  /// Refuses a list that is neither one for all nor one for each of \p count layers.
  void require(std::size_t count) const {
    if (hidden.size() == 1 || hidden.size() == count) return;
    fail({"Activations", text("one activation, or one for each of ", count, " hidden layers behind the first"),
          text(hidden.size())});
  }

  /// That of layer i of `count` hidden ones and the output layer.
  [[nodiscard]] const ErasedActivation<S>& at(std::size_t i, std::size_t count) const {
    if (i == count) return output;
    if (i == 0) return first;
    return hidden.size() == 1 ? hidden.front() : hidden[i - 1];
  }

  ErasedActivation<S> first, output;
  std::vector<ErasedActivation<S>> hidden{};
};

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
