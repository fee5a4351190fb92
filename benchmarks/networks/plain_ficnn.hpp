// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/icnn.hpp>
#include <string>
#include <vector>

#include "benchmarks/kernels/plain_activations.hpp"

namespace icnn::benchmarks {

/// A FICNN as a careful user writes it by hand in Eigen: stored weights, no temporaries, one pass up and one down. Cols is 1
/// for one sample, which makes products of matrices and vectors, or Dynamic.
template <class S, class A, int Cols>
class PlainFicnn {
 public:
  using Batch = Matrix<S, Dynamic, Cols>;

  template <class Net>
  PlainFicnn(const Net& f, Index columns) {
    for (Index i = 0; i < f.depth(); ++i) {
      Layer layer;
      const auto take = [&](const char* symbol, auto& target, Index& offset) {
        const std::string name = block_name(symbol, i);
        if (!f.layout().contains(name)) return;
        target = f.parameters()[name];
        offset = f.layout()[name].offset;
      };
      take("Wz", layer.wz, layer.wz_offset);
      take("Wy", layer.wy, layer.wy_offset);
      take("b", layer.b, layer.b_offset);
      for (auto* buffer : {&layer.z, &layer.first, &layer.second, &layer.delta, &layer.v}) {
        buffer->resize(layer.b.size(), columns);
      }
      layer.jacobian.resize(layer.b.size(), f.inputs());
      layer.scaled.resize(layer.b.size(), f.inputs());
      layers_.push_back(std::move(layer));
    }
  }

  /// A row of values.
  const Batch& value(const Batch& y) {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      Layer& l = layers_[i];
      l.z.colwise() = l.b;
      l.z.noalias() += l.wy * y;
      if (i > 0) l.z.noalias() += l.wz * layers_[i - 1].z;
      if (i + 1 < layers_.size()) {
        plain::activate_all<S>(A{}, l.z, l.first);
      } else {
        plain::activate_all<S>(Identity{}, l.z, l.first);
      }
    }
    return layers_.back().z;
  }

  /// The gradients in y, and where given those in all parameters, in the order of the network's layout.
  const Batch& gradients(const Batch& y, Batch& gradient, Vector<S>* parameters = nullptr) {
    value(y);
    layers_.back().delta.setOnes();
    gradient.setZero();
    for (std::size_t i = layers_.size(); i-- > 0;) {
      Layer& l = layers_[i];
      l.v = l.delta.cwiseProduct(l.first);
      gradient.noalias() += l.wy.transpose() * l.v;
      if (i > 0) layers_[i - 1].delta.noalias() = l.wz.transpose() * l.v;
      if (parameters == nullptr) continue;
      S* p = parameters->data();
      Eigen::Map<Matrix<S>>(p + l.wy_offset, l.wy.rows(), l.wy.cols()).noalias() = l.v * y.transpose();
      Eigen::Map<Vector<S>>(p + l.b_offset, l.b.size()) = l.v.rowwise().sum();
      if (i > 0) {
        Eigen::Map<Matrix<S>>(p + l.wz_offset, l.wz.rows(), l.wz.cols()).noalias() = l.v * layers_[i - 1].z.transpose();
      }
    }
    return layers_.back().z;
  }

  /// One sample, softplus: sum of J' diag(delta g'') J over the hidden layers, J the Jacobians before the activations.
  void hessian(const Batch& y, Batch& gradient, Matrix<S>& h) {
    gradients(y, gradient);
    h.setZero();
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
      Layer& l = layers_[i];
      l.jacobian = l.wy;
      if (i > 0) l.jacobian.noalias() += l.wz * layers_[i - 1].scaled;
      l.second = l.delta.array() * l.first.array() * (S(1) - l.first.array());
      l.scaled.noalias() = l.second.col(0).asDiagonal() * l.jacobian;
      h.noalias() += l.jacobian.transpose() * l.scaled;
      l.scaled.noalias() = l.first.col(0).asDiagonal() * l.jacobian;
    }
  }

 private:
  struct Layer {
    Matrix<S> wz, wy;
    Vector<S> b;
    Index wz_offset = 0, wy_offset = 0, b_offset = 0;
    Batch z, first, second, delta, v;
    Matrix<S> jacobian, scaled;
  };
  std::vector<Layer> layers_;
};

}  // namespace icnn::benchmarks
