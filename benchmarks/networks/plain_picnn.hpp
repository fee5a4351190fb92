// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/icnn.hpp>
#include <string>
#include <vector>

#include "benchmarks/kernels/plain_activations.hpp"

namespace icnn::benchmarks {

/// A PICNN by hand in Eigen, as PlainFicnn is: values, gradients in y and in all parameters of a batch.
template <class S, class A>
class PlainPicnn {
 public:
  template <class Net>
  PlainPicnn(const Net& f, Index columns) {
    for (Index i = 0; i < f.depth(); ++i) {
      Layer l;
      const auto take = [&](const char* symbol, Weight& w) {
        const std::string name = block_name(symbol, i);
        if (!f.layout().contains(name)) return;
        w.values = f.parameters()[name];
        w.offset = f.layout()[name].offset;
      };
      for (auto& [symbol, weight] : {std::pair{"Wz", &l.wz},
                                     {"Wzu", &l.wzu},
                                     {"bz", &l.bz},
                                     {"Wy", &l.wy},
                                     {"Wyu", &l.wyu},
                                     {"by", &l.by},
                                     {"Wu", &l.wu},
                                     {"b", &l.b},
                                     {"Wt", &l.wt},
                                     {"bt", &l.bt}}) {
        take(symbol, *weight);
      }
      const Index width = l.b.values.rows(), previous = l.wz.values.cols(), inputs = l.wy.values.cols();
      for (auto* m : {&l.z, &l.first, &l.delta}) m->resize(width, columns);
      for (auto* m : {&l.gate_z, &l.gate_z_first, &l.gated_z, &l.adjoint_z}) m->resize(previous, columns);
      for (auto* m : {&l.gate_y, &l.gated_y, &l.adjoint_y}) m->resize(inputs, columns);
      for (auto* m : {&l.u, &l.u_first, &l.delta_u}) m->resize(l.wt.values.rows(), columns);
      layers_.push_back(std::move(l));
    }
  }

  void gradients(const Matrix<S>& x, const Matrix<S>& y, Matrix<S>& gradient, Vector<S>& parameters) {
    for (std::size_t i = 0; i < layers_.size(); ++i) forward(i, i > 0 ? layers_[i - 1].u : x, y);
    layers_.back().delta.setOnes();
    gradient.setZero();
    for (std::size_t i = layers_.size(); i-- > 0;) {
      backward(i, i > 0 ? layers_[i - 1].u : x, y, gradient, i > 0 ? &layers_[i - 1].delta_u : nullptr, parameters.data());
    }
  }

 private:
  struct Weight {
    Matrix<S> values;
    Index offset = 0;
  };
  struct Layer {
    Weight wz, wzu, bz, wy, wyu, by, wu, b, wt, bt;
    Matrix<S> z, first, delta, gate_z, gate_z_first, gated_z, adjoint_z, gate_y, gated_y, adjoint_y, u, u_first, delta_u;
  };

  static void affine(const Weight& w, const Weight& b, const Matrix<S>& u, Matrix<S>& out) {
    out.colwise() = b.values.col(0);
    out.noalias() += w.values * u;
  }

  /// Derivatives in a weight and its bias from the adjoint of their result, and the adjoint of u added where it is wanted.
  static void pull(const Weight& w, const Weight& b, const Matrix<S>& v, const Matrix<S>& u, S* p, Matrix<S>* delta_u) {
    pull(w, v, u, p);
    Eigen::Map<Vector<S>>(p + b.offset, v.rows()) = v.rowwise().sum();
    if (delta_u != nullptr) delta_u->noalias() += w.values.transpose() * v;
  }
  static void pull(const Weight& w, const Matrix<S>& v, const Matrix<S>& u, S* p) {
    Eigen::Map<Matrix<S>>(p + w.offset, v.rows(), u.rows()).noalias() = v * u.transpose();
  }

  void forward(std::size_t i, const Matrix<S>& u, const Matrix<S>& y) {
    Layer& l = layers_[i];
    affine(l.wu, l.b, u, l.z);
    affine(l.wyu, l.by, u, l.gate_y);
    l.gated_y = y.cwiseProduct(l.gate_y);
    l.z.noalias() += l.wy.values * l.gated_y;
    if (i > 0) {
      affine(l.wzu, l.bz, u, l.gate_z);
      plain::activate_all<S>(Relu{}, l.gate_z, l.gate_z_first);
      l.gated_z = layers_[i - 1].z.cwiseProduct(l.gate_z);
      l.z.noalias() += l.wz.values * l.gated_z;
    }
    if (i + 1 == layers_.size()) {
      l.first.setOnes();
      return;
    }
    plain::activate_all<S>(A{}, l.z, l.first);
    affine(l.wt, l.bt, u, l.u);
    plain::activate_all<S>(Relu{}, l.u, l.u_first);
  }

  void backward(std::size_t i, const Matrix<S>& u, const Matrix<S>& y, Matrix<S>& gradient, Matrix<S>* delta_u, S* p) {
    Layer& l = layers_[i];
    if (delta_u != nullptr) delta_u->setZero();
    l.delta.array() *= l.first.array();
    pull(l.wu, l.b, l.delta, u, p, delta_u);
    pull(l.wy, l.delta, l.gated_y, p);
    l.adjoint_y.noalias() = l.wy.values.transpose() * l.delta;
    gradient.array() += l.adjoint_y.array() * l.gate_y.array();
    l.adjoint_y.array() *= y.array();
    pull(l.wyu, l.by, l.adjoint_y, u, p, delta_u);
    if (i > 0) {
      pull(l.wz, l.delta, l.gated_z, p);
      l.adjoint_z.noalias() = l.wz.values.transpose() * l.delta;
      layers_[i - 1].delta = l.adjoint_z.cwiseProduct(l.gate_z);
      l.adjoint_z.array() *= layers_[i - 1].z.array() * l.gate_z_first.array();
      pull(l.wzu, l.bz, l.adjoint_z, u, p, delta_u);
    }
    if (i + 1 == layers_.size()) return;
    l.delta_u.array() *= l.u_first.array();
    pull(l.wt, l.bt, l.delta_u, u, p, delta_u);
  }

  std::vector<Layer> layers_;
};

}  // namespace icnn::benchmarks
