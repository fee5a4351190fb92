// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <utility>

#include "icnn/activations/any.hpp"
#include "icnn/networks/convex_function.hpp"
#include "icnn/networks/convex_passes.hpp"
#include "icnn/networks/ficnn_chain.hpp"
#include "icnn/networks/parameterized.hpp"

namespace icnn {

/// A fully input convex neural network, equation 2 of Amos, Xu and Kolter (ICML 2017):
///
///     z_{i+1} = g_i( W^z_i z_i + W^y_i y + b_i ),  f(y) = z_k + q(y),
///
/// convex in y: the layers refuse activations that break Proposition 1 at compile time, edit() refuses negative W^z, and
/// the output term q is a convex quadratic. A regular value. Blocks of layout(): "Wz[i]", "Wy[i]", "b[i]", "D", "L", "d".
/// Made with all parameters zero. Evaluation is described at ConvexFunction, edit() at Parameters.
template <class Chain>
class BasicFicnn : public Parameterized<typename Chain::Scalar>,
                   public ConvexFunction<BasicFicnn<Chain>, typename Chain::Scalar, false> {
  using Base = Parameterized<typename Chain::Scalar>;

 public:
  using Scalar = typename Chain::Scalar;
  using Options = typename Chain::Options;
  static constexpr int Inputs = Chain::Inputs;
  static constexpr int SingleColumns = Chain::SingleColumns;
  template <int Cols>
  using Workspace = ConvexWorkspace<Chain, Cols>;

  /// Zero parameters. With run-time sizes the activations are (hidden), (hidden, first), (hidden, first, output) or an
  /// Activations; with a type list, one per layer. Throws Error on sizes below 1 or too large to store.
  template <class... Chosen>
  requires requires(const Chosen&... chosen) { Chain::choice(chosen...); }
  explicit BasicFicnn(const Options& options = {}, const Chosen&... activations)
      : BasicFicnn(Built(options, Chain::choice(activations...)), options) {}

  /// With these parameters, in the order of layout(). Throws Error as edit() does.
  template <class... Chosen>
  requires requires(const Chosen&... chosen) { Chain::choice(chosen...); }
  BasicFicnn(const Options& options, const Vector<Scalar>& parameters, const Chosen&... activations)
      : BasicFicnn(options, activations...) {
    Base::set(parameters);
  }

  [[nodiscard]] const Chain& chain() const noexcept { return chain_; }
  [[nodiscard]] const OutputTerm<Scalar, Inputs>& output_term() const noexcept { return term_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const typename Chain::Choice& activations() const noexcept { return activations_; }
  [[nodiscard]] Index inputs() const noexcept { return term_.inputs(); }
  [[nodiscard]] Index depth() const noexcept { return chain_.depth(); }
  [[nodiscard]] static constexpr Index context_size() noexcept { return 0; }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return key_; }

  [[nodiscard]] Regularity regularity() const {
    Regularity result{!term_.is_quadratic(), 2};
    chain_.for_each([&](auto, const auto& layer) { result = combine(result, regularity_of(layer.activation())); });
    return result;
  }

  /// Scratch for one sample, and for batches of up to options.columns.
  [[nodiscard]] Workspace<SingleColumns> workspace() const { return {key_, chain_, term_, WorkspaceOptions{}}; }
  [[nodiscard]] Workspace<Dynamic> workspace(const WorkspaceOptions& options) const {
    return {key_, chain_, term_, options};
  }

  /// The same network in another scalar. Throws Error where a parameter overflows.
  template <class T>
  [[nodiscard]] auto cast() const {
    return BasicFicnn<typename Chain::template Rebind<T>>(
        options_, Vector<T>(Base::parameters().vector().template cast<T>()), activations_);
  }

  // The unchecked passes behind ConvexFunction; they add to their outputs.

  template <class Y, class Ws>
  void forward(Order order, const Y& y, Ws& ws) const {
    ws.columns = y.cols();
    active(ws.y, ws.columns) = y;
    passes::forward(chain_, term_, Base::p(), order, ws, linear(), NoConditions{});
  }

  template <class Ws>
  void backward(const Gradients<Scalar>& wanted, Ws& ws) const {
    passes::set_seeds(wanted, ws);
    passes::backward(chain_, term_, Base::layout(), Base::p(), wanted, ws, no_context(), NoConditions{});
  }

  template <class W, class Ws>
  void tangent(const W& w, Ws& ws) const {
    active(ws.w, ws.columns) = w;
    passes::tangent(chain_, term_, Base::p(), ws, NoConditions{});
  }

  template <class Ws>
  void second_backward(const Gradients<Scalar>& wanted, Ws& ws) const {
    passes::set_seeds(wanted, ws);
    passes::second_backward(chain_, term_, Base::layout(), Base::p(), wanted, ws, no_context(), NoConditions{});
  }

  template <class Ws>
  void add_hessian(Index column, const MatrixView<Scalar>& h, Ws& ws) const {
    passes::add_hessian(chain_, term_, Base::p(), column, h, ws, NoConditions{});
  }

  template <class Y, class D, class Ws>
  void start_line(const Y& y, const D& d, Ws& ws) const {
    ws.columns = y.cols();
    active(ws.y, ws.columns) = y;
    active(ws.w, ws.columns) = d;
    passes::start_line(chain_, term_, Base::p(), ws, linear(), NoConditions{});
  }

  template <class Ws>
  void step_line(Order order, Ws& ws) const {
    passes::along(chain_, term_, Base::p(), order, ws, NoConditions{});
  }

  /// Equal architecture, activations and parameters; all else follows from these.
  friend bool operator==(const BasicFicnn& a, const BasicFicnn& b) {
    return a.options_ == b.options_ && a.activations_ == b.activations_ && a.parameters() == b.parameters();
  }

 private:
  template <class>
  friend class BasicPicnn;  // writes effective weights at a context

  /// The pieces, in the order in which they have to be made.
  struct Built {
    Built(const Options& options, typename Chain::Choice choice)
        : activations(std::move(choice)),
          chain(Chain::build(layout, options, activations)),
          term(layout, chain.depth(), options.output, chain.last().inputs(), 0, options.non_decreasing) {}

    Layout layout;
    typename Chain::Choice activations;
    Chain chain;
    OutputTerm<Scalar, Inputs> term;
  };

  BasicFicnn(Built built, const Options& options)
      : Base(std::move(built.layout)),
        options_(options),
        activations_(std::move(built.activations)),
        chain_(std::move(built.chain)),
        term_(std::move(built.term)),
        key_(passes::shape_key(chain_, term_)) {}

  [[nodiscard]] auto linear() const { return term_.d(Base::p()); }
  [[nodiscard]] static Matrix<Scalar, 0, 0> no_context() { return {}; }

  Options options_;
  typename Chain::Choice activations_;
  Chain chain_;
  OutputTerm<Scalar, Inputs> term_;
  ShapeKey key_;
};

/// A FICNN of run-time sizes: one type per scalar and activations, whatever the depth. `First` may be any convex
/// activation; `Output` clamps f from below and is the identity in every use of the paper.
template <class S, Activation A, Activation First = A, Activation Output = Identity>
using Ficnn = BasicFicnn<FicnnChain<S, A, First, Output>>;

/// A FICNN whose activations are chosen at run time among those that Proposition 1 admits.
template <class S>
using AnyFicnn = Ficnn<S, AnyActivation, AnyFirstActivation, AnyActivation>;

namespace detail {

template <class S, class In, class... Layers>
struct FicnnOfTypes : ConvexNetworkOf<Layers...> {
  using type = BasicFicnn<StaticFicnnChain<S, In::size, Layers...>>;
};

}  // namespace detail

/// A FICNN of compile-time sizes, for tiny networks:
/// FicnnOf<double, Inputs<6>, Dense<16, Softplus>, Dense<16, Softplus>, Dense<1>>.
template <class S, class In, class... Layers>
using FicnnOf = typename detail::FicnnOfTypes<S, In, Layers...>::type;

}  // namespace icnn
