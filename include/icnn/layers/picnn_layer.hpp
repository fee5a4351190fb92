// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "icnn/activations/relu.hpp"
#include "icnn/activations/softplus.hpp"
#include "icnn/layers/affine_map.hpp"
#include "icnn/layers/feed_forward_layer.hpp"
#include "icnn/layers/ficnn_layer.hpp"
#include "icnn/layers/gates.hpp"

namespace icnn::inline ICNN_ISA {

/// The sizes and options of one PICNN layer.
struct PicnnShape {
  ConvexShape convex = {};
  Index context = 1;       ///< n_i, width of u_i
  Index next_context = 0;  ///< n_{i+1}; 0 for the output layer, which has no context step
  Gate gate = Gate::positive_part;
};

/// One step of equation 3 of Amos, Xu and Kolter (ICML 2017),
///
///     u' = g~( W~ u + b~ )
///     z' = g ( W^z ( z o [W^zu u + b^z]_+ ) + W^y ( y o (W^yu u + b^y) ) + W^u u + b ),
///
/// convex in y for every context: the convex part is a FicnnLayer (whose type refuses unfit activations), the gate on z is
/// non-negative, and so is the gate on those inputs in which f must not decrease. A quadratic is one of y o (W^yu u + b^y).
/// C and V are the widths of u and u' (V = 0: no context step), N, M, W those of FicnnLayer. Same contract as there; the
/// gates and their adjoints are passed beside the tape.
template <class S, Activation A, Activation ContextActivation, int N = Dynamic, int M = Dynamic, int W = Dynamic,
          int C = Dynamic, int V = Dynamic, int R = W == Dynamic ? Dynamic : 0>
class PicnnLayer {
 public:
  using Scalar = S;
  using Convex = FicnnLayer<S, A, N, M, W, R>;
  using Context = FeedForwardLayer<S, ContextActivation, C, V == 0 ? Dynamic : V>;
  static constexpr int Inputs = N;
  static constexpr int Previous = M;
  static constexpr int Width = W;
  static constexpr int ContextWidth = C;

  template <int Cols, class T = S>
  using Tape = GatedTape<T, N, M, W, R, Cols>;
  template <int Cols>
  using ContextSide = ContextTape<S, N, M, W, V, Cols>;
  template <int Cols>
  using Adjoint = ContextAdjoint<S, N, M, W, V, Cols>;

  /// Declares Wz, Wzu, bz, Wy, Wyu, by, Wu, b, Wt, bt (W~ and b~), each with [index], as far as the shape has them.
  PicnnLayer(Layout& layout, Index index, const PicnnShape& shape, A activation, ContextActivation context_activation)
      : convex_(layout, index, shape.convex, std::move(activation)),
        gate_(shape.gate),
        gated_inputs_(shape.convex.non_decreasing) {
    const auto declare = [&](auto& map, const char* weight, const char* bias, Index rows) {
      map = {layout, index, rows, shape.context, weight, bias};
    };
    if (shape.convex.previous > 0) declare(z_gate_, "Wzu", "bz", shape.convex.previous);
    if (convex_.has_passthrough()) declare(y_gate_, "Wyu", "by", shape.convex.inputs);
    declare(shift_, "Wu", "", shape.convex.width);
    if (shape.next_context > 0) {
      step_.emplace(layout, index, shape.context, shape.next_context, shape.convex.bias, std::move(context_activation), "Wt",
                    "bt");
    }
  }

  /// The layer behind the gates, whose passes are those of the convex path.
  [[nodiscard]] const Convex& convex() const noexcept { return convex_; }
  [[nodiscard]] const std::optional<Context>& context_step() const noexcept { return step_; }
  [[nodiscard]] Index inputs() const noexcept { return convex_.inputs(); }
  [[nodiscard]] Index previous() const noexcept { return convex_.previous(); }
  [[nodiscard]] Index width() const noexcept { return convex_.width(); }
  [[nodiscard]] Index context() const noexcept { return shift_.map().cols(); }
  [[nodiscard]] Gate gate() const noexcept { return gate_; }
  [[nodiscard]] bool has_passthrough() const noexcept { return convex_.has_passthrough(); }
  [[nodiscard]] const A& activation() const noexcept { return convex_.activation(); }

  /// Sets the gate biases to 1, as the paper does: with zero gate weights the gates let everything through (a softplus gate
  /// then is log(1 + e) = 1.31).
  void open_gates(S* p) const {
    if (z_gate_.exists()) z_gate_.b(p).setOnes();
    if (y_gate_.exists()) y_gate_.b(p).setOnes();
  }

  /// Gates, r and u' of the context values u (n_i x columns), left in the tape.
  template <class U, class T>
  void context_forward(const S* p, const U& u, T& tape, Index columns) const {
    auto& gates = tape.gates;
    if constexpr (M != 0) {
      if (z_gate_.exists()) {
        z_gate_.forward(p, u, first_columns(gates.z, columns));
        apply_gate(previous() * columns, gates.z.data(), gates.z_first.data());
      }
    }
    if (y_gate_.exists()) {
      y_gate_.forward(p, u, first_columns(gates.y, columns));
      for (const Index j : gated_inputs_) {
        for (Index c = 0; c < columns; ++c) apply_gate(1, &gates.y(j, c), &gates.y_first(j, c));
      }
    }
    auto r = first_columns(gates.r, columns);
    convex_.set_bias(p, r);
    shift_.map().add(p, u, r);
    if (step_) step_->forward(kernels::Order::first, p, u, *tape.step, columns);
  }

  /// Whether any of the blocks on the context's side is wanted.
  [[nodiscard]] bool wants_context(const ParameterSink<S>& sink) const noexcept {
    return z_gate_.wanted(sink) || y_gate_.wanted(sink) || shift_.wanted(sink) || (step_ && step_->affine().wanted(sink));
  }

  /// From the adjoints of the gates (consumed) and of u': parameter derivatives into the sink, and the adjoint of u added
  /// to \p delta_u where given. (b belongs to the convex part, which has seen it already.)
  template <class U, class T, class Adj>
  void context_backward(const S* p, const U& u, const T& tape, Adj& adjoint, const ParameterSink<S>& sink,
                        const MatrixView<S>& delta_u, Index columns) const {
    if constexpr (M != 0) {
      if (z_gate_.exists()) {
        kernels::multiply(previous() * columns, adjoint.z.data(), tape.gates.z_first.data(), adjoint.z.data());
        z_gate_.backward(p, first_columns(adjoint.z, columns), u, sink, delta_u);
      }
    }
    if (y_gate_.exists()) {
      if (!gated_inputs_.empty())
        kernels::multiply(inputs() * columns, adjoint.y.data(), tape.gates.y_first.data(), adjoint.y.data());
      y_gate_.backward(p, first_columns(adjoint.y, columns), u, sink, delta_u);
    }
    shift_.backward(p, first_columns(adjoint.r, columns), u, sink, delta_u);
    if (step_) step_->backward(p, u, *tape.step, *adjoint.step, sink, delta_u, columns);
  }

  /// Writes the weights of the FICNN layer that this layer is at one context (\p column of the gates):
  /// W^z diag(gate_z) >= 0, W^y diag(gate_y) and r, into \p target's blocks of the vector \p effective.
  template <class Gates>
  void fold(const S* p, const Gates& gates, Index column, const Convex& target, S* effective) const {
    if constexpr (M != 0) {
      if (previous() > 0) convex_.z_map().write_gated(p, gates.z.col(column), target.z_map(), effective);
    }
    if (has_passthrough()) convex_.y_map().write_gated(p, gates.y.col(column), target.y_map(), effective);
    convex_.with_quadratic(
        [&](const auto& q) { q.map().write_gated(p, gates.y.col(column), target.quadratic().map(), effective); });
    target.b(effective) = gates.r.col(column);
  }

  friend bool operator==(const PicnnLayer&, const PicnnLayer&) = default;

 private:
  void apply_gate(Index size, S* value, S* first) const {
    if (gate_ == Gate::positive_part) {
      kernels::apply(Relu{}, kernels::Order::first, size, value, first, static_cast<S*>(nullptr));
    } else {
      kernels::apply(Softplus{}, kernels::Order::first, size, value, first, static_cast<S*>(nullptr));
    }
  }

  Convex convex_;
  Gate gate_;
  std::vector<Index> gated_inputs_;
  AffineMap<S, M, C> z_gate_{};  ///< W^zu u + b^z
  AffineMap<S, N, C> y_gate_{};  ///< W^yu u + b^y
  AffineMap<S, W, C> shift_{};   ///< W^u u
  std::optional<Context> step_{};
};

}  // namespace icnn::inline ICNN_ISA
