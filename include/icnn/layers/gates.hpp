// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <optional>
#include <type_traits>

#include "icnn/core/types.hpp"
#include "icnn/core/view.hpp"
#include "icnn/kernels/elementwise.hpp"
#include "icnn/layers/convex_tape.hpp"
#include "icnn/layers/feed_forward_layer.hpp"

namespace icnn::inline ICNN_ISA {

/// How a context value becomes the non-negative gate on z (and on the inputs in which f must not decrease).
enum class Gate {
  positive_part,  ///< [a]_+, equation 3 of the paper
  softplus,       ///< log(1 + exp a): never closes, smooth in the context
};

/// The gates that a context gives one PICNN layer, a column per sample:
/// s = W^z (z o gate_z) + W^y (y o gate_y) + r, r = W^u u + b.
template <class S, int N, int M, int W, int Cols>
struct GateColumns {
  template <class Layer>
  explicit GateColumns(const ScratchSize<Layer>& room)
      : z(room.layer.previous(), room.columns),
        z_first(room.layer.previous(), room.columns),
        y(room.layer.inputs(), room.columns),
        y_first(room.layer.inputs(), room.columns),
        r(room.layer.width(), room.columns) {
    y_first.setOnes();
  }

  Matrix<S, M, Cols> z, z_first;  ///< the gate on z and its derivative in the context value behind it
  Matrix<S, N, Cols> y, y_first;
  Matrix<S, W, Cols> r;
};

/// The tape of a PICNN layer's context side: its gates and its step u -> u' (V is the width of u').
template <class S, int N, int M, int W, int V, int Cols>
struct ContextTape {
  template <class Layer>
  explicit ContextTape(const ScratchSize<Layer>& room) : gates(room) {
    if (room.layer.context_step())
      step.emplace(
          ScratchSize<std::remove_cvref_t<decltype(*room.layer.context_step())>>{*room.layer.context_step(), room.columns});
  }

  GateColumns<S, N, M, W, Cols> gates;
  std::optional<FeedForwardTape<S, V == 0 ? Dynamic : V, Cols>> step{};
};

/// The adjoints of that side.
template <class S, int N, int M, int W, int V, int Cols>
struct ContextAdjoint {
  template <class Layer>
  explicit ContextAdjoint(const ScratchSize<Layer>& room)
      : z(room.layer.previous(), room.columns), y(room.layer.inputs(), room.columns), r(room.layer.width(), room.columns) {
    if (room.layer.context_step())
      step.emplace(
          ScratchSize<std::remove_cvref_t<decltype(*room.layer.context_step())>>{*room.layer.context_step(), room.columns});
  }

  Matrix<S, M, Cols> z;  ///< of the gates and of r
  Matrix<S, N, Cols> y;
  Matrix<S, W, Cols> r;
  std::optional<FeedForwardAdjoint<S, V == 0 ? Dynamic : V, Cols>> step{};
};

/// What a convex layer multiplies with W^y or W^z: the point, the layer below, and tangents of these.
enum class Factor { y, w, z, dz };

/// The gates of a FICNN layer: none.
struct NoGates {
  /// s := the bias.
  template <class Layer, class S, class Out>
  void start(const Layer& layer, const S* p, Out& s) const {
    layer.set_bias(p, s);
  }
  /// A factor behind its gate, which the tape keeps; and what it kept.
  template <Factor, class V, class T>
  [[nodiscard]] const V& through(const V& v, T&) const {
    return v;
  }
  template <Factor, class V, class T>
  [[nodiscard]] const V& kept(const V& v, T&) const {
    return v;
  }
  /// From the adjoint v of s: gy += that of y, delta_z := that of z.
  template <class Layer, class S, class Y, class Z, class T, class DeltaZ>
  void pull(const Layer& layer, const S* p, const Y&, const Z&, T& tape, const MatrixView<typename T::Scalar>& gy,
            DeltaZ& delta_z, Index columns) const {
    layer.pull_z(p, first_columns(tape.v, columns), delta_z);
    layer.template pull_y<AdjointKind::v>(p, tape, gy, columns);
  }
  /// The same for the adjoints v of ds and u of s.
  template <class Layer, class S, class Y, class Z, class T, class DeltaZ>
  void second_pull(const Layer& layer, const S* p, const Y&, const Y&, const Z&, const Z&, T& tape,
                   const MatrixView<typename T::Scalar>& gy, DeltaZ& delta_z, DeltaZ& epsilon_z, Index columns) const {
    layer.pull_z(p, first_columns(tape.v, columns), delta_z);
    layer.pull_z(p, first_columns(tape.u, columns), epsilon_z);
    layer.template pull_y<AdjointKind::u>(p, tape, gy, columns);
  }
  /// The Jacobians of s and of z in y, for the gates on y and on z.
  template <class J>
  void scale_y(J&, Index) const {}
  template <class J>
  void scale_z(J&, Index) const {}
};

/// Those of a PICNN layer, and where their adjoints go unless \p adjoint is null. Same contract as NoGates.
template <class Columns, class Adjoint>
class LayerGates {
 public:
  LayerGates(const Columns& gates, Adjoint* adjoint, Index columns) : gates_(&gates), adjoint_(adjoint), columns_(columns) {}

  template <class Layer, class S, class Out>
  void start(const Layer&, const S*, Out& s) const {
    s = head(gates_->r);
  }
  template <Factor factor, class V, class T>
  [[nodiscard]] auto through(const V& v, T& tape) const {
    auto out = kept<factor>(v, tape);
    if constexpr (factor == Factor::y || factor == Factor::w) {
      out = v.cwiseProduct(head(gates_->y));
    } else {
      out = v.cwiseProduct(head(gates_->z));
    }
    return out;
  }
  template <Factor factor, class V, class T>
  [[nodiscard]] auto kept(const V&, T& tape) const {
    if constexpr (factor == Factor::y) return head(tape.gated_y);
    if constexpr (factor == Factor::w) return head(tape.gated_w);
    if constexpr (factor == Factor::z) return head(tape.gated_z);
    if constexpr (factor == Factor::dz) return head(tape.gated_dz);
  }

  template <class Layer, class S, class Y, class Z, class T, class DeltaZ>
  void pull(const Layer& layer, const S* p, const Y& y, const Z& z, T& tape, const MatrixView<S>& gy, DeltaZ& delta_z,
            Index) const {
    const auto v = head(tape.v);
    if (adjoint_) head(adjoint_->r) = v;
    if (pull_y<AdjointKind::v>(layer, p, tape, gy) && adjoint_) head(adjoint_->y) = head(tape.pulled_u).cwiseProduct(y);
    if constexpr (Layer::Previous != 0) {
      if (layer.previous() == 0) return;
      layer.pull_z(p, v, delta_z);
      if (adjoint_) head(adjoint_->z) = delta_z.cwiseProduct(z);
      delta_z = delta_z.cwiseProduct(head(gates_->z));
    }
  }
  template <class Layer, class S, class Y, class Z, class T, class DeltaZ>
  void second_pull(const Layer& layer, const S* p, const Y& y, const Y& w, const Z& z, const Z& dz, T& tape,
                   const MatrixView<S>& gy, DeltaZ& delta_z, DeltaZ& epsilon_z, Index) const {
    const auto v = head(tape.v), u = head(tape.u);
    if (adjoint_) head(adjoint_->r) = u;
    if (pull_y<AdjointKind::u>(layer, p, tape, gy) && adjoint_) {
      auto pulled_v = head(tape.pulled_v);
      pulled_v.setZero();
      layer.template pull_y<AdjointKind::v>(p, tape, pulled_v, columns_);
      head(adjoint_->y) = w.cwiseProduct(pulled_v) + y.cwiseProduct(head(tape.pulled_u));
    }
    if constexpr (Layer::Previous != 0) {
      if (layer.previous() == 0) return;
      layer.pull_z(p, v, delta_z);
      layer.pull_z(p, u, epsilon_z);
      const auto gate = head(gates_->z);
      if (adjoint_) head(adjoint_->z) = dz.cwiseProduct(delta_z) + z.cwiseProduct(epsilon_z);
      delta_z = delta_z.cwiseProduct(gate);
      epsilon_z = epsilon_z.cwiseProduct(gate);
    }
  }

  template <class J>
  void scale_y(J& jacobian, Index column) const {
    for (Index c = 0; c < jacobian.cols(); ++c) jacobian.col(c) *= gates_->y(c, column);
  }
  template <class J>
  void scale_z(J& jacobian, Index column) const {
    const Index size = jacobian.rows();
    for (Index c = 0; c < jacobian.cols(); ++c) {
      auto* j = jacobian.data() + c * size;
      kernels::multiply(size, j, gates_->z.data() + column * size, j);
    }
  }

 private:
  template <class M>
  [[nodiscard]] auto head(M& buffer) const {
    return first_columns(buffer, columns_);
  }
  /// tape.pulled_u := W^y' times an adjoint and what the quadratic adds, and gy += that through the gate; false where the
  /// layer has no W^y or nobody asks.
  template <AdjointKind which, class Layer, class S, class T>
  bool pull_y(const Layer& layer, const S* p, T& tape, const MatrixView<S>& gy) const {
    if (!layer.has_passthrough() || (!gy && !adjoint_)) return false;
    auto pulled = head(tape.pulled_u);
    pulled.setZero();
    layer.template pull_y<which>(p, tape, pulled, columns_);
    if (gy) gy.map() += pulled.cwiseProduct(head(gates_->y));
    return true;
  }

  const Columns* gates_;
  Adjoint* adjoint_;
  Index columns_;
};

}  // namespace icnn::inline ICNN_ISA
