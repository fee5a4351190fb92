// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "icnn/activations/relu.hpp"
#include "icnn/activations/softplus.hpp"
#include "icnn/layers/dense_layer.hpp"
#include "icnn/layers/ficnn_layer.hpp"

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
/// non-negative, and so is the gate on those inputs in which f must not decrease. C and V are the widths of u and u'
/// (V = 0: no context step), N, M, W those of FicnnLayer. Same contract as there; the gates and their adjoints are passed
/// beside the tape.
template <class S, Activation A, Activation ContextActivation, int N = Dynamic, int M = Dynamic, int W = Dynamic,
          int C = Dynamic, int V = Dynamic>
class PicnnLayer {
 public:
  using Scalar = S;
  using Convex = FicnnLayer<S, A, N, M, W>;
  using Context = DenseLayer<S, ContextActivation, C, V == 0 ? Dynamic : V>;
  static constexpr int Inputs = N;
  static constexpr int Previous = M;
  static constexpr int Width = W;
  static constexpr int ContextWidth = C;

  template <int Cols, class T = S>
  using Tape = GatedTape<T, N, M, W, Cols>;
  template <int Cols>
  using ContextSide = ContextTape<S, N, M, W, V, Cols>;
  template <int Cols>
  using Adjoint = ContextAdjoint<S, N, M, W, V, Cols>;

  /// Declares Wz, Wzu, bz, Wy, Wyu, by, Wu, b, Wt, bt (W~ and b~), each with [index], as far as the shape has them.
  PicnnLayer(Layout& layout, Index index, const PicnnShape& shape, A activation, ContextActivation context_activation)
      : convex_(layout, index, shape.convex, std::move(activation)),
        context_(shape.context),
        gate_(shape.gate),
        gated_inputs_(shape.convex.non_decreasing) {
    const auto declare = [&](const char* symbol, Index rows, Index cols) {
      return BlockSlot::declare(layout, {block_name(symbol, index), index, rows, cols});
    };
    if (shape.convex.previous > 0) {
      wzu_ = declare("Wzu", shape.convex.previous, shape.context);
      bz_ = declare("bz", shape.convex.previous, 1);
    }
    if (convex_.has_passthrough()) {
      wyu_ = declare("Wyu", shape.convex.inputs, shape.context);
      by_ = declare("by", shape.convex.inputs, 1);
    }
    wu_ = declare("Wu", shape.convex.width, shape.context);
    if (shape.next_context > 0) {
      step_.emplace(layout, index, shape.context, shape.next_context, shape.convex.bias, std::move(context_activation), "Wt",
                    "bt");
    }
  }

  [[nodiscard]] const Convex& convex() const noexcept { return convex_; }
  [[nodiscard]] const std::optional<Context>& context_step() const noexcept { return step_; }
  [[nodiscard]] Index inputs() const noexcept { return convex_.inputs(); }
  [[nodiscard]] Index previous() const noexcept { return convex_.previous(); }
  [[nodiscard]] Index width() const noexcept { return convex_.width(); }
  [[nodiscard]] Index context() const noexcept { return context_.value(); }
  [[nodiscard]] Gate gate() const noexcept { return gate_; }
  [[nodiscard]] bool has_passthrough() const noexcept { return convex_.has_passthrough(); }
  [[nodiscard]] const A& activation() const noexcept { return convex_.activation(); }

  /// Sets the gate biases to 1, as the paper does: with zero gate weights the gates let everything through (a softplus gate
  /// then is log(1 + e) = 1.31).
  void open_gates(S* p) const {
    if (bz_.number >= 0) Eigen::Map<Vector<S>>(p + bz_.offset, previous()).setOnes();
    if (by_.number >= 0) Eigen::Map<Vector<S>>(p + by_.offset, inputs()).setOnes();
  }

  // The context's side.

  /// Gates, r and u' of the context values u (n_i x columns), left in the tape.
  template <class U, class T>
  void context_forward(const S* p, const U& u, T& tape, Index columns) const {
    auto& gates = tape.gates;
    if constexpr (M != 0) {
      if (wzu_.number >= 0) {
        affine(p, wzu_, bz_, previous(), u, first_columns(gates.z, columns));
        apply_gate(previous() * columns, gates.z.data(), gates.z_first.data());
      }
    }
    if (wyu_.number >= 0) {
      auto y = first_columns(gates.y, columns);
      affine(p, wyu_, by_, inputs(), u, y);
      for (const Index j : gated_inputs_) {
        for (Index c = 0; c < columns; ++c) apply_gate(1, &gates.y(j, c), &gates.y_first(j, c));
      }
    }
    auto r = first_columns(gates.r, columns);
    convex_.set_bias(p, r);
    kernels::add_product(weight(p, wu_, width()), u, r);
    if (step_) step_->forward(kernels::Order::first, p, u, *tape.step, columns);
  }

  /// Whether any of the blocks on the context's side is wanted.
  [[nodiscard]] bool wants_context(const ParameterSink<S>& sink) const noexcept {
    return sink.wants(wzu_.number) || sink.wants(bz_.number) || sink.wants(wyu_.number) || sink.wants(by_.number) ||
           sink.wants(wu_.number) || (step_ && step_->wanted(sink));
  }

  /// From the adjoints of the gates (consumed) and of u': parameter derivatives into the sink, and the adjoint of u added
  /// to \p delta_u where given. (b belongs to the convex part, which has seen it already.)
  template <class U, class T, class Adj>
  void context_backward(const S* p, const U& u, const T& tape, Adj& adjoint, const ParameterSink<S>& sink,
                        const MatrixView<S>& delta_u, Index columns) const {
    if constexpr (M != 0) {
      if (wzu_.number >= 0) {
        auto a = first_columns(adjoint.z, columns);
        a = a.cwiseProduct(first_columns(tape.gates.z_first, columns));
        pull(p, wzu_, bz_, a, u, sink, delta_u);
      }
    }
    if (wyu_.number >= 0) {
      auto a = first_columns(adjoint.y, columns);
      if (!gated_inputs_.empty()) a = a.cwiseProduct(first_columns(tape.gates.y_first, columns));
      pull(p, wyu_, by_, a, u, sink, delta_u);
    }
    pull(p, wu_, BlockSlot{}, first_columns(adjoint.r, columns), u, sink, delta_u);
    if (step_) step_->backward(p, u, *tape.step, *adjoint.step, sink, delta_u, columns);
  }

  /// Writes the weights of the FICNN layer that this layer is at one context (\p column of the gates):
  /// W^z diag(gate_z) >= 0, W^y diag(gate_y) and r, into \p target's blocks of the vector \p effective.
  template <class Gates>
  void fold(const S* p, const Gates& gates, Index column, const Convex& target, S* effective) const {
    if constexpr (M != 0) {
      if (previous() > 0)
        target.z_map().matrix(effective).noalias() = convex_.z_map().matrix(p) * gates.z.col(column).asDiagonal();
    }
    if (has_passthrough())
      target.y_map().matrix(effective).noalias() = convex_.y_map().matrix(p) * gates.y.col(column).asDiagonal();
    target.b(effective) = gates.r.col(column);
  }

  // The convex side: FicnnLayer's passes behind the gates.

  template <class Y, class Z, class T, class Gates>
  void forward(kernels::Order order, const S* p, const Y& y, const Z& z, T& tape, Index columns, const Gates& gates) const {
    auto s = first_columns(tape.z, columns);
    s = first_columns(gates.r, columns);
    convex_.add_y(p, through_y(y, gates, tape.gated_y, columns), s);
    convex_.add_z(p, through_z(z, gates, tape.gated_z, columns), s);
    convex_.activate(order, tape, columns);
  }

  template <class Y, class Z, class T, class Gates>
  void tangent(const S* p, const Y& w, const Z& dz, T& tape, Index columns, const Gates& gates) const {
    convex_.tangent(p, through_y(w, gates, tape.gated_w, columns), through_z(dz, gates, tape.gated_dz, columns), tape,
                    columns);
  }

  template <class Y, class Z, class T, class DeltaZ, class Gates, class Adj>
  void backward(const S* p, const Y& y, const Z& z, T& tape, const ParameterSink<S>& sink, const MatrixView<S>& gy,
                DeltaZ delta_z, Index columns, const Gates& gates, Adj* adjoint) const {
    auto pulled = first_columns(tape.pulled_u, columns);
    const bool pull = has_passthrough() && (gy || adjoint);
    if (pull) pulled.setZero();
    convex_.backward(p, first_columns(tape.gated_y, columns), first_columns(tape.gated_z, columns), tape, sink,
                     pull ? MatrixView<S>(pulled) : MatrixView<S>(), delta_z, columns);
    if (pull && gy) gy.map() += pulled.cwiseProduct(first_columns(gates.y, columns));
    if (adjoint) {
      first_columns(adjoint->r, columns) = first_columns(tape.v, columns);
      if (pull) first_columns(adjoint->y, columns) = pulled.cwiseProduct(y);
    }
    if constexpr (M != 0) {
      if (previous() == 0) return;
      if (adjoint) first_columns(adjoint->z, columns) = delta_z.cwiseProduct(z);
      delta_z = delta_z.cwiseProduct(first_columns(gates.z, columns));
    }
  }

  template <class Y, class Z, class T, class DeltaZ, class Gates, class Adj>
  void second_backward(const S* p, const Y& y, const Y& w, const Z& z, const Z& dz, T& tape, const ParameterSink<S>& sink,
                       const MatrixView<S>& gy, DeltaZ delta_z, DeltaZ epsilon_z, Index columns, const Gates& gates,
                       Adj* adjoint) const {
    auto pulled_u = first_columns(tape.pulled_u, columns);
    const bool pull = has_passthrough() && (gy || adjoint);
    if (pull) pulled_u.setZero();
    convex_.second_backward(p, first_columns(tape.gated_y, columns), first_columns(tape.gated_w, columns),
                            first_columns(tape.gated_z, columns), first_columns(tape.gated_dz, columns), tape, sink,
                            pull ? MatrixView<S>(pulled_u) : MatrixView<S>(), delta_z, epsilon_z, columns);
    if (pull && gy) gy.map() += pulled_u.cwiseProduct(first_columns(gates.y, columns));
    if (adjoint) {
      first_columns(adjoint->r, columns) = first_columns(tape.u, columns);
    }
    if (pull && adjoint) {
      auto pulled_v = first_columns(tape.pulled_v, columns);
      pulled_v.setZero();
      convex_.pull_y(p, first_columns(tape.v, columns), pulled_v);
      first_columns(adjoint->y, columns) = w.cwiseProduct(pulled_v) + y.cwiseProduct(pulled_u);
    }
    if constexpr (M != 0) {
      if (previous() == 0) return;
      const auto gate = first_columns(gates.z, columns);
      if (adjoint) first_columns(adjoint->z, columns) = dz.cwiseProduct(delta_z) + z.cwiseProduct(epsilon_z);
      delta_z = delta_z.cwiseProduct(gate);
      epsilon_z = epsilon_z.cwiseProduct(gate);
    }
  }

  template <class T, class Before, class Gates>
  void jacobian(const S* p, T& tape, Before& before, Index column, const Gates& gates) const {
    if (has_passthrough()) {
      tape.jacobian.noalias() = convex_.y_map().matrix(p) * gates.y.col(column).asDiagonal();
    } else {
      tape.jacobian.setZero();
    }
    if constexpr (M != 0) {
      if (previous() == 0) return;
      for (Index c = 0; c < inputs(); ++c) {
        auto j = before.jacobian.col(c);
        j = j.cwiseProduct(before.first.col(column)).cwiseProduct(gates.z.col(column));
      }
      convex_.z_map().add(p, before.jacobian, tape.jacobian);
    }
  }

  template <class Y, class T, class Gates>
  void start_line(const S* p, const Y& y, const Y& d, T& tape, Index columns, const Gates& gates) const {
    auto base = first_columns(tape.base, columns);
    auto slope = first_columns(tape.slope, columns);
    base = first_columns(gates.r, columns);
    slope.setZero();
    convex_.add_y(p, through_y(y, gates, tape.gated_y, columns), base);
    convex_.add_y(p, through_y(d, gates, tape.gated_w, columns), slope);
  }

  template <class Alpha, class Z, class T, class Gates>
  void along(kernels::Order order, const S* p, const Alpha& alpha, const Z& z, const Z& dz, T& tape, Index columns,
             const Gates& gates) const {
    const bool tangents = order != kernels::Order::value;
    convex_.along(order, p, alpha, through_z(z, gates, tape.gated_z, columns),
                  tangents ? through_z(dz, gates, tape.gated_dz, columns) : first_columns(tape.gated_dz, columns), tape,
                  columns);
  }

  friend bool operator==(const PicnnLayer&, const PicnnLayer&) = default;

 private:
  [[nodiscard]] auto weight(const S* p, const BlockSlot& slot, Index rows) const {
    return Eigen::Map<const Matrix<S, Dynamic, C>>(p + slot.offset, rows, context());
  }

  template <class U, class Out>
  void affine(const S* p, const BlockSlot& w, const BlockSlot& b, Index rows, const U& u, Out out) const {
    out.colwise() = Eigen::Map<const Vector<S>>(p + b.offset, rows);
    kernels::add_product(weight(p, w, rows), u, out);
  }

  template <class V_, class U>
  void pull(const S* p, const BlockSlot& w, const BlockSlot& b, const V_& v, const U& u, const ParameterSink<S>& sink,
            const MatrixView<S>& delta_u) const {
    if (sink.wants(b.number)) Eigen::Map<Vector<S>>(sink.data + b.offset, v.rows()) += v.rowwise().sum();
    if (sink.wants(w.number)) {
      kernels::add_outer_product(v, u, Eigen::Map<Matrix<S, Dynamic, C>>(sink.data + w.offset, v.rows(), context()));
    }
    if (delta_u) kernels::add_transposed_product(weight(p, w, v.rows()), v, delta_u.map());
  }

  void apply_gate(Index size, S* value, S* first) const {
    if (gate_ == Gate::positive_part) {
      kernels::apply(Relu{}, kernels::Order::first, size, value, first, static_cast<S*>(nullptr));
    } else {
      kernels::apply(Softplus{}, kernels::Order::first, size, value, first, static_cast<S*>(nullptr));
    }
  }

  template <class Y, class Gates, class Buffer>
  [[nodiscard]] auto through_y(const Y& y, const Gates& gates, Buffer& buffer, Index columns) const {
    auto gated = first_columns(buffer, columns);
    if (has_passthrough()) gated = y.cwiseProduct(first_columns(gates.y, columns));
    return gated;
  }

  template <class Z, class Gates, class Buffer>
  [[nodiscard]] auto through_z(const Z& z, const Gates& gates, Buffer& buffer, Index columns) const {
    auto gated = first_columns(buffer, columns);
    if constexpr (M != 0) {
      if (previous() > 0) gated = z.cwiseProduct(first_columns(gates.z, columns));
    }
    return gated;
  }

  Convex convex_;
  [[no_unique_address]] Extent<C> context_;
  Gate gate_;
  std::vector<Index> gated_inputs_;
  BlockSlot wzu_, bz_, wyu_, by_, wu_;
  std::optional<Context> step_;
};

}  // namespace icnn::inline ICNN_ISA
