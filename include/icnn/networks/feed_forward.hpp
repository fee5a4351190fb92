// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <type_traits>
#include <utility>

#include "icnn/activations/any.hpp"
#include "icnn/core/parameterized.hpp"
#include "icnn/functions/convex_function.hpp"
#include "icnn/fwd.hpp"
#include "icnn/networks/feed_forward_chain.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// How many inputs a chain of dense layers has, by its type: a number or Dynamic.
template <class Chain>
inline constexpr int input_extent = Dynamic;
template <class First, class... Rest>
inline constexpr int input_extent<StaticChain<0, First, Rest...>> = First::InputWidth;

}  // namespace detail

/// Scratch of a feed-forward network for batches of up to `capacity` columns.
template <class Chain, int Cols>
struct FeedForwardWorkspace {
  template <class Layer>
  using TapeOf = typename Layer::template Tape<Cols>;
  template <class Layer>
  using AdjointOf = typename Layer::template Adjoint<Cols>;

  FeedForwardWorkspace(ShapeKey shape, const Chain& chain, Index inputs, Index columns_)
      : key(shape),
        capacity(columns_),
        x(inputs, columns_),
        gradient(inputs, 1),
        tapes(chain.template make<TapeOf>(columns_)),
        adjoints(chain.template make<AdjointOf>(columns_)) {}

  ShapeKey key;
  Index capacity;
  Index columns = 0;       ///< of the latest forward pass
  bool derivable = false;  ///< it left derivatives
  Matrix<typename Chain::Scalar, detail::input_extent<Chain>, Cols> x;
  Vector<typename Chain::Scalar, detail::input_extent<Chain>> gradient;  ///< one row of a Jacobian
  typename Chain::template Storage<TapeOf> tapes;
  typename Chain::template Storage<AdjointOf> adjoints;
};

/// A plain feed-forward network u_{i+1} = g_i(W_i u_i + b_i), u_0 = x, with any activations and any number of outputs: the
/// f-hat of Proposition 2, and a baseline. A regular value; blocks "W[i]", "b[i]"; made with zero parameters. Contracts as
/// at ConvexFunction: const, thread-safe, allocation-free with a workspace, Error on wrong shapes.
template <class Chain>
class BasicFeedForward : public Parameterized<typename Chain::Layers::Scalar> {
  using Base = Parameterized<typename Chain::Layers::Scalar>;
  template <class M>
  using Input = Eigen::MatrixBase<M>;

 public:
  using Layers = typename Chain::Layers;
  using Scalar = typename Layers::Scalar;
  using Options = typename Chain::Options;
  template <int Cols>
  using Workspace = FeedForwardWorkspace<Layers, Cols>;

  template <class... Chosen>
  requires requires(const Chosen&... chosen) { Chain::choice(chosen...); }
  explicit BasicFeedForward(const Options& options = Chain::default_options(), const Chosen&... activations)
      : BasicFeedForward(Built(options, Chain::choice(activations...))) {}

  /// With these parameters, in the order of layout(). Throws Error as edit() does.
  template <class... Chosen>
  requires requires(const Chosen&... chosen) { Chain::choice(chosen...); }
  BasicFeedForward(const Options& options, const Vector<Scalar>& parameters, const Chosen&... activations)
      : BasicFeedForward(options, activations...) {
    Base::set(parameters);
  }

  /// The blocks that such a network has, without the network.
  [[nodiscard]] static Layout layout_of(const Options& options, const typename Chain::Choice& activations) {
    return Built(options, activations).layout;
  }

  [[nodiscard]] const Layers& chain() const noexcept { return chain_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const typename Chain::Choice& activations() const noexcept { return activations_; }
  [[nodiscard]] Index inputs() const noexcept { return inputs_; }
  [[nodiscard]] Index outputs() const noexcept { return chain_.last().width(); }
  [[nodiscard]] Index depth() const noexcept { return chain_.depth(); }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return key_; }

  [[nodiscard]] Workspace<Layers::SingleColumns> workspace() const { return {key_, chain_, inputs_, 1}; }
  [[nodiscard]] Workspace<Dynamic> workspace(const WorkspaceOptions& options) const {
    return {key_, chain_, inputs_, options.checked().columns};
  }

  /// The outputs (a column per sample), which live in the workspace. Cost: one forward pass.
  template <class X, class Ws>
  auto value(const Input<X>& x, Ws& ws) const {
    start(Order::value, x, ws);
    return first_columns(std::as_const(detail::last(ws.tapes).u), ws.columns);
  }

  /// The outputs, and the derivatives in x and the parameters of sum_b seeds_b' output_b (seeds: outputs x B; empty: ones).
  /// Cost: a forward and a reverse pass.
  template <class X, class Ws>
  auto gradients(const Input<X>& x, const Wanted<Scalar>& wanted, Ws& ws) const {
    check_wanted(wanted, x.cols());
    start(Order::first, x, ws);
    run_backward(wanted, ws);
    return first_columns(std::as_const(detail::last(ws.tapes).u), ws.columns);
  }

  /// The derivatives for other seeds at the point of the latest gradients() call.
  template <class Ws>
  void pullback(const Wanted<Scalar>& wanted, Ws& ws) const {
    check_workspace(ws);
    if (!ws.derivable)
      fail({"pullback", "gradients() or jacobian() as the latest call on this workspace", "none, or value()"});
    check_wanted(wanted, ws.columns);
    run_backward(wanted, ws);
  }

  /// The outputs and their Jacobian (outputs x inputs) at one sample. Cost: a forward pass and one reverse pass per output.
  template <class X, class Ws>
  auto jacobian(const Input<X>& x, const MatrixView<Scalar>& j, Ws& ws) const {
    require_shape("jacobian", "one sample x", x.rows(), x.cols(), inputs_, Index{1});
    require_shape("jacobian", "the Jacobian", j.rows(), j.cols(), outputs(), inputs_);
    start(Order::first, x, ws);
    auto row = first_columns(ws.gradient, 1);
    for (Index i = 0; i < outputs(); ++i) {
      first_columns(detail::last(ws.adjoints).delta, 1).setZero();
      detail::last(ws.adjoints).delta(i, 0) = Scalar(1);
      row.setZero();
      reverse({.x = row}, ws);
      j.map().row(i) = row.col(0).transpose();
    }
    return first_columns(std::as_const(detail::last(ws.tapes).u), ws.columns);
  }

  /// The outputs, and the gradient in x of a network with one output, without a workspace: convenient, and allocating.
  template <class X>
  [[nodiscard]] auto operator()(const Input<X>& x) const {
    auto ws = workspace({.columns = x.cols() > 1 ? x.cols() : 1});
    using Values = std::conditional_t<is_sample<X>, Vector<Scalar>, Matrix<Scalar>>;
    return Values(value(x, ws));
  }
  template <class X>
  [[nodiscard]] auto gradient(const Input<X>& x) const {
    if (outputs() != 1) fail({"gradient", "a network with one output", detail::text(outputs()), "use jacobian()"});
    auto ws = workspace({.columns = x.cols() > 1 ? x.cols() : 1});
    using Values = std::conditional_t<is_sample<X>, Vector<Scalar>, Matrix<Scalar>>;
    Values result(inputs_, x.cols());
    gradients(x, {.x = result}, ws);
    return result;
  }

  /// The same network in another scalar. Throws Error where a parameter overflows.
  template <class T>
  [[nodiscard]] auto cast() const {
    return BasicFeedForward<typename Chain::template Rebind<T>>(
        options_, Vector<T>(Base::parameters().vector().template cast<T>()), activations_);
  }

  /// Equal architecture, activations and parameters; all else follows from these.
  friend bool operator==(const BasicFeedForward& a, const BasicFeedForward& b) {
    return a.options_ == b.options_ && a.activations_ == b.activations_ && a.parameters() == b.parameters();
  }

 private:
  /// The pieces, in the order in which they have to be made.
  struct Built {
    Built(const Options& chosen, const typename Chain::Choice& choice)
        : options(chosen), activations(choice), chain(Chain::build(layout, options, activations)) {}

    Layout layout{};
    Options options;
    typename Chain::Choice activations;
    Layers chain;
  };

  explicit BasicFeedForward(Built built)
      : Base(std::move(built.layout)),
        options_(std::move(built.options)),
        activations_(std::move(built.activations)),
        chain_(std::move(built.chain)) {
    chain_.for_each([&](Index i, const auto& layer) {
      if (i == 0) key_ = mix(key_, inputs_ = layer.inputs());
      key_ = mix(key_, layer.width());
    });
  }

  template <class Ws>
  void check_workspace(const Ws& ws) const {
    if (ws.key != key_) fail({"FeedForward", "a workspace made by this network's workspace()", "one of another shape"});
  }

  void check_wanted(const Wanted<Scalar>& wanted, Index columns) const {
    detail::check_wanted("gradients", wanted, {-1, inputs_, outputs(), columns}, Base::layout());
  }

  template <class X, class Ws>
  void start(Order order, const Input<X>& x, Ws& ws) const {
    check_workspace(ws);
    if (x.rows() != inputs_ || x.cols() < 1 || x.cols() > ws.capacity) {
      fail({"FeedForward",
            detail::text("x of shape ", inputs_, " x B with 1 <= B <= ", ws.capacity, " (the workspace's columns)"),
            detail::shape_text(x.rows(), x.cols())});
    }
    ws.columns = x.cols();
    ws.derivable = order != Order::value;
    first_columns(ws.x, ws.columns) = x;
    chain_.for_each([&](auto i, const auto& layer) {
      layer.forward(order, Base::p(), input(ws, i), detail::at(ws.tapes, i), ws.columns);
    });
  }

  template <class Ws>
  void run_backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    auto delta = first_columns(detail::last(ws.adjoints).delta, ws.columns);
    if (wanted.seeds) {
      delta = wanted.seeds.map();
    } else {
      delta.setOnes();
    }
    detail::clear(wanted, Base::layout());
    reverse(wanted, ws);
  }

  /// From the adjoints of the outputs, which are in place.
  template <class Ws>
  void reverse(const Wanted<Scalar>& wanted, Ws& ws) const {
    using View = MatrixView<Scalar>;
    const ParameterSink<Scalar> sink{wanted.parameters.data(), wanted.only};
    const Index lowest = lowest_layer(Base::layout(), wanted);
    chain_.for_each_reverse([&](auto i, const auto& layer) {
      if (i < lowest) return;
      View delta_in = wanted.x;
      if (i > 0) {
        auto delta = first_columns(detail::at(ws.adjoints, detail::below(i)).delta, ws.columns);
        delta.setZero();
        delta_in = View(delta);
      }
      layer.backward(Base::p(), input(ws, i), detail::at(ws.tapes, i), detail::at(ws.adjoints, i), sink, delta_in,
                     ws.columns);
    });
  }

  template <class Ws, class I>
  [[nodiscard]] static auto input(Ws& ws, I i) {
    if constexpr (requires { I::value; }) {
      if constexpr (I::value == 0) {
        return first_columns(ws.x, ws.columns);
      } else {
        return first_columns(detail::at(ws.tapes, detail::below(i)).u, ws.columns);
      }
    } else {
      return i == 0 ? first_columns(ws.x, ws.columns) : first_columns(detail::at(ws.tapes, detail::below(i)).u, ws.columns);
    }
  }

  Options options_;
  typename Chain::Choice activations_;
  Layers chain_;
  Index inputs_ = 0;
  ShapeKey key_ = 0;
};

/// One whose activations are chosen at run time.
template <class S>
using AnyFeedForward = FeedForward<S, AnyContextActivation, AnyContextActivation>;

/// One of compile-time sizes: FeedForwardOf<double, Inputs<1>, Dense<10, Relu>, Dense<1>>.
template <class S, class In, class... Layers>
using FeedForwardOf = BasicFeedForward<StaticFeedForwardChain<S, In::size, Layers...>>;

}  // namespace icnn::inline ICNN_ISA
