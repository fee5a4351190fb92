// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>
#include <utility>

#include "icnn/activations/properties.hpp"
#include "icnn/core/types.hpp"
#include "icnn/core/view.hpp"
#include "icnn/kernels/elementwise.hpp"
#include "icnn/layers/affine_map.hpp"

namespace icnn::inline ICNN_ISA {

/// What a forward pass of one layer leaves behind, for up to `columns` samples.
template <class S, int Out, int Cols>
struct FeedForwardTape {
  template <class Layer>
  explicit FeedForwardTape(const ScratchSize<Layer>& room)
      : u(room.layer.width(), room.columns), first(room.layer.width(), room.columns) {}

  Matrix<S, Out, Cols> u, first;  ///< output, g'
};

/// What its reverse pass leaves behind.
template <class S, int Out, int Cols>
struct FeedForwardAdjoint {
  template <class Layer>
  explicit FeedForwardAdjoint(const ScratchSize<Layer>& room)
      : delta(room.layer.width(), room.columns), v(room.layer.width(), room.columns) {}

  Matrix<S, Out, Cols> delta, v;  ///< adjoints of the output and of the pre-activation
};

/// One step u' = g(W u + b) of a feed-forward network or of a context path; any activation. In and Out are compile-time
/// widths or Dynamic, Map is the kind of W: dense, or sparse for SparseColumns u. A regular value: it knows where its blocks
/// lie, the numbers are passed in as `p`.
template <class S, Activation A, int In = Dynamic, int Out = Dynamic, class Map = DenseMap<S, Out, In>>
class FeedForwardLayer {
 public:
  using Scalar = S;
  static constexpr int InputWidth = In;

  template <int Cols>
  using Tape = FeedForwardTape<S, Out, Cols>;
  template <int Cols>
  using Adjoint = FeedForwardAdjoint<S, Out, Cols>;

  /// Declares the blocks `weight`[index] and, with a bias, `bias_name`[index].
  FeedForwardLayer(Layout& layout, Index index, Index inputs, Index width, bool bias, A activation,
                   const std::string& weight = "W", const std::string& bias_name = "b")
      : affine_(layout, index, width, inputs, weight, bias ? bias_name : ""), activation_(std::move(activation)) {}

  [[nodiscard]] Index inputs() const noexcept { return affine_.map().cols(); }
  [[nodiscard]] Index width() const noexcept { return affine_.map().rows(); }
  [[nodiscard]] const A& activation() const noexcept { return activation_; }
  /// W u + b.
  [[nodiscard]] const AffineMap<S, Out, In, Map>& affine() const noexcept { return affine_; }

  /// u' and, from order first on, g'.
  template <class U, class T>
  void forward(kernels::Order order, const S* p, const U& u, T& tape, Index columns) const {
    affine_.forward(p, u, first_columns(tape.u, columns));
    const auto needed = order == kernels::Order::value ? order : kernels::Order::first;
    kernels::apply(activation_, needed, width() * columns, tape.u.data(), tape.first.data(), static_cast<S*>(nullptr));
  }

  /// From adjoint.delta: parameter derivatives added to the sink, and W' v to the input's adjoint where given.
  template <class U, class T, class Adj>
  void backward(const S* p, const U& u, const T& tape, Adj& adjoint, const ParameterSink<S>& sink,
                const MatrixView<S>& delta_in, Index columns) const {
    auto v = first_columns(adjoint.v, columns);
    kernels::multiply(width() * columns, adjoint.delta.data(), tape.first.data(), adjoint.v.data());
    affine_.backward(p, v, u, sink, delta_in);
  }

  friend bool operator==(const FeedForwardLayer&, const FeedForwardLayer&) = default;

 private:
  AffineMap<S, Out, In, Map> affine_;
  A activation_;
};

}  // namespace icnn::inline ICNN_ISA
