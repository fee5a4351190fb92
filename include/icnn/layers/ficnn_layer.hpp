// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/activations/properties.hpp"
#include "icnn/core/layout.hpp"
#include "icnn/core/types.hpp"
#include "icnn/core/view.hpp"
#include "icnn/kernels/elementwise.hpp"
#include "icnn/layers/convex_tape.hpp"
#include "icnn/layers/dense_map.hpp"
#include "icnn/layers/gates.hpp"
#include "icnn/layers/quadratic_map.hpp"
#include "icnn/layers/wanted.hpp"

namespace icnn::inline ICNN_ISA {

/// The sizes and options of one convex layer.
struct ConvexShape {
  Index inputs = 1;                        ///< n
  Index previous = 0;                      ///< m_i, width of z_i; 0 for the first layer
  Index width = 1;                         ///< m_{i+1}
  bool passthrough = true;                 ///< W^y y is there; the first layer always has it
  bool bias = true;                        ///< b is there
  std::vector<Index> non_decreasing = {};  ///< inputs whose columns of W^y are non-negative
  Index quadratic_rank = 0;                ///< R of the quadratic beside W^y y; 0: none
};

/// One step of equation 2 of Amos, Xu and Kolter (ICML 2017),
///
///     s = W^z z + W^y y + b,   z' = g(s),
///
/// convex in y when z is: W^z >= 0 (kept by Parameters::edit) and g convex and non-decreasing (checked here, when the
/// type is instantiated). Extents N of y, M of z, W of z' are compile-time constants or Dynamic; M = 0 is the first layer,
/// where W^z is absent and g need only be convex. Where the shape has a rank, s has the convex quadratic of a QuadraticMap,
/// too, and the g of a first layer must not decrease, either; R is that rank in the type, Dynamic, or 0 for never.
///
/// A regular value: it knows where its blocks lie in a flat parameter vector, the numbers are passed in as `p`. Every pass
/// is const, works on `columns` samples (y and w are n x columns, z and dz m x columns), leaves its results in the tape
/// and allocates nothing in float or double. Shapes are checked by the network, here only asserted in debug builds.
/// Gates stand before the maps in a PICNN (see PicnnLayer), which is otherwise the same layer.
template <class S, Activation A, int N = Dynamic, int M = Dynamic, int W = Dynamic, int R = W == Dynamic ? Dynamic : 0>
class FicnnLayer {
  static_assert(std::conditional_t<M == 0, Proposition1FirstLayer<A>, Proposition1<A>>::holds);

 public:
  using Scalar = S;
  static constexpr int Inputs = N;
  static constexpr int Previous = M;
  static constexpr int Width = W;

  /// T is what a tape holds: numbers, or packs of them with one sample per lane (see kernels/lane_products.hpp).
  template <int Cols, class T = S>
  using Tape = ConvexTape<T, N, W, R, Cols>;

  /// Declares the blocks Wz[index], Wy[index], A[index] and b[index], as far as the shape has them.
  FicnnLayer(Layout& layout, Index index, const ConvexShape& shape, A activation)
      : inputs_(shape.inputs), previous_(shape.previous), width_(shape.width), activation_(std::move(activation)) {
    const auto block = [&](const char* symbol, Index cols, Sign sign, std::vector<Index> lines = {}) {
      return Block{.name = block_name(symbol, index),
                   .layer = index,
                   .rows = shape.width,
                   .cols = cols,
                   .sign = sign,
                   .signed_lines = std::move(lines)};
    };
    if (shape.previous > 0) z_map_ = {layout, block("Wz", shape.previous, Sign::non_negative)};
    if (shape.passthrough || shape.previous == 0) {
      const Sign sign = shape.non_decreasing.empty() ? Sign::free : Sign::non_negative_columns;
      y_map_ = {layout, block("Wy", shape.inputs, sign, shape.non_decreasing)};
      if constexpr (R != 0) {
        if (shape.quadratic_rank > 0) quadratic_ = {layout, index, shape.quadratic_rank, shape.width, shape.inputs};
      }
    }
    if (shape.bias) b_ = BlockSlot::declare(layout, block("b", 1, Sign::free));
  }

  [[nodiscard]] Index inputs() const noexcept { return inputs_.value(); }
  [[nodiscard]] Index previous() const noexcept { return previous_.value(); }
  [[nodiscard]] Index width() const noexcept { return width_.value(); }
  [[nodiscard]] bool has_passthrough() const noexcept { return y_map_.exists(); }
  [[nodiscard]] bool has_bias() const noexcept { return b_.number >= 0; }
  [[nodiscard]] const A& activation() const noexcept { return activation_; }
  [[nodiscard]] const FicnnLayer& convex() const noexcept { return *this; }  ///< see PicnnLayer::convex

  /// W^z, absent in the first layer, and W^y, absent without passthrough.
  [[nodiscard]] const DenseMap<S, W, M>& z_map() const noexcept { return z_map_; }
  [[nodiscard]] const DenseMap<S, W, N>& y_map() const noexcept { return y_map_; }
  /// The quadratic beside W^y y, absent where the shape has no rank.
  [[nodiscard]] const QuadraticMap<S, R, N, W>& quadratic() const noexcept { return quadratic_; }
  /// visit(quadratic), and with a tape visit(quadratic, its tape), where the layer has one.
  template <class Visit>
  void with_quadratic(Visit&& visit) const {
    if constexpr (R != 0) {
      if (quadratic_.exists()) visit(quadratic_);
    }
  }
  template <class T, class Visit>
  void with_quadratic(T& tape, Visit&& visit) const {
    if constexpr (R != 0) {
      if (quadratic_.exists()) visit(quadratic_, tape.quadratic);
    }
  }
  /// The bias inside a parameter vector (const or not), where the layer has one.
  template <class P>
  [[nodiscard]] auto b(P* p) const {
    using Plain = Vector<S, W>;
    return Eigen::Map<std::conditional_t<std::is_const_v<P>, const Plain, Plain>>(p + b_.offset, width());
  }

  /// s := b in every column, or 0.
  template <class Out>
  void set_bias(const S* p, Out&& s) const {
    using T = typename std::decay_t<Out>::Scalar;
    const S* bias = has_bias() ? p + b_.offset : nullptr;
    for (Index c = 0; c < s.cols(); ++c) {
      T* column = s.data() + c * width();
      for (Index r = 0; r < width(); ++r) column[r] = T(bias ? bias[r] : S(0));
    }
  }

  /// tape.z, holding s (which is kept where the tape is asked to), becomes g(s); as the order asks, tape.first = g'(s) and
  /// tape.second = g''(s).
  template <class T>
  void activate(kernels::Order order, T& tape, Index columns) const {
    if (tape.keeps_arguments) std::copy_n(tape.z.data(), width() * columns, tape.s.data());
    kernels::apply(activation_, order, width() * columns, tape.z.data(), tape.first.data(), tape.second.data());
  }

  template <class Y, class Z, class T, class Gates = NoGates>
  void forward(kernels::Order order, const S* p, const Y& y, const Z& z, T& tape, Index columns,
               const Gates& gates = {}) const {
    auto s = first_columns(tape.z, columns);
    gates.start(*this, p, s);
    add_y<Factor::y>(p, y, tape, gates, s);
    add_z<Factor::z>(p, z, tape, gates, s);
    activate(order, tape, columns);
  }

  /// Along the direction w of y: ds = W^z dz + W^y w, dz' = g' o ds. After a forward pass of order first.
  template <class Y, class Z, class T, class Gates = NoGates>
  void tangent(const S* p, const Y& w, const Z& dz, T& tape, Index columns, const Gates& gates = {}) const {
    auto ds = first_columns(tape.ds, columns);
    ds.setZero();
    add_y<Factor::w>(p, w, tape, gates, ds);
    add_z<Factor::dz>(p, dz, tape, gates, ds);
    kernels::multiply(width() * columns, tape.first.data(), tape.ds.data(), tape.dz.data());
  }

  /// Reverse pass from tape.delta, the adjoint of z': v = delta o g'; then, each only where wanted, parameter derivatives
  /// added to the sink, W^y' v added to gy, and W^z' v written to delta_z.
  template <class Y, class Z, class T, class Sink, class DeltaZ, class Gates = NoGates>
  void backward(const S* p, const Y& y, const Z& z, T& tape, const Sink& sink, const MatrixView<typename T::Scalar>& gy,
                DeltaZ delta_z, Index columns, const Gates& gates = {}) const {
    auto v = first_columns(tape.v, columns);
    kernels::multiply(width() * columns, tape.delta.data(), tape.first.data(), tape.v.data());
    with_quadratic(tape, [&](const auto& q, auto& forms) { q.backward(v, forms); });
    add_bias_gradient(sink, v);
    add_weight_gradients<AdjointKind::v, Factor::y, Factor::z>(sink, y, z, tape, columns, gates);
    gates.pull(*this, p, y, z, tape, gy, delta_z, columns);
  }

  /// Reverse of the tangent pass, for the derivatives of w' grad_y f. From tape.delta, the adjoint of dz', and
  /// tape.epsilon, that of z': v = g' o delta, u = g'' o ds o delta + g' o epsilon. Parameter derivatives
  /// (u z' + v dz', u y' + v w', u) are added to the sink; W^y' u is added to gy; W^z' v and W^z' u are written to delta_z
  /// and epsilon_z. After forward of order second and tangent.
  template <class Y, class Z, class T, class Sink, class DeltaZ, class Gates = NoGates>
  void second_backward(const S* p, const Y& y, const Y& w, const Z& z, const Z& dz, T& tape, const Sink& sink,
                       const MatrixView<typename T::Scalar>& gy, DeltaZ delta_z, DeltaZ epsilon_z, Index columns,
                       const Gates& gates = {}) const {
    auto v = first_columns(tape.v, columns);
    auto u = first_columns(tape.u, columns);
    kernels::multiply(width() * columns, tape.first.data(), tape.delta.data(), tape.v.data());
    for (Index i = 0; i < width() * columns; ++i) {
      tape.u.data()[i] =
          tape.second.data()[i] * tape.ds.data()[i] * tape.delta.data()[i] + tape.first.data()[i] * tape.epsilon.data()[i];
    }
    with_quadratic(tape, [&](const auto& q, auto& forms) { q.second_backward(v, u, forms); });
    add_bias_gradient(sink, u);
    add_weight_gradients<AdjointKind::u, Factor::y, Factor::z>(sink, y, z, tape, columns, gates);
    add_weight_gradients<AdjointKind::v, Factor::w, Factor::dz>(sink, w, dz, tape, columns, gates);
    gates.second_pull(*this, p, y, w, z, dz, tape, gy, delta_z, epsilon_z, columns);
  }

  /// gy += W^y' v and what the quadratic adds, where gy is given and the layer has W^y; or the same for u.
  template <AdjointKind which, class T>
  void pull_y(const S* p, T& tape, const MatrixView<typename T::Scalar>& gy, Index columns) const {
    if (!gy || !has_passthrough()) return;
    add_transposed(y_map_, p, first_columns(adjoint<which>(tape), columns), gy);
    with_quadratic(tape, [&](const auto& q, auto& forms) {
      add_transposed(q.map(), p, first_columns(adjoint<which>(forms), columns), gy);
    });
  }

  /// delta := W^z' v, where the layer has W^z.
  template <class V, class DeltaZ>
  void pull_z(const S* p, const V& v, DeltaZ& delta) const {
    if constexpr (M != 0) {
      if (previous() == 0) return;
      delta.setZero();
      z_map_.add_transposed(p, v, delta);
    }
  }

  /// Forward Jacobian of the pre-activation at one sample, J = W^y + q' + W^z diag(g'_prev) J_prev, into tape.jacobian.
  /// \p before holds J_prev and g' of the layer below; J_prev is scaled in place.
  template <class T, class Before, class Gates = NoGates>
  void jacobian(const S* p, T& tape, Before& before, Index column, const Gates& gates = {}) const {
    using Number = typename T::Scalar;
    if (has_passthrough()) {
      y_map_.write(p, tape.jacobian.data());
      gates.scale_y(tape.jacobian, column);
    } else {
      std::fill_n(tape.jacobian.data(), tape.jacobian.size(), Number(0));
    }
    with_quadratic(tape, [&](const auto& q, auto& forms) {
      q.map().write(p, forms.jacobian.data());
      gates.scale_y(forms.jacobian, column);
      q.add_jacobian(forms, column, tape.jacobian);
    });
    if constexpr (M != 0) {
      if (previous() == 0) return;
      for (Index c = 0; c < inputs(); ++c) {
        Number* j = before.jacobian.data() + c * previous();
        kernels::multiply(previous(), j, before.first.data() + column * previous(), j);
      }
      gates.scale_z(before.jacobian, column);
      z_map_.add(p, before.jacobian, tape.jacobian);
    }
  }

  /// Prepares s(alpha) = base + alpha slope + alpha^2 curvature + W^z z for y + alpha d: the products with W^y and A, once
  /// per line.
  template <class Y, class T, class Gates = NoGates>
  void start_line(const S* p, const Y& y, const Y& d, T& tape, Index columns, const Gates& gates = {}) const {
    auto base = first_columns(tape.base, columns);
    auto slope = first_columns(tape.slope, columns);
    gates.start(*this, p, base);
    slope.setZero();
    add_y<Factor::y>(p, y, tape, gates, base);
    add_y<Factor::w>(p, d, tape, gates, slope);
    with_quadratic(tape, [&](const auto& q, auto& forms) { q.line(forms, columns); });
  }

  /// z' at the steps alpha (one per column) and, with order first, dz' along the line.
  template <class Alpha, class Z, class T, class Gates = NoGates>
  void along(kernels::Order order, const S* p, const Alpha& alpha, const Z& z, const Z& dz, T& tape, Index columns,
             const Gates& gates = {}) const {
    auto s = first_columns(tape.z, columns);
    for (Index c = 0; c < columns; ++c) {
      for (Index r = 0; r < width(); ++r) s(r, c) = tape.base(r, c) + tape.slope(r, c) * alpha(c);
    }
    with_quadratic(tape, [&](const auto& q, auto& forms) { q.along(alpha, forms, s); });
    add_z<Factor::z>(p, z, tape, gates, s);
    activate(order, tape, columns);
    if (order == kernels::Order::value) return;
    auto ds = first_columns(tape.ds, columns);
    std::copy_n(tape.slope.data(), width() * columns, tape.ds.data());
    with_quadratic(tape, [&](const auto& q, auto& forms) { q.slope_along(alpha, forms, ds); });
    add_z<Factor::dz>(p, dz, tape, gates, ds);
    kernels::multiply(width() * columns, tape.first.data(), tape.ds.data(), tape.dz.data());
  }

  friend bool operator==(const FicnnLayer&, const FicnnLayer&) = default;

 private:
  template <class Sink, class V>
  void add_bias_gradient(const Sink& sink, const V& v) const {
    if constexpr (Sink::may_want) {
      if (sink.wants(b_.number)) kernels::add_row_sums(v, b(sink.data));
    }
  }

  /// The gradients of W^y, A and W^z += an adjoint times what they were multiplied with.
  template <AdjointKind which, Factor of_y, Factor of_z, class Sink, class Y, class Z, class T, class Gates>
  void add_weight_gradients(const Sink& sink, const Y& y, const Z& z, T& tape, Index columns, const Gates& gates) const {
    const auto v = first_columns(adjoint<which>(tape), columns);
    y_map_.add_outer(sink, v, gates.template kept<of_y>(y, tape));
    with_quadratic(tape, [&](const auto& q, auto& forms) {
      const auto of_forms = first_columns(adjoint<which>(forms), columns);
      q.map().add_outer(sink, of_forms, gates.template kept<of_y>(y, tape));
    });
    if constexpr (M != 0) z_map_.add_outer(sink, v, gates.template kept<of_z>(z, tape));
  }
  /// s += W^y y + q(y) (or, of a direction, W^y w + q'(y) w) and s += W^z z, where the layer has them.
  template <Factor factor, class Y, class T, class Gates, class Out>
  void add_y(const S* p, const Y& y, T& tape, const Gates& gates, Out& s) const {
    if (!has_passthrough()) return;
    const auto& behind = gates.template through<factor>(y, tape);
    y_map_.add(p, behind, s);
    with_quadratic(tape, [&](const auto& q, auto& forms) {
      if constexpr (factor == Factor::y) {
        q.forward(p, behind, forms, s);
      } else {
        q.tangent(p, behind, forms, s);
      }
    });
  }
  template <Factor factor, class Z, class T, class Gates, class Out>
  void add_z(const S* p, const Z& z, T& tape, const Gates& gates, Out& s) const {
    if constexpr (M != 0) {
      if (previous() > 0) z_map_.add(p, gates.template through<factor>(z, tape), s);
    }
  }

  /// gy += W' v
  template <class Map, class V>
  static void add_transposed(const Map& map, const S* p, const V& v, const MatrixView<typename V::Scalar>& gy) {
    if constexpr (N != Dynamic && is_sample<V>) {
      map.add_transposed(p, v, Eigen::Map<Vector<S, N>>(gy.data()));
    } else {
      map.add_transposed(p, v, gy.map());
    }
  }

  [[no_unique_address]] Extent<N> inputs_;
  [[no_unique_address]] Extent<M> previous_;
  [[no_unique_address]] Extent<W> width_;
  DenseMap<S, W, M> z_map_{};
  DenseMap<S, W, N> y_map_{};
  [[no_unique_address]] QuadraticMap<S, R, N, W> quadratic_{};
  BlockSlot b_{};
  A activation_;
};

}  // namespace icnn::inline ICNN_ISA
