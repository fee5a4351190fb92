// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>
#include <utility>

#include "icnn/activations/properties.hpp"
#include "icnn/core/layout.hpp"
#include "icnn/core/types.hpp"
#include "icnn/core/view.hpp"
#include "icnn/kernels/elementwise.hpp"
#include "icnn/kernels/products.hpp"
#include "icnn/layers/wanted.hpp"

namespace icnn::inline ICNN_ISA {

/// What a forward pass of one dense layer leaves behind, for up to `columns` samples.
template <class S, int Out, int Cols>
struct DenseTape {
  template <class Layer>
  explicit DenseTape(const ScratchSize<Layer>& room)
      : u(room.layer.width(), room.columns), first(room.layer.width(), room.columns) {}

  Matrix<S, Out, Cols> u, first;  ///< output, g'
};

/// What its reverse pass leaves behind.
template <class S, int Out, int Cols>
struct DenseAdjoint {
  template <class Layer>
  explicit DenseAdjoint(const ScratchSize<Layer>& room)
      : delta(room.layer.width(), room.columns), v(room.layer.width(), room.columns) {}

  Matrix<S, Out, Cols> delta, v;  ///< adjoints of the output and of the pre-activation
};

/// One step u' = g(W u + b) of a feed-forward network or of a context path; any activation. In and Out are compile-time
/// widths or Dynamic. A regular value: it knows where its blocks lie, the numbers are passed in as `p`.
template <class S, Activation A, int In = Dynamic, int Out = Dynamic>
class DenseLayer {
 public:
  using Scalar = S;
  static constexpr int InputWidth = In;
  static constexpr int OutputWidth = Out;

  template <int Cols>
  using Tape = DenseTape<S, Out, Cols>;
  template <int Cols>
  using Adjoint = DenseAdjoint<S, Out, Cols>;

  /// Declares the blocks `weight`[index] and, with a bias, `bias_name`[index].
  DenseLayer(Layout& layout, Index index, Index inputs, Index width, bool bias, A activation,
             const std::string& weight = "W", const std::string& bias_name = "b")
      : inputs_(inputs), width_(width), activation_(std::move(activation)) {
    const auto declare = [&](const std::string& symbol, Index rows, Index cols) {
      return BlockSlot::declare(layout, {block_name(symbol, index), index, rows, cols});
    };
    weight_ = declare(weight, width, inputs);
    if (bias) bias_ = declare(bias_name, width, 1);
  }

  [[nodiscard]] Index inputs() const noexcept { return inputs_.value(); }
  [[nodiscard]] Index width() const noexcept { return width_.value(); }
  [[nodiscard]] bool has_bias() const noexcept { return bias_.number >= 0; }
  [[nodiscard]] const A& activation() const noexcept { return activation_; }
  /// The layer's weights inside a parameter vector; b() only with a bias.
  [[nodiscard]] auto W(const S* p) const {
    return Eigen::Map<const Matrix<S, Out, In>>(p + weight_.offset, width(), inputs());
  }
  [[nodiscard]] auto b(const S* p) const { return Eigen::Map<const Vector<S, Out>>(p + bias_.offset, width()); }

  /// Whether any of this layer's blocks is wanted.
  [[nodiscard]] bool wanted(const ParameterSink<S>& sink) const noexcept {
    return sink.wants(weight_.number) || sink.wants(bias_.number);
  }

  /// u' and, from order first on, g'.
  template <class U, class T>
  void forward(kernels::Order order, const S* p, const U& u, T& tape, Index columns) const {
    auto out = first_columns(tape.u, columns);
    if (has_bias()) {
      out.colwise() = b(p);
    } else {
      out.setZero();
    }
    kernels::add_product(W(p), u, out);
    const auto needed = order == kernels::Order::value ? order : kernels::Order::first;
    kernels::apply(activation_, needed, out.size(), tape.u.data(), tape.first.data(), static_cast<S*>(nullptr));
  }

  /// From adjoint.delta: parameter derivatives added to the sink, and W' v to the input's adjoint where given.
  template <class U, class T, class Adj>
  void backward(const S* p, const U& u, const T& tape, Adj& adjoint, const ParameterSink<S>& sink,
                const MatrixView<S>& delta_in, Index columns) const {
    auto v = first_columns(adjoint.v, columns);
    v = first_columns(adjoint.delta, columns).cwiseProduct(first_columns(tape.first, columns));
    if (sink.wants(bias_.number)) Eigen::Map<Vector<S, Out>>(sink.data + bias_.offset, width()) += v.rowwise().sum();
    if (sink.wants(weight_.number)) {
      kernels::add_outer_product(v, u, Eigen::Map<Matrix<S, Out, In>>(sink.data + weight_.offset, width(), inputs()));
    }
    if (delta_in) kernels::add_transposed_product(W(p), v, delta_in.map());
  }

  friend bool operator==(const DenseLayer&, const DenseLayer&) = default;

 private:
  [[no_unique_address]] Extent<In> inputs_;
  [[no_unique_address]] Extent<Out> width_;
  BlockSlot weight_, bias_;
  A activation_;
};

}  // namespace icnn::inline ICNN_ISA
