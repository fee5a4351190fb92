// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <optional>
#include <type_traits>

#include "icnn/core/types.hpp"
#include "icnn/layers/dense_layer.hpp"

namespace icnn::inline ICNN_ISA {

/// How a context value becomes the non-negative gate on z (and on the inputs in which f must not decrease).
enum class Gate {
  positive_part,  ///< [a]_+, equation 3 of the paper
  softplus,       ///< log(1 + exp a): never closes, smooth in the context
};

/// A layer without gates (FICNN): the gates are 1 and the bias is its own.
struct NoGates {};

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
  std::optional<DenseTape<S, V == 0 ? Dynamic : V, Cols>> step;
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
  std::optional<DenseAdjoint<S, V == 0 ? Dynamic : V, Cols>> step;
};

/// Stands in for a ContextAdjoint that nobody asks for.
struct NoGateAdjoint {};

}  // namespace icnn::inline ICNN_ISA
