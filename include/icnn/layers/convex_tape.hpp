// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/core/types.hpp"
#include "icnn/layers/quadratic_map.hpp"

namespace icnn::inline ICNN_ISA {

/// Everything the passes of one convex layer leave behind, for up to `columns` samples; W is the layer's width, N the
/// number of convex inputs, R the rank of its quadratic. Names follow the documentation of FicnnLayer.
template <class S, int N, int W, int R, int Cols>
struct ConvexTape {
  using Scalar = S;

  template <class Layer>
  explicit ConvexTape(const ScratchSize<Layer>& room)
      : ConvexTape(room.layer.inputs(), room.layer.width(), room.layer.convex().quadratic().forms(), room.columns,
                   room.hessian) {}

  [[gnu::cold]] ConvexTape(Index inputs, Index width, Index forms, Index columns, bool hessian)
      : z(width, columns),
        first(width, columns),
        second(width, columns),
        delta(width, columns),
        epsilon(width, columns),
        v(width, columns),
        u(width, columns),
        ds(width, columns),
        dz(width, columns),
        base(width, columns),
        slope(width, columns),
        jacobian(jacobian_rows(width, hessian), inputs),
        scaled(jacobian_rows(width, hessian), inputs),
        quadratic(forms, inputs, width, columns, hessian) {}

  Matrix<S, W, Cols> z, first, second;  ///< z' = g(s), g'(s), g''(s)
  Matrix<S, W, Cols> delta, epsilon;    ///< adjoints of z' (of dz' and of z' in the second-order pass)
  Matrix<S, W, Cols> v, u;              ///< adjoints of s (of ds and of s in the second-order pass)
  Matrix<S, W, Cols> ds, dz;            ///< tangents of s and of z'
  Matrix<S, W, Cols> base, slope;       ///< the part of s that is affine along a line
  Matrix<S, W, Cols> s{};               ///< the pre-activation, where it is kept: see keep_arguments()
  bool keeps_arguments = false;
  Matrix<S, W, N> jacobian, scaled;  ///< ds/dy at one sample, and scratch of that size; run-time sizes: only on request

  [[no_unique_address]] typename QuadraticMap<S, R, N, W>::template Tape<Cols> quadratic;

  /// From now on forward passes leave s; allocates.
  void keep_arguments() {
    s.resize(z.rows(), z.cols());
    keeps_arguments = true;
  }

 private:
  [[nodiscard]] static Index jacobian_rows(Index width, bool hessian) { return hessian || W != Dynamic ? width : 0; }
};

/// The two adjoints of a tape, v and u; a pass in the second order has both.
enum class AdjointKind { v, u };
template <AdjointKind which, class T>
[[nodiscard]] auto& adjoint(T& tape) {
  if constexpr (which == AdjointKind::v) {
    return tape.v;
  } else {
    return tape.u;
  }
}

/// The tape of a PICNN layer: the convex one, and what the gates make of its inputs. M is the previous width.
template <class S, int N, int M, int W, int R, int Cols>
struct GatedTape : ConvexTape<S, N, W, R, Cols> {
  template <class Layer>
  explicit GatedTape(const ScratchSize<Layer>& room)
      : ConvexTape<S, N, W, R, Cols>(room),
        gated_y(room.layer.inputs(), room.columns),
        gated_w(room.layer.inputs(), room.columns),
        pulled_u(room.layer.inputs(), room.columns),
        pulled_v(room.layer.inputs(), room.columns),
        gated_z(room.layer.previous(), room.columns),
        gated_dz(room.layer.previous(), room.columns) {}

  Matrix<S, N, Cols> gated_y, gated_w;    ///< y and w behind their gate
  Matrix<S, N, Cols> pulled_u, pulled_v;  ///< W^y' u and W^y' v, in front of it
  Matrix<S, M, Cols> gated_z, gated_dz;
};

}  // namespace icnn::inline ICNN_ISA
