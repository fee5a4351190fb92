// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <type_traits>
#include <utility>

#include "icnn/activations/any.hpp"
#include "icnn/fwd.hpp"
#include "icnn/networks/compiled_ficnn.hpp"
#include "icnn/networks/convex_network.hpp"
#include "icnn/networks/ficnn_chain.hpp"
#include "icnn/networks/lanes.hpp"
#include "icnn/networks/network_function.hpp"

namespace icnn::inline ICNN_ISA {

/// A fully input convex neural network, equation 2 of Amos, Xu and Kolter (ICML 2017):
///
///     z_{i+1} = g_i( W^z_i z_i + W^y_i y + b_i ),  f(y) = z_k + q(y),
///
/// convex in y: the layers refuse activations that break Proposition 1 at compile time, edit() refuses negative W^z, and
/// the output term q is a convex quadratic, as are those that layers may have beside W^y (quadratic_rank, see QuadraticMap).
/// A regular value. Blocks of layout(): "Wz[i]", "Wy[i]", "A[i]", "b[i]", "D", "L", "d".
/// Made with all parameters zero. Evaluation is described at ConvexFunction, edit() at Parameters.
template <class Chain>
class BasicFicnn : public ConvexNetwork<Chain>,
                   public NetworkFunction<BasicFicnn<Chain>, typename Chain::Layers::Scalar, false> {
  using Base = ConvexNetwork<Chain>;
  using Base::chain_, Base::key_, Base::term_;

 public:
  using typename Base::Layers;
  using typename Base::Options;
  using typename Base::Scalar;
  template <int Cols>
  using Workspace =
      std::conditional_t<Cols == Dynamic && detail::has_lanes<Layers>, LaneWorkspace<Layers>, ConvexWorkspace<Layers, Cols>>;

  /// Zero parameters. With run-time sizes the activations are (hidden), (hidden, first), (hidden, first, output) or an
  /// Activations; with a type list, one per layer. Throws Error on sizes below 1 or too large to store.
  template <class... Chosen>
  requires requires(const Chosen&... chosen) { Chain::choice(chosen...); }
  explicit BasicFicnn(const Options& options = Chain::default_options(), const Chosen&... activations)
      : Base(options, Chain::choice(activations...)) {}

  /// With these parameters, in the order of layout(). Throws Error as edit() does.
  template <class... Chosen>
  requires requires(const Chosen&... chosen) { Chain::choice(chosen...); }
  BasicFicnn(const Options& options, const Vector<Scalar>& parameters, const Chosen&... activations)
      : BasicFicnn(options, activations...) {
    Base::set(parameters);
  }

  /// Scratch for one sample, and for batches of up to options.columns.
  [[nodiscard]] Workspace<Base::SingleColumns> workspace() const { return {key_, chain_, term_, WorkspaceOptions{}}; }
  [[nodiscard]] Workspace<Dynamic> workspace(const WorkspaceOptions& options) const {
    return {key_, chain_, term_, options};
  }

  /// The same network in another scalar. Throws Error where a parameter overflows.
  template <class T>
  [[nodiscard]] auto cast() const {
    return BasicFicnn<typename Chain::template Rebind<T>>(
        Base::options_, Vector<T>(Base::parameters().vector().template cast<T>()), Base::activations_);
  }

  [[nodiscard]] const BasicFicnn& network() const noexcept { return *this; }  ///< see NetworkFunction

 private:
  template <class>
  friend class BasicPicnn;  // writes effective weights at a context
};

/// A FICNN whose activations are chosen at run time among those that Proposition 1 admits.
template <class S>
using AnyFicnn = Ficnn<S, AnyActivation, AnyFirstActivation, AnyActivation>;

namespace detail {

template <class S, class In, class... Layers>
struct FicnnOfTypes : ConvexNetworkOf<Layers...> {
  using type = BasicFicnn<StaticFicnnChain<S, In, Layers...>>;
};

}  // namespace detail

/// A FICNN of compile-time sizes, for tiny networks:
/// FicnnOf<double, Inputs<6>, Dense<16, Softplus>, Dense<16, Softplus>, Dense<1>>.
template <class S, class In, class... Layers>
using FicnnOf = typename detail::FicnnOfTypes<S, In, Layers...>::type;

}  // namespace icnn::inline ICNN_ISA
