// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/layers/dense_map.hpp"
#include "icnn/networks/context_passes.hpp"

namespace icnn::inline ICNN_ISA::detail {

/// W diag(gate) for one sample in double, with the gate beside W. Products need `room` for as many numbers as W has columns.
template <int Rows, int Cols>
class GatedMap {
 public:
  GatedMap(const DenseMap<double, Rows, Cols>& map, const double* gate, double* room)
      : map_(&map), gate_(gate), room_(room) {}

  template <class Z, class Out>
  void add(const double* p, const Z& z, Out&& out) const {
    for (Index j = 0; j < map_->cols(); ++j) room_[j] = gate_[j] * z(j);
    map_->add(p, Eigen::Map<const Vector<double, Cols>>(room_, map_->cols()), out);
  }
  template <class V, class Out>
  void add_transposed(const double* p, const V& v, Out&& out) const {
    std::fill_n(room_, map_->cols(), 0.0);
    map_->add_transposed(p, v, Eigen::Map<Vector<double, Cols>>(room_, map_->cols()));
    for (Index j = 0; j < map_->cols(); ++j) out(j) += gate_[j] * room_[j];
  }
  void add_absolute(const double* p, const double* z, double* out) const {
    for (Index j = 0; j < map_->cols(); ++j) room_[j] = std::abs(gate_[j]) * z[j];
    map_->add_absolute(p, room_, out);
  }
  void add_absolute_transposed(const double* p, const double* v, double* out) const {
    std::fill_n(room_, map_->cols(), 0.0);
    map_->add_absolute_transposed(p, v, room_);
    for (Index j = 0; j < map_->cols(); ++j) out[j] += std::abs(gate_[j]) * room_[j];
  }

 private:
  const DenseMap<double, Rows, Cols>* map_;
  const double* gate_;
  double* room_;
};

/// What the model of a network asks of what stands beside its layers' own weights: nothing, in a FICNN.
struct WithoutContext {
  template <class Layers, class Term>
  WithoutContext(const Layers&, const Term&) noexcept {}

  static constexpr Index roundings = 0;  ///< that a gate adds to every term of a sum
  [[nodiscard]] static NoContext passes() noexcept { return {}; }
  template <class I, class Layer>
  [[nodiscard]] static const auto& y_map(I, const Layer& layer) noexcept {
    return layer.y_map();
  }
  template <class I, class Layer>
  [[nodiscard]] static const auto& z_map(I, const Layer& layer) noexcept {
    return layer.z_map();
  }
  template <class I, class Layer>
  [[nodiscard]] static const auto& quadratic_map(I, const Layer& layer) noexcept {
    return layer.quadratic().map();
  }
  /// nullptr where there is none: the gates of a layer, its bias, the linear part of the output term.
  template <class I>
  [[nodiscard]] static const double* y_gate(I) noexcept {
    return nullptr;
  }
  template <class I>
  [[nodiscard]] static const double* z_gate(I) noexcept {
    return nullptr;
  }
  template <class I, class Layer>
  [[nodiscard]] static const double* bias(I, const Layer& layer, const double* p) noexcept {
    return layer.has_bias() ? layer.b(p).data() : nullptr;
  }
  template <class Term>
  [[nodiscard]] static const double* linear(const Term& term, const double* p) noexcept {
    return term.has_linear_part() ? term.d(p).data() : nullptr;
  }
};

/// The same for a PICNN at one context, whose gates it keeps. Every gate multiplies a term of a sum, forward and back.
template <class Layers>
class AtOneContext {
  static constexpr int Columns = Layers::SingleColumns;
  using Adjoints = decltype(AtContextWorkspace<Layers, Columns>::adjoints);

 public:
  template <class Term>
  [[gnu::cold]] AtOneContext(const Layers& layers, const Term& term) : bound(layers, term, passes::context_size(layers), 1) {
    Index widest = term.inputs();
    layers.for_each([&](auto, const auto& layer) { widest = std::max(widest, layer.width()); });
    room_.resize(widest);
  }

  static constexpr Index roundings = 2;
  [[nodiscard]] auto passes() const { return ContextView<BoundContext<Layers, Columns>, Adjoints>(bound, nullptr, 1); }
  template <class I, class Layer>
  [[nodiscard]] auto y_map(I i, const Layer& layer) {
    return GatedMap(layer.convex().y_map(), y_gate(i), room_.data());
  }
  template <class I, class Layer>
  [[nodiscard]] auto z_map(I i, const Layer& layer) {
    return GatedMap(layer.convex().z_map(), z_gate(i), room_.data());
  }
  template <class I, class Layer>
  [[nodiscard]] auto quadratic_map(I i, const Layer& layer) {
    return GatedMap(layer.convex().quadratic().map(), y_gate(i), room_.data());
  }
  template <class I>
  [[nodiscard]] const double* y_gate(I i) const {
    return detail::at(bound.tapes, i).gates.y.data();
  }
  template <class I>
  [[nodiscard]] const double* z_gate(I i) const {
    return detail::at(bound.tapes, i).gates.z.data();
  }
  template <class I, class Layer>
  [[nodiscard]] const double* bias(I i, const Layer&, const double*) const {
    return detail::at(bound.tapes, i).gates.r.data();
  }
  template <class Term>
  [[nodiscard]] const double* linear(const Term& term, const double*) const {
    return term.has_linear_part() ? bound.linear.data() : nullptr;
  }

  BoundContext<Layers, Columns> bound;  ///< one column

 private:
  Vector<double> room_{};
};

}  // namespace icnn::inline ICNN_ISA::detail
