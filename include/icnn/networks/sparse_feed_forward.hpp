// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <utility>

#include "icnn/activations/properties.hpp"
#include "icnn/core/parameterized.hpp"
#include "icnn/core/sparse.hpp"
#include "icnn/core/view.hpp"
#include "icnn/functions/workspace.hpp"
#include "icnn/layers/feed_forward_layer.hpp"
#include "icnn/layers/sparse_map.hpp"

namespace icnn::inline ICNN_ISA {

/// Sizes of a SparseFeedForward.
struct SparseFeedForwardOptions {
  Index inputs = 0;  ///< >= 1, length of x
  Index width = 0;   ///< >= 1, length of u

  friend bool operator==(const SparseFeedForwardOptions&, const SparseFeedForwardOptions&) = default;
};

/// One step u = g(W x + b) of a sparse x, as the first one of a context path or of a feed-forward network: a network of its
/// own, whose outputs are another's inputs. Every pass costs `width` operations per non-zero of x, not per row. Blocks of
/// layout(): "W[0]", "b[0]". A regular value; made with all parameters zero. Evaluation is const and thread-safe.
template <class S, Activation A>
class SparseFeedForward : public Parameterized<S> {
  using Base = Parameterized<S>;
  using Layer = FeedForwardLayer<S, A, Dynamic, Dynamic, SparseMap<S>>;

 public:
  using Scalar = S;
  using Options = SparseFeedForwardOptions;

  /// Scratch for batches of up to `capacity` samples; it refers to the latest x, which has to outlive its pullback().
  struct Workspace : WorkspaceState {
    Workspace(ShapeKey shape, const Layer& layer, const WorkspaceOptions& room)
        : WorkspaceState(shape, room),
          tape(ScratchSize<Layer>{layer, capacity}),
          adjoint(ScratchSize<Layer>{layer, capacity}) {}
    typename Layer::template Tape<Dynamic> tape;
    typename Layer::template Adjoint<Dynamic> adjoint;
    const SparseColumns<S>* x = nullptr;
  };

  explicit SparseFeedForward(const Options& options, const A& activation = {})
      : SparseFeedForward(Built(options, activation)) {}

  /// The blocks that such a network has, without the network.
  [[nodiscard]] static Layout layout_of(const Options& options, const A& activation = {}) {
    return Built(options, activation).layout;
  }

  [[nodiscard]] Options options() const noexcept { return {inputs(), outputs()}; }
  [[nodiscard]] const A& activation() const noexcept { return layer_.activation(); }
  [[nodiscard]] Index inputs() const noexcept { return layer_.inputs(); }
  [[nodiscard]] Index outputs() const noexcept { return layer_.width(); }
  [[nodiscard]] Workspace workspace(const WorkspaceOptions& options = {}) const { return {key_, layer_, options}; }

  /// u, one column per sample, which lives in the workspace; ready for pullback(). Throws Error on wrong shapes.
  auto value(const SparseColumns<S>& x, Workspace& ws) const {
    if (ws.key != key_) fail({"SparseFeedForward", "a workspace made by this layer's workspace()", "one of another shape"});
    if (x.rows() != inputs() || x.cols() < 1 || x.cols() > ws.capacity) {
      fail({"SparseFeedForward", detail::text("x of shape ", inputs(), " x B with 1 <= B <= ", ws.capacity),
            detail::shape_text(x.rows(), x.cols())});
    }
    ws.columns = x.cols();
    ws.derivable = true;
    ws.x = &x;
    layer_.forward(kernels::Order::first, Base::p(), x, ws.tape, ws.columns);
    return first_columns(std::as_const(ws.tape.u), ws.columns);
  }

  /// The derivatives in the parameters of sum_b seeds_b' u_b (seeds: width x B; empty: ones) at the latest value().
  void pullback(const Wanted<S>& wanted, Workspace& ws) const {
    if (ws.key != key_ || !ws.derivable) fail({"pullback", "value() as the latest call on this workspace", "none"});
    if (wanted.x || wanted.y) fail({"pullback", "a gradient in the parameters alone", "a request for x or y"});
    if (wanted.seeds) {
      require_shape("pullback", "seeds", wanted.seeds.rows(), wanted.seeds.cols(), outputs(), ws.columns);
      first_columns(ws.adjoint.delta, ws.columns) = wanted.seeds.map();
    } else {
      first_columns(ws.adjoint.delta, ws.columns).setOnes();
    }
    if (!wanted.parameters) return;
    require_shape("pullback", "the gradient in the parameters", wanted.parameters.rows(), wanted.parameters.cols(),
                  Base::parameter_count(), Index{1});
    detail::check_selection("pullback", wanted.only, Base::layout());
    detail::clear(wanted, Base::layout());
    layer_.backward(Base::p(), *ws.x, ws.tape, ws.adjoint, ParameterSink<S>{wanted.parameters.data(), wanted.only}, {},
                    ws.columns);
  }

  friend bool operator==(const SparseFeedForward& a, const SparseFeedForward& b) {
    return a.layer_ == b.layer_ && a.parameters() == b.parameters();
  }

 private:
  /// The pieces, in the order in which they have to be made.
  struct Built {
    Built(const Options& options, const A& activation)
        : layer(layout, 0, checked(options).inputs, options.width, true, activation) {}

    Layout layout;
    Layer layer;
  };

  explicit SparseFeedForward(Built built)
      : Base(std::move(built.layout)), layer_(std::move(built.layer)), key_(mix(mix(7, inputs()), outputs())) {}

  [[nodiscard]] static const Options& checked(const Options& options) {
    if (options.inputs < 1 || options.width < 1) {
      fail({"SparseFeedForward", "sizes of at least 1", detail::shape_text(options.width, options.inputs)});
    }
    return options;
  }

  Layer layer_;
  ShapeKey key_;
};

}  // namespace icnn::inline ICNN_ISA
