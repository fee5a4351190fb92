// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <type_traits>

#include "icnn/activations/properties.hpp"
#include "icnn/core/view.hpp"
#include "icnn/functions/convex_function.hpp"
#include "icnn/kernels/elementwise.hpp"
#include "icnn/kernels/products.hpp"
#include "icnn/layers/gates.hpp"
#include "icnn/layers/output_term.hpp"
#include "icnn/layers/wanted.hpp"
#include "icnn/networks/chain.hpp"

/// The passes of a convex network over its layers and its output term, written once for FICNN and PICNN, run-time and
/// compile-time sizes. A context (NoContext, ContextView) says what it contributes: gates, r, and the linear output term.
namespace icnn::inline ICNN_ISA {

/// The output term that stands beside a chain of layers.
template <class Chain>
using OutputTermOf = OutputTerm<typename Chain::Scalar, Chain::Inputs, Chain::OutputRank>;

/// All scratch of the convex path for batches of up to `capacity` columns of numbers T (packs of them in a LaneWorkspace).
/// One per thread; made by workspace().
template <class Chain, int Cols, class T = typename Chain::Scalar>
struct ConvexWorkspace : WorkspaceState {
  static constexpr int N = Chain::Inputs;
  template <class Layer>
  using TapeOf = typename Layer::template Tape<Cols, T>;
  using Term = OutputTermOf<Chain>;

  [[gnu::cold]] ConvexWorkspace(ShapeKey shape, const Chain& chain, const Term& term, const WorkspaceOptions& options)
      : WorkspaceState(shape, options),
        y(term.inputs(), capacity),
        w(term.inputs(), capacity),
        values(1, capacity),
        slopes(1, capacity),
        seeds(1, capacity),
        alpha(1, capacity),
        base(1, capacity),
        base_slope(1, capacity),
        tapes(chain.template make<TapeOf>(capacity, hessian)),
        term_tape(term.inputs(), term.rank(), capacity) {}

  // Where the passes run and what goes to and fro: all in place here, not so in a LaneWorkspace.
  [[nodiscard]] ConvexWorkspace& scratch() { return *this; }
  template <class Y>
  void set_point(const Y& point) {
    columns = point.cols();
    first_columns(y, columns) = point;
  }
  template <class W>
  void set_direction(const W& direction) {
    first_columns(w, columns) = direction;
  }
  void load_seeds() {}
  void load_steps() {}
  void store_values() {}
  void store_slopes() {}
  [[nodiscard]] const MatrixView<T>& gradient(const MatrixView<T>& wanted) const { return wanted; }
  void add_gradient(const MatrixView<T>&) const {}
  template <class Add>
  void add_hessian(Index column, const MatrixView<T>& h, Add add) {
    add(column, h);
  }

  Matrix<T, N, Cols> y, w;                     ///< the point and the direction, copied: outputs may alias inputs
  Matrix<T, 1, Cols> values, slopes;           ///< f and w' grad_y f
  Matrix<T, 1, Cols> seeds;                    ///< c_b
  Matrix<T, 1, Cols> alpha, base, base_slope;  ///< steps, and the output term and its slope at the line's origin
  typename Chain::template Storage<TapeOf> tapes;
  OutputTermTape<T, N, Cols, Chain::OutputRank> term_tape;
};

/// What the passes of a FICNN see of a context: there is none.
struct NoContext {
  template <class I>
  [[nodiscard]] static NoGates gates(I) {
    return {};
  }
  /// The linear part of the output term.
  template <class Term, class S>
  [[nodiscard]] static auto linear(const Term& term, const S* p) {
    return term.d(p);
  }
  template <class S>
  [[nodiscard]] static kernels::ConstMap<S> x() {
    return {nullptr, 0, 0, Eigen::OuterStride<>(0)};
  }
};

namespace passes {

using detail::at;
using detail::below;
using detail::last;

/// What a workspace of the convex path has to fit: depth, widths, inputs, rank.
template <class Chain, class Term>
[[nodiscard]] ShapeKey convex_shape_key(const Chain& chain, const Term& term) {
  ShapeKey key = mix(mix(mix(0, chain.depth()), term.inputs()), term.rank());
  chain.for_each([&](auto, const auto& layer) { key = mix(mix(key, layer.width()), layer.convex().quadratic().rank()); });
  return key;
}

/// How smooth a network of these is in y.
template <class Chain, class Term>
[[nodiscard]] Regularity regularity(const Chain& chain, const Term& term) {
  Regularity result{!term.is_quadratic(), 2};
  chain.for_each([&](auto, const auto& layer) {
    result = combine(result, regularity_of(layer.activation()));
    if (layer.convex().quadratic().exists()) result.piecewise_linear = false;
  });
  return result;
}

/// The coefficients c_b of a gradient: what the caller gave, or ones.
template <class S, class Ws>
void set_seeds(const Wanted<S>& wanted, Ws& ws) {
  if (wanted.seeds) {
    first_columns(ws.seeds, ws.columns) = wanted.seeds.map();
  } else {
    first_columns(ws.seeds, ws.columns).setOnes();
  }
}

/// f at ws.y; in order first (second) also g' (and g'') in the tapes.
template <class Chain, int Cols, class T, class Term, class Context>
void forward(const Chain& chain, const Term& term, const typename Chain::Scalar* p, kernels::Order order,
             ConvexWorkspace<Chain, Cols, T>& ws, const Context& context) {
  const Index columns = ws.columns;
  const auto y = first_columns(ws.y, columns);
  chain.for_each([&](auto i, const auto& layer) {
    layer.convex().forward(order, p, y, first_columns(at(ws.tapes, below(i)).z, columns), at(ws.tapes, i), columns,
                           context.gates(i));
  });
  std::copy_n(last(ws.tapes).z.data(), columns, ws.values.data());
  term.forward(p, y, context.linear(term, p), ws.term_tape, first_columns(ws.values, columns), columns);
}

/// Where the parameter derivatives that are wanted go.
template <class S>
[[nodiscard]] ParameterSink<S> sink_of(const Wanted<S>& wanted) {
  return {wanted.parameters.data(), wanted.only};
}

/// Adds the derivatives of sum_b seeds_b f(y_b): those in y to \p gy, those in the parameters to the sink, down to the layer
/// `lowest`, and to the gates' adjoints where the context has room for them.
/// After forward of order first.
template <class Chain, int Cols, class T, class Term, class Sink, class Context>
void backward(const Chain& chain, const Term& term, const typename Chain::Scalar* p, const Sink& sink, Index lowest,
              const MatrixView<T>& gy, const MatrixView<typename Chain::Scalar>& gx, ConvexWorkspace<Chain, Cols, T>& ws,
              const Context& context) {
  const Index columns = ws.columns;
  const auto y = first_columns(ws.y, columns);
  const auto seeds = first_columns(ws.seeds, columns);
  std::copy_n(ws.seeds.data(), columns, last(ws.tapes).delta.data());
  chain.for_each_reverse([&](auto i, const auto& layer) {
    if (i < lowest) return;
    auto& before = at(ws.tapes, below(i));
    layer.convex().backward(p, y, first_columns(before.z, columns), at(ws.tapes, i), sink, gy,
                            first_columns(before.delta, columns), columns, context.gates(i));
  });
  term.backward(p, y, context.template x<typename Chain::Scalar>(), seeds, ws.term_tape, sink, gy, gx, columns);
}

/// slopes = w' grad_y f at ws.w; after forward of order first.
template <class Chain, int Cols, class T, class Term, class Context>
void tangent(const Chain& chain, const Term& term, const typename Chain::Scalar* p, ConvexWorkspace<Chain, Cols, T>& ws,
             const Context& context) {
  const Index columns = ws.columns;
  const auto w = first_columns(ws.w, columns);
  chain.for_each([&](auto i, const auto& layer) {
    layer.convex().tangent(p, w, first_columns(at(ws.tapes, below(i)).dz, columns), at(ws.tapes, i), columns,
                           context.gates(i));
  });
  std::copy_n(last(ws.tapes).dz.data(), columns, ws.slopes.data());
  term.tangent(p, w, ws.term_tape, first_columns(ws.slopes, columns), columns);
}

/// Adds the derivatives of sum_b seeds_b w_b' grad_y f(y_b), to the same places; after forward of order second and tangent.
template <class Chain, int Cols, class T, class Term, class Sink, class Context>
void second_backward(const Chain& chain, const Term& term, const typename Chain::Scalar* p, const Sink& sink, Index lowest,
                     const MatrixView<T>& gy, const MatrixView<typename Chain::Scalar>& gx,
                     ConvexWorkspace<Chain, Cols, T>& ws, const Context& context) {
  const Index columns = ws.columns;
  const auto y = first_columns(ws.y, columns);
  const auto w = first_columns(ws.w, columns);
  const auto seeds = first_columns(ws.seeds, columns);
  std::copy_n(ws.seeds.data(), columns, last(ws.tapes).delta.data());
  first_columns(last(ws.tapes).epsilon, columns).setZero();
  chain.for_each_reverse([&](auto i, const auto& layer) {
    if (i < lowest) return;
    auto& before = at(ws.tapes, below(i));
    layer.convex().second_backward(p, y, w, first_columns(before.z, columns), first_columns(before.dz, columns),
                                   at(ws.tapes, i), sink, gy, first_columns(before.delta, columns),
                                   first_columns(before.epsilon, columns), columns, context.gates(i));
  });
  term.second_backward(p, y, w, context.template x<typename Chain::Scalar>(), seeds, ws.term_tape, sink, gy, gx, columns);
}

/// h += the layers' part of the Hessian in y at one column: sum_i J_i' diag(delta_{i+1} o g''(s_i)) J_i, and of quadratics
/// sum_j v_j q_j''. After forward of order second and backward with seeds 1; never divides by g', so every summand is
/// positive semidefinite.
template <class Chain, int Cols, class T, class Context>
void add_hessian(const Chain& chain, const typename Chain::Scalar* p, Index column, const MatrixView<T>& h,
                 ConvexWorkspace<Chain, Cols, T>& ws, const Context& context) {
  auto out = h.map();
  Index highest = -1;  // layers above the last curved one contribute nothing
  chain.for_each([&](Index i, const auto& layer) {
    if (!regularity_of(layer.activation()).piecewise_linear || layer.convex().quadratic().exists()) highest = i;
  });
  chain.for_each([&](auto i, const auto& layer) {
    if (i > highest) return;
    auto& tape = at(ws.tapes, i);
    layer.convex().jacobian(p, tape, at(ws.tapes, below(i)), column, context.gates(i));
    layer.convex().with_quadratic(tape, [&](const auto& q, auto& forms) { q.add_hessian(tape.v, forms, column, out); });
    if (regularity_of(layer.activation()).piecewise_linear) return;
    const Index at_column = column * layer.width();
    kernels::multiply(layer.width(), tape.delta.data() + at_column, tape.second.data() + at_column,
                      tape.u.data() + at_column);
    kernels::add_gram(tape.jacobian, tape.u.col(column), tape.scaled, out);
  });
  kernels::mirror_lower<T>(out);
}

/// Prepares f(y + alpha d) for y = ws.y, d = ws.w: every product with W^y, once.
template <class Chain, int Cols, class T, class Term, class Context>
void start_line(const Chain& chain, const Term& term, const typename Chain::Scalar* p, ConvexWorkspace<Chain, Cols, T>& ws,
                const Context& context) {
  const Index columns = ws.columns;
  const auto y = first_columns(ws.y, columns);
  const auto d = first_columns(ws.w, columns);
  chain.for_each(
      [&](auto i, const auto& layer) { layer.convex().start_line(p, y, d, at(ws.tapes, i), columns, context.gates(i)); });
  auto base = first_columns(ws.base, columns);
  auto base_slope = first_columns(ws.base_slope, columns);
  std::fill_n(base.data(), columns, T(0));
  std::fill_n(base_slope.data(), columns, T(0));
  term.forward(p, y, context.linear(term, p), ws.term_tape, base, columns);
  term.tangent(p, d, ws.term_tape, base_slope, columns);
  term.start_line(d, ws.term_tape, columns);
}

/// values = f(y + alpha d) at ws.alpha, and with order first slopes = its derivative in alpha. Costs the z-path only.
template <class Chain, int Cols, class T, class Term, class Context>
void along(const Chain& chain, const Term& term, const typename Chain::Scalar* p, kernels::Order order,
           ConvexWorkspace<Chain, Cols, T>& ws, const Context& context) {
  const Index columns = ws.columns;
  const bool with_slopes = order != kernels::Order::value;
  const auto alpha = first_columns(ws.alpha, columns);
  chain.for_each([&](auto i, const auto& layer) {
    auto& before = at(ws.tapes, below(i));
    layer.convex().along(order, p, alpha, first_columns(before.z, columns), first_columns(before.dz, columns),
                         at(ws.tapes, i), columns, context.gates(i));
  });
  std::copy_n(last(ws.tapes).z.data(), columns, ws.values.data());
  if (with_slopes) std::copy_n(last(ws.tapes).dz.data(), columns, ws.slopes.data());
  if (term.empty()) return;
  for (Index c = 0; c < columns; ++c) {
    const T base_slope = ws.base_slope(c), curvature = ws.term_tape.quadratic(c);
    ws.values(c) += ws.base(c) + ws.alpha(c) * (base_slope + T(0.5) * ws.alpha(c) * curvature);
    if (with_slopes) ws.slopes(c) += base_slope + ws.alpha(c) * curvature;
  }
}

}  // namespace passes
}  // namespace icnn::inline ICNN_ISA
