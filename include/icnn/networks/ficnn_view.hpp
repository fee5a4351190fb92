// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <span>

#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/network_view.hpp"

namespace icnn::inline ICNN_ISA {

/// A FICNN of compile-time sizes whose parameters lie elsewhere, in a constexpr array, in flash, in a message: it refers to
/// them and is otherwise what the FicnnOf is that it names, but that nothing edits it.
///
///     inline constexpr double weights[] = {...};  // in the order of that FicnnOf's layout()
///     using Network = icnn::FicnnOf<double, icnn::Inputs<2, 0, 0>, icnn::Dense<8, icnn::Softplus>, icnn::Dense<1>>;
///     const icnn::FicnnView<Network> f({.output = {.diagonal = true}}, weights);
///
/// Made and evaluated without the heap, as is its workspace(), where the rank of L is in the type (Inputs<n, r, rank>); so
/// is its argmin, see argmin_of_view.hpp. Evaluation is described at ConvexFunction, where selections of blocks are not
/// known here, and combinators not to be had. The parameters have to outlive it and to stay as they are.
template <class Chain>
class FicnnView<BasicFicnn<Chain>>
    : public NetworkView<Chain>,
      public NetworkFunction<FicnnView<BasicFicnn<Chain>>, typename Chain::Layers::Scalar, false> {
  using Base = NetworkView<Chain>;
  using Base::chain_, Base::key_, Base::term_;

 public:
  using Network = BasicFicnn<Chain>;
  using ChainType = Chain;
  using typename Base::Options;
  using typename Base::Scalar;
  template <int Cols>
  using Workspace = typename Network::template Workspace<Cols>;

  /// Parameters in the order of the network's layout(), its options as far as they are not in the type, and its activations.
  /// Throws Error where there are not as many parameters as the network has, one is not finite, or one of W^z or D is
  /// negative; and on non_decreasing inputs, which bind edits.
  template <class... Chosen>
  requires requires(const Chosen&... chosen) { Chain::choice(chosen...); }
  FicnnView(const Options& options, std::span<const Scalar> parameters, const Chosen&... activations)
      : Base(options, Chain::choice(activations...), parameters) {}
  /// Of a network, which has to outlive it.
  explicit FicnnView(const Network& f) : Base(f) {}
  explicit FicnnView(const Network&&) = delete;

  /// Scratch for one sample, which allocates nothing, and for batches of up to options.columns.
  [[nodiscard]] Workspace<1> workspace() const { return {key_, chain_, term_, WorkspaceOptions{}}; }
  [[nodiscard]] Workspace<Dynamic> workspace(const WorkspaceOptions& options) const {
    return {key_, chain_, term_, options};
  }

  [[nodiscard]] const FicnnView& network() const noexcept { return *this; }  ///< see NetworkFunction

 private:
  template <class>
  friend class PicnnView;  // has effective weights for it
  FicnnView(const Options& options, const typename Base::Choice& choice) : Base(options, choice) {}
};

}  // namespace icnn::inline ICNN_ISA
