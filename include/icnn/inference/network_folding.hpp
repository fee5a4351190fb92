// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <vector>

#include "icnn/activations/properties.hpp"
#include "icnn/kernels/products.hpp"
#include "icnn/solvers/folded.hpp"

namespace icnn::inline ICNN_ISA {

/// A layer as folding sees it: its parameters, the gates before them and its activation's pieces. What there is none of is
/// nullptr.
struct FoldedLayer {
  const double *wy = nullptr, *wz = nullptr, *y_gate = nullptr, *z_gate = nullptr, *b = nullptr;
  Index width = 0, previous = 0;
  LinearPieces pieces{};

  [[nodiscard]] double bias(Index r) const { return b ? b[r] : 0.0; }
  /// Of the piece that has this slope.
  [[nodiscard]] double offset(double slope) const {
    return pieces.piece[pieces.count > 1 && slope == pieces.piece[1].slope ? 1 : 0].offset;
  }
};

/// What is left of the layers of a network where most neurons are folded onto one of their pieces (see FoldedView). Its
/// columns are what backward passes give that begin at a free neuron, or at the output, and have a slope for every neuron
/// below. Those of a layer's neurons go together, as a matrix product for each layer below. No template, which every network
/// would compile again.
class NetworkFolding {
 public:
  /// Room for so many free neurons; \p widest is the most that a layer has, or has for inputs.
  void make_room(Index depth, Index widest, Index most, Index inputs) {
    layers_.resize(at(depth));
    begin_.resize(at(depth) + 1);
    delta_.resize(widest, std::min(widest, std::max<Index>(most, 1)));
    v_.resize(delta_.rows(), delta_.cols());
    constant_.resize(widest);
    gradient_.resize(inputs);
    pulled_.resize(inputs, delta_.cols());
    weights_.resize(most);
  }
  /// Another network of the same shape, or its parameters anew.
  template <class Layers, class Context>
  void take(const Layers& layers, const double* p, const Context& context) {
    layers.for_each([&](auto i, const auto& layer) {
      layers_[at(i)] = {layer.has_passthrough() ? layer.convex().y_map().data(p) : nullptr,
                        layer.previous() > 0 ? layer.convex().z_map().data(p) : nullptr,
                        context.y_gate(i),
                        context.z_gate(i),
                        context.bias(i, layer, p),
                        layer.width(),
                        layer.previous(),
                        pieces_of(layer.activation())};
    });
  }

  /// Adds the layers, and writes what their free neurons have.
  void fold(const Folding& folding, ConstVectorView c, const FoldedView& out) {
    find_free(folding);
    Index first = 0;
    for (std::size_t i = 0; i < layers_.size(); first += layers_[i++].width) {
      const Index begin = begin_[i], count = begin_[i + 1] - begin;
      if (count == 0) continue;
      start(layers_[i], folding, first, begin, count, out);
      const Passed columns{out.row(begin).data(), out.inputs, count, out.b + begin * out.stride, out.stride, out.e + begin};
      pass_down(folding, first, i, columns);
      for (Index k = 0; k < count; ++k) columns.constants[k] += vec::dot(out.row(begin + k), c);
    }
    vec::fill(gradient_, 0);
    delta_(0, 0) = 1;
    double value = 0;
    pass_down(folding, first, layers_.size(), {gradient_.data(), out.inputs, 1, weights_.data(), folding.count, &value});
    *out.value += folding.scale * (value + vec::dot(gradient_, c));
    vec::add_scaled(folding.scale, gradient_, {out.gradient, out.inputs});
    for (Index k = 0; k < folding.count; ++k) out.weights[k] = folding.scale * weights_(k);
  }

 private:
  /// Columns that go down together.
  struct Passed {
    double* y;  ///< their gradients, side by side
    Index inputs, count;
    double* w;  ///< what they owe to free neurons,
    Index stride;
    double* constants;
  };

  [[nodiscard]] static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  [[nodiscard]] VectorView delta(Index k, Index size) { return {delta_.data() + k * delta_.rows(), size}; }

  /// Where each layer's free neurons begin.
  void find_free(const Folding& folding) {
    Index k = 0, end = 0;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      begin_[i] = k;
      end += layers_[i].width;
      while (k < folding.count && folding.neuron(k) < end) ++k;
    }
    begin_[layers_.size()] = k;
  }

  /// The arguments of a layer's free neurons, less where they bend, as far as the layer itself goes.
  void start(const FoldedLayer& layer, const Folding& folding, Index first, Index begin, Index count,
             const FoldedView& out) {
    for (Index k = 0; k < count; ++k) {
      const Index neuron = folding.neuron(begin + k) - first;
      const VectorView row = out.row(begin + k), below = delta(k, layer.previous);
      out.e[begin + k] = layer.bias(neuron) - layer.pieces.piece[0].end;
      for (Index j = 0; j < row.size(); ++j) row(j) = layer.wy ? layer.wy[j * layer.width + neuron] : 0.0;
      for (Index j = 0; j < below.size(); ++j) below(j) = layer.wz[j * layer.width + neuron];
      if (layer.wy) multiply(layer.y_gate, row);
      multiply(layer.z_gate, below);
    }
  }

  /// Through the layers below number `from`, whose first neuron is given, beginning with delta_.
  void pass_down(const Folding& folding, Index first, std::size_t from, const Passed& columns) {
    for (std::size_t i = from; i-- > 0;) {
      const FoldedLayer& layer = layers_[i];
      first -= layer.width;
      const ConstVectorView slopes = folding.slopes.segment(first, layer.width);
      for (Index r = 0; r < layer.width; ++r) constant_(r) = slopes(r) * layer.bias(r) + layer.offset(slopes(r));
      for (Index k = 0; k < columns.count; ++k) {
        const VectorView down = delta(k, layer.width);
        columns.constants[k] += vec::dot(down, {constant_.data(), layer.width});
        for (Index j = begin_[i]; j < begin_[i + 1]; ++j) {
          columns.w[k * columns.stride + j] = down(folding.neuron(j) - first);
        }
        for (Index r = 0; r < layer.width; ++r) v_(r, k) = slopes(r) * down(r);
      }
      const ConstColumns v(v_.data(), layer.width, columns.count, v_.rows());
      if (layer.wy && layer.y_gate == nullptr) {
        add_transposed(layer.wy, layer.width, columns.inputs, v, columns.y, columns.inputs);
      } else if (layer.wy) {
        vec::fill({pulled_.data(), columns.inputs * columns.count}, 0);
        add_transposed(layer.wy, layer.width, columns.inputs, v, pulled_.data(), columns.inputs);
        for (Index k = 0; k < columns.count; ++k) {
          const VectorView pulled(pulled_.data() + k * columns.inputs, columns.inputs);
          multiply(layer.y_gate, pulled);
          vec::add_scaled(1, pulled, {columns.y + k * columns.inputs, columns.inputs});
        }
      }
      if (layer.previous == 0) continue;
      for (Index k = 0; k < columns.count; ++k) vec::fill(delta(k, layer.previous), 0);
      add_transposed(layer.wz, layer.width, layer.previous, v, delta_.data(), delta_.rows());
      for (Index k = 0; k < columns.count; ++k) multiply(layer.z_gate, delta(k, layer.previous));
    }
  }

  /// v := gate o v, where there is one.
  static void multiply(const double* gate, VectorView v) {
    if (gate) kernels::multiply(v.size(), gate, v.data(), v.data());
  }
  /// out (cols x B, its columns `stride` apart) += W' v
  static void add_transposed(const double* w, Index rows, Index cols, const ConstColumns& v, double* out, Index stride) {
    kernels::detail::add_transposed_product<double>(ConstColumns(w, rows, cols, rows).map(), v.map(),
                                                    {out, cols, v.columns(), Eigen::OuterStride<>(stride)});
  }

  std::vector<FoldedLayer> layers_{};
  std::vector<Index> begin_{};
  Matrix<double> delta_{}, v_{}, pulled_{};
  Vector<double> constant_{}, gradient_{}, weights_{};
};

}  // namespace icnn::inline ICNN_ISA
