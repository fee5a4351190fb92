// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <type_traits>
#include <utility>

#include "icnn/fwd.hpp"
#include "icnn/networks/compiled_picnn.hpp"
#include "icnn/networks/context_passes.hpp"
#include "icnn/networks/convex_network.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/network_function.hpp"
#include "icnn/networks/picnn_chain.hpp"

namespace icnn::inline ICNN_ISA {

template <class Picnn>
class PicnnBatch;

/// A partially input convex neural network, equation 3 of Amos, Xu and Kolter (ICML 2017): f(x, y), convex in y for every
/// x and arbitrary in x. One step is described at PicnnLayer; the output term q(x, y) is added at the end. A regular value.
/// Blocks of layout(): "Wz[i]", "Wzu[i]", "bz[i]", "Wy[i]", "A[i]", "Wyu[i]", "by[i]", "Wu[i]", "b[i]", "Wt[i]" and "bt[i]"
/// for W~ and b~, "D", "L", "C", "d". Made with all parameters zero but the gate biases bz and by, which are 1. Evaluation,
/// f(x, y), is described at ConvexFunction, edit() at Parameters.
template <class Chain>
class BasicPicnn : public ConvexNetwork<Chain>,
                   public NetworkFunction<BasicPicnn<Chain>, typename Chain::Layers::Scalar, true> {
  using Base = ConvexNetwork<Chain>;
  using Base::chain_, Base::context_, Base::key_, Base::options_, Base::activations_, Base::term_;

 public:
  using typename Base::Layers;
  using typename Base::Options;
  using typename Base::Scalar;
  using AtContext = BasicFicnn<typename Chain::Folded>;
  template <int Cols>
  using Workspace = PicnnWorkspace<Layers, Cols>;

  /// With run-time sizes the activations are (hidden), (hidden, context), (hidden, context, first),
  /// (hidden, context, first, output) or a PicnnActivations. Throws Error on sizes below 1 or too large to store.
  template <class... Chosen>
  requires requires(const Chosen&... chosen) { Chain::choice(chosen...); }
  explicit BasicPicnn(const Options& options = Chain::default_options(), const Chosen&... activations)
      : Base(options, Chain::choice(activations...)) {
    Base::fill([this](ParameterEdit<Scalar>& edit) {
      chain_.for_each([&](auto, const auto& layer) { layer.open_gates(edit.vector().data()); });
    });
  }

  /// With these parameters, in the order of layout(). Throws Error as edit() does.
  template <class... Chosen>
  requires requires(const Chosen&... chosen) { Chain::choice(chosen...); }
  BasicPicnn(const Options& options, const Vector<Scalar>& parameters, const Chosen&... activations)
      : BasicPicnn(options, activations...) {
    Base::set(parameters);
  }

  /// Scratch for one sample, and for batches of up to options.columns.
  [[nodiscard]] Workspace<Base::SingleColumns> workspace() const {
    return {key_, chain_, term_, context_, WorkspaceOptions{}};
  }
  [[nodiscard]] Workspace<Dynamic> workspace(const WorkspaceOptions& options) const {
    return {key_, chain_, term_, context_, options};
  }

  /// f(x, .) for one context (a vector type): a FICNN that owns its effective weights W^z diag([W^zu u + b^z]_+),
  /// W^y diag(W^yu u + b^y), W^u u + b, so that evaluations no longer pay for the context. x has
  /// to be finite for the weights to be. Cost: the context path and one
  /// copy of the weights. Its derivatives are in y; for those in x and in the parameters ask the PICNN or at(X).
  template <class X>
  requires(is_sample<X>) [[nodiscard]] AtContext at(const Eigen::MatrixBase<X>& x) const {
    require_shape("at", "a context x", x.rows(), x.cols(), context_, Index{1});
    AtContext function(Chain::folded_options(options_), Chain::folded_choice(activations_));
    auto ws = workspace();
    rebind(function, x, ws);
    return function;
  }

  /// Moves a function made by at(x) to another context, in its own memory; allocates nothing.
  template <class X, class Ws>
  void rebind(AtContext& function, const Eigen::MatrixBase<X>& x, Ws& ws) const {
    if (!is_at_context(function) || ws.key != key_) {
      fail(
          {"rebind", "a function made by at() and a workspace made by workspace() of this network", "one of another shape"});
    }
    require_shape("rebind", "a context x", x.rows(), x.cols(), context_, Index{1});
    bind(x, ws);
    fold(ws.context, 0, function);
  }

  /// f(x_b, .) for a batch of contexts, one per column: evaluates batches y_b with the gates kept as columns, and has
  /// all derivatives, those in x and the parameters included. Refers to this network, which must outlive it.
  template <class X>
  requires(!is_sample<X>) [[nodiscard]] PicnnBatch<BasicPicnn> at(const Eigen::MatrixBase<X>& x) const& {
    return PicnnBatch<BasicPicnn>(*this, x);
  }
  template <class X>
  requires(!is_sample<X>) PicnnBatch<BasicPicnn> at(const Eigen::MatrixBase<X>& x)
  const&& = delete;

  /// The same network in another scalar. Throws Error where a parameter overflows.
  template <class T>
  [[nodiscard]] auto cast() const {
    return BasicPicnn<typename Chain::template Rebind<T>>(
        options_, Vector<T>(Base::parameters().vector().template cast<T>()), activations_);
  }

  // What the passes behind ConvexFunction ask for, see NetworkFunction.

  [[nodiscard]] const BasicPicnn& network() const noexcept { return *this; }
  template <class Ws>
  [[nodiscard]] static const auto& bound(const Ws& ws) noexcept {
    return ws.context;
  }
  template <class X, class Ws>
  void bind(const X& x, Ws& ws) const {
    bind_to(x, ws.context);
  }
  /// The same in a context that lives elsewhere.
  template <class X, class Bound>
  void bind_to(const X& x, Bound& context) const {
    passes::set_context(chain_, term_, Base::p(), x, context);
  }
  /// The effective weights at one column of a bound context, into a function made by at(). The former throws Error on
  /// another one, the latter does not look.
  template <class Bound>
  void fold_checked(const Bound& context, Index column, AtContext& function) const {
    if (!is_at_context(function)) fail({"column", "a function made by at() of this network", "one of another shape"});
    fold(context, column, function);
  }
  template <class Bound>
  void fold(const Bound& context, Index column, AtContext& function) const {
    passes::fold(chain_, term_, Base::p(), context, column, function.chain(), function.output_term(), function.trusted());
  }

 private:
  /// Whether the function has the blocks and the activations that at() gives.
  [[nodiscard]] bool is_at_context(const AtContext& function) const {
    bool same = function.shape_key() == passes::convex_shape_key(chain_, term_) &&
                function.activations() == Chain::folded_choice(activations_) &&
                function.output_term().shape() == detail::at_context(term_.shape());
    if (!same) return false;
    chain_.for_each_pair(function.chain(), [&](auto, const auto& layer, const auto& target) {
      same = same && target.has_bias() && layer.has_passthrough() == target.has_passthrough();
    });
    return same;
  }
};

/// A PICNN whose activations are chosen at run time.
template <class S>
using AnyPicnn = Picnn<S, AnyActivation, AnyContextActivation, AnyFirstActivation, AnyActivation>;

namespace detail {

template <class S, class Ctx, class In, class... Layers>
struct PicnnOfTypes : ConvexNetworkOf<Layers...> {
  using type = BasicPicnn<StaticPicnnChain<S, Ctx::size, In, Layers...>>;
};

}  // namespace detail

/// A PICNN of compile-time sizes, for tiny networks:
/// PicnnOf<double, Context<3>, Inputs<2>, Gated<16, Softplus, 8, Tanh>, Gated<1>>.
template <class S, class Ctx, class In, class... Layers>
using PicnnOf = typename detail::PicnnOfTypes<S, Ctx, In, Layers...>::type;

}  // namespace icnn::inline ICNN_ISA
