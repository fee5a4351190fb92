// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "icnn/networks/ficnn_view.hpp"
#include "icnn/networks/picnn.hpp"

namespace icnn::inline ICNN_ISA {

/// A PICNN of compile-time sizes whose parameters lie elsewhere; see FicnnView, whose contract is the same. The rank of L
/// has to be in the type.
template <class Chain>
class PicnnView<BasicPicnn<Chain>>
    : public NetworkView<Chain>, public NetworkFunction<PicnnView<BasicPicnn<Chain>>, typename Chain::Layers::Scalar, true> {
  using Base = NetworkView<Chain>;
  using Base::chain_, Base::context_, Base::key_, Base::term_;

 public:
  using Network = BasicPicnn<Chain>;
  using typename Base::Options;
  using typename Base::Scalar;
  using AtContext = FicnnView<typename Network::AtContext>;
  template <int Cols>
  using Workspace = typename Network::template Workspace<Cols>;

  /// Room for the parameters of the FICNN at a context.
  using EffectiveWeights = std::array<Scalar, std::size_t{Chain::Folded::most_parameters}>;

  /// See FicnnView.
  template <class... Chosen>
  requires requires(const Chosen&... chosen) { Chain::choice(chosen...); }
  PicnnView(const Options& options, std::span<const Scalar> parameters, const Chosen&... activations)
      : Base(options, Chain::choice(activations...), parameters), folded_(folded(options, Chain::choice(activations...))) {}
  explicit PicnnView(const Network& f) : Base(f), folded_(folded(f.options(), f.activations())) {}
  explicit PicnnView(const Network&&) = delete;

  /// Scratch for one sample, which allocates nothing, and for batches of up to options.columns.
  [[nodiscard]] Workspace<1> workspace() const { return {key_, chain_, term_, context_, WorkspaceOptions{}}; }
  [[nodiscard]] Workspace<Dynamic> workspace(const WorkspaceOptions& options) const {
    return {key_, chain_, term_, context_, options};
  }

  /// f(x, .) for one context: a FICNN with its effective weights in \p weights, to which it refers (see BasicPicnn::at). x
  /// has to be finite for these to be. Cost: the context path and one copy of the weights.
  [[nodiscard]] AtContext at(const Vector<Scalar, detail::context_extent<typename Base::Layers>>& x, Workspace<1>& ws,
                             EffectiveWeights& weights) const {
    if (ws.key != key_) fail({"at", "a workspace made by this function's workspace()", "one of another shape"});
    bind(x, ws);
    AtContext function = folded_;
    passes::fold(chain_, term_, Base::parameters().data(), ws.context, 0, function.chain(), function.output_term(),
                 weights.data());
    function.refer_to(weights.data());
    return function;
  }

  // What the passes behind ConvexFunction ask for, see NetworkFunction.

  [[nodiscard]] const PicnnView& network() const noexcept { return *this; }
  template <class Ws>
  [[nodiscard]] static const auto& bound(const Ws& ws) noexcept {
    return ws.context;
  }
  template <class X, class Ws>
  void bind(const X& x, Ws& ws) const {
    passes::set_context(chain_, term_, Base::parameters().data(), x, ws.context);
  }

 private:
  static_assert(Base::Layers::OutputRank != Dynamic, "PicnnView: the rank of L is in the type, Inputs<n, r, rank>");

  [[nodiscard]] static AtContext folded(const Options& options, const typename Base::Choice& choice) {
    FicnnOptions o = Chain::folded_options(options);
    o.hidden.clear();
    o.non_decreasing.clear();
    return {o, Chain::folded_choice(choice)};
  }

  AtContext folded_;  ///< without weights
};

}  // namespace icnn::inline ICNN_ISA
