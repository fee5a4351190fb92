// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <vector>

#include "icnn/activations/properties.hpp"
#include "icnn/solvers/folded.hpp"

namespace icnn::inline ICNN_ISA {

/// What is left of the layers of a network where most neurons are folded onto one of their pieces (see FoldedView). Its
/// columns are what backward passes give that begin at a free neuron, or at the output, and have a slope for every neuron
/// below. Those of a layer's neurons go together, as a matrix product for each layer below.
template <class Layers>
class NetworkFolding {
 public:
  /// Room for so many free neurons; \p widest is the most that a layer has, or has for inputs.
  void make_room(Index layers, Index widest, Index most, Index inputs) {
    begin_.resize(at(layers) + 1);
    delta_.resize(widest, std::min(widest, std::max<Index>(most, 1)));
    v_.resize(delta_.rows(), delta_.cols());
    constant_.resize(widest);
    gradient_.resize(inputs);
    weights_.resize(most);
  }

  /// Adds the layers, and writes what their free neurons have; \p first are the layers' first neurons.
  void fold(const Layers& layers, const std::vector<Index>& first, const double* p, const Folding& folding,
            ConstVectorView c, const FoldedView& out) {
    find_free(layers, first, folding);
    layers.for_each([&](auto i, const auto& layer) {
      const Index begin = begin_[at(i)], count = begin_[at(i) + 1] - begin;
      if (count == 0) return;
      start(layer, p, folding, first[at(i)], begin, count, out);
      const Passed columns{out.a + begin * out.inputs, out.inputs, count,
                           out.b + begin * out.stride, out.stride, out.e + begin};
      pass_down(layers, first, p, folding, i, columns);
      for (Index k = 0; k < count; ++k) columns.constants[k] += vec::dot(out.row(begin + k), c);
    });
    vec::fill(gradient_, 0);
    delta_(0, 0) = 1;
    double value = 0;
    pass_down(layers, first, p, folding, layers.depth(),
              {gradient_.data(), out.inputs, 1, weights_.data(), folding.count, &value});
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

  /// Where each layer's free neurons begin, and room for as many columns.
  void find_free(const Layers& layers, const std::vector<Index>& first, const Folding& folding) {
    Index k = 0;
    layers.for_each([&](Index i, const auto& layer) {
      begin_[at(i)] = k;
      while (k < folding.count && folding.neuron(k) < first[at(i)] + layer.width()) ++k;
    });
    begin_[first.size()] = k;
  }

  /// The arguments of a layer's free neurons, less where they bend, as far as the layer itself goes.
  template <class Layer>
  void start(const Layer& layer, const double* p, const Folding& folding, Index first, Index begin, Index count,
             const FoldedView& out) {
    const double kink = pieces_of(layer.activation()).piece[0].end;
    for (Index k = 0; k < count; ++k) {
      const Index neuron = folding.neuron(begin + k) - first;
      const VectorView row = out.row(begin + k);
      out.e[begin + k] = (layer.has_bias() ? layer.b(p)(neuron) : 0.0) - kink;
      vec::fill(row, 0);
      if (layer.has_passthrough()) layer.y_map().copy_row(p, neuron, row.data());
      if (layer.previous() > 0) layer.z_map().copy_row(p, neuron, delta_.data() + k * delta_.rows());
    }
  }

  /// Through the layers below `from`, beginning with delta_.
  void pass_down(const Layers& layers, const std::vector<Index>& first, const double* p, const Folding& folding, Index from,
                 const Passed& columns) {
    layers.for_each_reverse([&](Index i, const auto& layer) {
      if (i >= from) return;
      const Index width = layer.width();
      const ConstVectorView slopes = folding.slopes.segment(first[at(i)], width);
      for (Index r = 0; r < width; ++r) {
        const double conjugate = conjugate_of(layer.activation(), slopes(r));
        constant_(r) = (layer.has_bias() ? slopes(r) * layer.b(p)(r) : 0.0) - conjugate;
      }
      for (Index k = 0; k < columns.count; ++k) {
        const ConstVectorView delta(delta_.data() + k * delta_.rows(), width);
        columns.constants[k] += vec::dot(delta, {constant_.data(), width});
        for (Index j = begin_[at(i)]; j < begin_[at(i) + 1]; ++j) {
          columns.w[k * columns.stride + j] = delta(folding.neuron(j) - first[at(i)]);
        }
        kernels::multiply(width, slopes.data(), delta.data(), v_.data() + k * v_.rows());
      }
      const ConstColumns v(v_.data(), width, columns.count, v_.rows());
      if (layer.has_passthrough()) {
        layer.y_map().add_transposed_columns(p, v, written(columns.y, columns.inputs, columns.count, columns.inputs));
      }
      if (layer.previous() == 0) return;
      for (Index k = 0; k < columns.count; ++k) vec::fill({delta_.data() + k * delta_.rows(), layer.previous()}, 0);
      layer.z_map().add_transposed_columns(p, v, written(delta_.data(), layer.previous(), columns.count, delta_.rows()));
    });
  }

  [[nodiscard]] static kernels::MutableMap<double> written(double* data, Index rows, Index cols, Index stride) {
    return {data, rows, cols, Eigen::OuterStride<>(stride)};
  }

  std::vector<Index> begin_{};
  Matrix<double> delta_{}, v_{};
  Vector<double> constant_{}, gradient_{}, weights_{};
};

}  // namespace icnn::inline ICNN_ISA
