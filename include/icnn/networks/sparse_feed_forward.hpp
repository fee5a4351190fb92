// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <utility>

#include "icnn/activations/properties.hpp"
#include "icnn/core/sparse.hpp"
#include "icnn/core/view.hpp"
#include "icnn/functions/workspace.hpp"
#include "icnn/kernels/elementwise.hpp"
#include "icnn/layers/wanted.hpp"
#include "icnn/networks/parameterized.hpp"

namespace icnn::inline ICNN_ISA {

/// Sizes of a SparseFeedForward.
struct SparseFeedForwardOptions {
  Index inputs = 1;  ///< length of x
  Index width = 1;   ///< length of u

  friend bool operator==(const SparseFeedForwardOptions&, const SparseFeedForwardOptions&) = default;
};

/// One step u = g(W x + b) of a sparse x, as the first one of a context path or of a feed-forward network: a network of its
/// own, whose outputs are another's inputs. Every pass costs `width` operations per non-zero of x, not per row. Blocks of
/// layout(): "W[0]", "b[0]". A regular value; made with all parameters zero. Evaluation is const and thread-safe.
template <class S, Activation A>
class SparseFeedForward : public Parameterized<S> {
  using Base = Parameterized<S>;

 public:
  using Scalar = S;
  using Options = SparseFeedForwardOptions;

  /// Scratch for batches of up to `capacity` samples; it refers to the latest x, which has to outlive its pullback().
  struct Workspace : WorkspaceState {
    Workspace(ShapeKey shape, Index width, const WorkspaceOptions& room)
        : WorkspaceState(shape, room), u(width, capacity), first(width, capacity), v(width, capacity) {}
    Matrix<S> u, first, v;  ///< outputs, g', adjoints of the pre-activation
    const SparseColumns<S>* x = nullptr;
  };

  explicit SparseFeedForward(const Options& options, const A& activation = {})
      : Base(build(options)), options_(options), activation_(activation), key_(mix(mix(7, options.inputs), options.width)) {}

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const A& activation() const noexcept { return activation_; }
  [[nodiscard]] Index inputs() const noexcept { return options_.inputs; }
  [[nodiscard]] Index outputs() const noexcept { return options_.width; }
  [[nodiscard]] Workspace workspace(const WorkspaceOptions& options = {}) const { return {key_, options_.width, options}; }

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
    const auto W = weights(Base::p());
    const Eigen::Map<const Vector<S>> b(Base::p() + W.size(), outputs());
    for (Index c = 0; c < ws.columns; ++c) {
      auto u = ws.u.col(c);
      u = b;
      const auto indices = x.indices(c);
      const auto values = x.values(c);
      for (std::size_t k = 0; k < indices.size(); ++k) u += values[k] * W.col(indices[k]);
    }
    kernels::apply(activation_, kernels::Order::first, ws.columns * outputs(), ws.u.data(), ws.first.data(),
                   static_cast<S*>(nullptr));
    return first_columns(std::as_const(ws.u), ws.columns);
  }

  /// The derivatives in the parameters of sum_b seeds_b' u_b (seeds: width x B; empty: ones) at the latest value().
  void pullback(const Wanted<S>& wanted, Workspace& ws) const {
    if (ws.key != key_ || !ws.derivable) fail({"pullback", "value() as the latest call on this workspace", "none"});
    if (wanted.x || wanted.y) fail({"pullback", "a gradient in the parameters alone", "a request for x or y"});
    if (wanted.seeds) {
      require_shape("pullback", "seeds", wanted.seeds.rows(), wanted.seeds.cols(), outputs(), ws.columns);
      first_columns(ws.v, ws.columns) = wanted.seeds.map().cwiseProduct(first_columns(ws.first, ws.columns));
    } else {
      first_columns(ws.v, ws.columns) = first_columns(ws.first, ws.columns);
    }
    if (!wanted.parameters) return;
    require_shape("pullback", "the gradient in the parameters", wanted.parameters.rows(), wanted.parameters.cols(),
                  Base::parameter_count(), Index{1});
    detail::check_selection("pullback", wanted.only, Base::layout());
    detail::clear(wanted, Base::layout());
    const ParameterSink<S> sink{wanted.parameters.data(), wanted.only};
    auto W = weights(sink.data);
    if (sink.wants(0)) {
      for (Index c = 0; c < ws.columns; ++c) {
        const auto indices = ws.x->indices(c);
        const auto values = ws.x->values(c);
        for (std::size_t k = 0; k < indices.size(); ++k) W.col(indices[k]) += values[k] * ws.v.col(c);
      }
    }
    if (sink.wants(1))
      Eigen::Map<Vector<S>>(sink.data + W.size(), outputs()) += first_columns(ws.v, ws.columns).rowwise().sum();
  }

  friend bool operator==(const SparseFeedForward& a, const SparseFeedForward& b) {
    return a.options_ == b.options_ && a.activation_ == b.activation_ && a.parameters() == b.parameters();
  }

 private:
  [[nodiscard]] static Layout build(const Options& options) {
    if (options.inputs < 1 || options.width < 1) {
      fail({"SparseFeedForward", "sizes of at least 1", detail::shape_text(options.width, options.inputs)});
    }
    Layout layout;
    layout.add({block_name("W", 0), 0, options.width, options.inputs});
    layout.add({block_name("b", 0), 0, options.width, 1});
    return layout;
  }

  template <class P>
  [[nodiscard]] auto weights(P* p) const {
    return Eigen::Map<std::conditional_t<std::is_const_v<P>, const Matrix<S>, Matrix<S>>>(p, outputs(), inputs());
  }

  Options options_;
  A activation_;
  ShapeKey key_;
};

}  // namespace icnn::inline ICNN_ISA
