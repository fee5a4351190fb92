// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/networks/convex_passes.hpp"

/// The context's side of a PICNN: gates from x, and back.
namespace icnn::inline ICNN_ISA {

namespace detail {

/// Length of x by the type of a chain: a number, Dynamic, or 0 for a FICNN.
template <class Chain>
inline constexpr int context_extent = 0;
template <class Layer>
requires requires { Layer::ContextWidth; }
inline constexpr int context_extent<DynamicChain<Layer>> = Dynamic;
template <int Rank, class First, class... Rest>
requires requires { First::ContextWidth; }
inline constexpr int context_extent<StaticChain<Rank, First, Rest...>> = First::ContextWidth;

}  // namespace detail

/// Everything that a batch of contexts determines: x, the gates and the context path of every layer, C x + d.
template <class Chain, int Cols>
struct BoundContext {
  using S = typename Chain::Scalar;
  template <class Layer>
  using TapeOf = typename Layer::template ContextSide<Cols>;

  BoundContext(const Chain& chain, const OutputTermOf<Chain>& term, Index context, Index columns)
      : x(context, columns), linear(term.inputs(), columns), tapes(chain.template make<TapeOf>(columns)) {}

  Matrix<S, detail::context_extent<Chain>, Cols> x;
  Matrix<S, Chain::Inputs, Cols> linear;
  typename Chain::template Storage<TapeOf> tapes;
};

/// Scratch of the passes at a context that lives elsewhere.
template <class Chain, int Cols>
struct AtContextWorkspace : ConvexWorkspace<Chain, Cols> {
  template <class Layer>
  using AdjointOf = typename Layer::template Adjoint<Cols>;

  AtContextWorkspace(ShapeKey shape, const Chain& chain, const OutputTermOf<Chain>& term, const WorkspaceOptions& options)
      : ConvexWorkspace<Chain, Cols>(shape, chain, term, options),
        adjoints(chain.template make<AdjointOf>(options.columns)) {}

  typename Chain::template Storage<AdjointOf> adjoints;
};

/// Scratch of a PICNN: the same, with the context.
template <class Chain, int Cols>
struct PicnnWorkspace : AtContextWorkspace<Chain, Cols> {
  PicnnWorkspace(ShapeKey shape, const Chain& chain, const OutputTermOf<Chain>& term, Index context_size,
                 const WorkspaceOptions& options)
      : AtContextWorkspace<Chain, Cols>(shape, chain, term, options), context(chain, term, context_size, options.columns) {}

  BoundContext<Chain, Cols> context;
};

/// What the passes of a PICNN see of its context, and where the adjoints of the gates go unless \p adjoints is null.
template <class Bound, class Adjoints>
class ContextView {
 public:
  ContextView(const Bound& bound, Adjoints* adjoints, Index columns)
      : bound_(&bound), adjoints_(adjoints), columns_(columns) {}

  template <class I>
  [[nodiscard]] auto gates(I i) const {
    return LayerGates(detail::at(bound_->tapes, i).gates, adjoints_ ? &detail::at(*adjoints_, i) : nullptr, columns_);
  }
  template <class Term, class S>
  [[nodiscard]] const auto& linear(const Term&, const S*) const {
    return bound_->linear;
  }
  template <class S>
  [[nodiscard]] auto x() const {
    return first_columns(bound_->x, columns_);
  }

 private:
  const Bound* bound_;
  Adjoints* adjoints_;
  Index columns_;
};

namespace passes {

/// u_i as columns: x, or the context step of the layer below.
template <class Bound, class I>
[[nodiscard]] auto context_input(const Bound& context, I i, Index columns) {
  if constexpr (requires { I::value; }) {
    if constexpr (I::value == 0) {
      return first_columns(context.x, columns);
    } else {
      return first_columns(at(context.tapes, below(i)).step->u, columns);
    }
  } else {
    return i == 0 ? first_columns(context.x, columns) : first_columns(at(context.tapes, below(i)).step->u, columns);
  }
}

/// Length of x; 0 for a FICNN.
template <class Chain>
[[nodiscard]] Index context_size(const Chain& chain) {
  Index size = 0;
  if constexpr (detail::context_extent<Chain> != 0) {
    chain.for_each([&](Index i, const auto& layer) { size = i == 0 ? layer.context() : size; });
  }
  return size;
}

/// What a workspace has to fit, the context path included.
template <class Chain, class Term>
[[nodiscard]] ShapeKey shape_key(const Chain& chain, const Term& term) {
  ShapeKey key = convex_shape_key(chain, term);
  if constexpr (detail::context_extent<Chain> != 0) {
    chain.for_each([&](auto, const auto& layer) { key = mix(key, layer.context()); });
  }
  return key;
}

/// Fills the context from its first columns of x.
template <class Chain, int Cols, class Term>
void context_forward(const Chain& chain, const Term& term, const typename Chain::Scalar* p, Index columns,
                     BoundContext<Chain, Cols>& context) {
  chain.for_each([&](auto i, const auto& layer) {
    layer.context_forward(p, context_input(context, i, columns), at(context.tapes, i), columns);
  });
  if (term.has_linear_part()) term.linear_part(p, first_columns(context.x, columns), first_columns(context.linear, columns));
}

/// The same from x (c x B).
template <class Chain, int Cols, class Term, class X>
void set_context(const Chain& chain, const Term& term, const typename Chain::Scalar* p, const X& x,
                 BoundContext<Chain, Cols>& context) {
  first_columns(context.x, x.cols()) = x;
  context_forward(chain, term, p, x.cols(), context);
}

/// The effective weights at one column of a bound context, as parameters of the FICNN that these layers and this output term
/// belong to.
template <class Chain, class Term, class Bound, class Folded, class FoldedTerm>
void fold(const Chain& chain, const Term& term, const typename Chain::Scalar* p, const Bound& context, Index column,
          const Folded& folded, const FoldedTerm& folded_term, typename Chain::Scalar* effective) {
  chain.for_each_pair(folded, [&](auto i, const auto& layer, const auto& target) {
    layer.fold(p, at(context.tapes, i).gates, column, target, effective);
  });
  const OutputTermShape shape = term.shape();
  if (shape.diagonal) folded_term.D(effective) = term.D(p);
  if (shape.rank > 0) folded_term.L(effective) = term.L(p);
  if (term.has_linear_part()) folded_term.d(effective) = context.linear.col(column);
}

/// Whether a gradient needs the adjoints of the gates.
template <class Chain, class S>
[[nodiscard]] bool reaches_context(const Chain& chain, const Wanted<S>& wanted) {
  bool reaches = static_cast<bool>(wanted.x);
  const ParameterSink<S> sink{wanted.parameters.data(), wanted.only};
  chain.for_each([&](auto, const auto& layer) { reaches = reaches || layer.wants_context(sink); });
  return reaches;
}

/// From the adjoints of the gates in ws to the context's parameters and to x.
template <class Chain, int Cols>
void context_backward(const Chain& chain, const Layout& layout, const typename Chain::Scalar* p,
                      const Wanted<typename Chain::Scalar>& wanted, AtContextWorkspace<Chain, Cols>& ws,
                      const BoundContext<Chain, Cols>& context) {
  using View = MatrixView<typename Chain::Scalar>;
  const Index columns = ws.columns;
  const ParameterSink<typename Chain::Scalar> sink{wanted.parameters.data(), wanted.only};
  const Index lowest = lowest_layer(layout, wanted);
  chain.for_each_reverse([&](auto i, const auto& layer) {
    if (i < lowest) return;
    View delta_u = wanted.x;
    if (i > 0) {
      auto delta = first_columns(at(ws.adjoints, below(i)).step->delta, columns);
      delta.setZero();
      delta_u = View(delta);
    }
    layer.context_backward(p, context_input(context, i, columns), at(context.tapes, i), at(ws.adjoints, i), sink, delta_u,
                           columns);
  });
}

}  // namespace passes
}  // namespace icnn::inline ICNN_ISA
