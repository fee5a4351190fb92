// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/core/layout.hpp"
#include "icnn/core/types.hpp"
#include "icnn/core/view.hpp"
#include "icnn/kernels/products.hpp"
#include "icnn/layers/wanted.hpp"

namespace icnn::inline ICNN_ISA {

/// Which parts of the output term a network has.
struct OutputTermShape {
  bool diagonal = false;  ///< D
  Index rank = 0;         ///< rows of L; 0: no L
  bool bilinear = false;  ///< C, PICNN only
  bool linear = false;    ///< d

  friend bool operator==(const OutputTermShape&, const OutputTermShape&) = default;
};

/// Scratch of the output term for up to `columns` samples.
template <class S, int N, int Cols, int R = Dynamic>
struct OutputTermTape {
  using Scalar = S;

  [[gnu::cold]] OutputTermTape(Index inputs, Index rank, Index columns)
      : low(rank, columns),
        low_w(rank, columns),
        scaled(rank, columns),
        gradient(inputs, columns),
        product(inputs, columns),
        weighted(inputs, columns),
        quadratic(1, columns) {}

  Matrix<S, R, Cols == 1 ? 1 : Dynamic> low, low_w, scaled;  ///< L y, L w, and one of them times the seeds
  Matrix<S, N, Cols> gradient;                               ///< of q in y
  Matrix<S, N, Cols> product;                                ///< (D + L'L) w
  Matrix<S, N, Cols> weighted;                               ///< y (or w) times the seeds
  Matrix<S, 1, Cols> quadratic;                              ///< d' (D + L'L) d along a line
};

/// The quadratic that a network adds to its last layer, q(x, y) = y' (D + L'L) y / 2 + y' (C x + d), with D >= 0 diagonal:
/// convex in y by its form, strongly so with modulus min D. D is stored as n x 1. \p linear is the linear part C x + d as
/// columns (n x 1 for all samples, or n x B), which the network provides; empty where there is none. R is the rank of L,
/// Dynamic, or 0 for never.
template <class S, int N = Dynamic, int R = Dynamic>
class OutputTerm {
 public:
  static constexpr int Rank = R;
  template <int Cols, class T = S>
  using Tape = OutputTermTape<T, N, Cols, R>;

  /// Declares D, L, C, d, as far as the shape has them. With \p non_decreasing inputs only d may be there, non-negative in
  /// those rows; anything else would make f decrease somewhere, and is refused with an Error.
  OutputTerm(Layout& layout, Index layer, const OutputTermShape& shape, Index inputs, Index context,
             const std::vector<Index>& non_decreasing)
      : inputs_(inputs), context_(context), rank_(shape.rank) {
    if (shape.rank < 0 || (R != Dynamic && shape.rank != R))
      fail({"OutputTerm", R == Dynamic ? "a rank >= 0" : "the rank of the type", detail::text(shape.rank)});
    if (shape.bilinear && context == 0) {
      fail({"OutputTerm", "no bilinear term y' C x without a context", "bilinear = true", "use a PICNN"});
    }
    if (!non_decreasing.empty() && (shape.diagonal || shape.rank > 0 || shape.bilinear)) {
      fail({"OutputTerm", "only a linear output term beside non-decreasing inputs", "a quadratic or bilinear one",
            "y' (D + L'L) y decreases for negative y"});
    }
    const auto declare = [&](const char* name, Index rows, Index cols, Sign sign, std::vector<Index> lines = {}) {
      return BlockSlot::declare(layout, {name, layer, rows, cols, sign, std::move(lines)});
    };
    if (shape.diagonal) diagonal_ = declare("D", inputs, 1, Sign::non_negative);
    if (shape.rank > 0) low_ = declare("L", shape.rank, inputs, Sign::free);
    if (shape.bilinear) bilinear_ = declare("C", inputs, context, Sign::free);
    if (shape.linear) {
      linear_ = declare("d", inputs, 1, non_decreasing.empty() ? Sign::free : Sign::non_negative_rows, non_decreasing);
    }
  }

  [[nodiscard]] OutputTermShape shape() const {
    return {diagonal_.number >= 0, rank(), bilinear_.number >= 0, linear_.number >= 0};
  }
  [[nodiscard]] Index inputs() const noexcept { return inputs_.value(); }
  [[nodiscard]] Index rank() const noexcept { return rank_.value(); }
  [[nodiscard]] bool is_quadratic() const noexcept { return diagonal_.number >= 0 || rank() > 0; }
  [[nodiscard]] bool has_linear_part() const noexcept { return bilinear_.number >= 0 || linear_.number >= 0; }
  [[nodiscard]] bool empty() const noexcept { return !is_quadratic() && !has_linear_part(); }

  /// The modulus of strong convexity, min D; 0 without D.
  [[nodiscard]] S strong_convexity(const S* p) const { return diagonal_.number >= 0 ? S(D(p).minCoeff()) : S(0); }

  template <class P>
  [[nodiscard]] auto D(P* p) const {
    return map<N, 1>(p, diagonal_, inputs(), 1);
  }
  template <class P>
  [[nodiscard]] auto L(P* p) const {
    return map<R, N>(p, low_, rank(), inputs());
  }
  template <class P>
  [[nodiscard]] auto C(P* p) const {
    return map<N, Dynamic>(p, bilinear_, inputs(), context_);
  }
  template <class P>
  [[nodiscard]] auto d(P* p) const {
    return map<N, 1>(p, linear_, inputs(), 1);
  }

  /// out (n x B) := C x + d, the linear part at each column of x (c x B; not read without C).
  template <class X, class Out>
  void linear_part(const S* p, const X& x, Out out) const {
    if (linear_.number >= 0) {
      out.colwise() = d(p).col(0);
    } else {
      out.setZero();
    }
    if (bilinear_.number >= 0) kernels::add_product(C(p), x, out);
  }

  /// values (1 x B) += q; leaves its gradient in y, per column, in the tape.
  template <class Y, class Linear, class T, class Values>
  void forward(const S* p, const Y& y, const Linear& linear, T& tape, Values values, Index columns) const {
    if (empty()) return;
    using Number = typename Y::Scalar;
    auto gradient = first_columns(tape.gradient, columns);
    hessian_product(p, y, tape.low, gradient, columns);
    for (Index c = 0; c < columns; ++c) {
      Number half(0), straight(0);
      for (Index j = 0; j < inputs(); ++j) half += y(j, c) * gradient(j, c);
      if (has_linear_part()) {
        const S* l = linear.data() + (linear.cols() == 1 ? 0 : c * inputs());
        for (Index j = 0; j < inputs(); ++j) {
          straight += y(j, c) * Number(l[j]);
          gradient(j, c) += Number(l[j]);
        }
      }
      values(c) += Number(0.5) * half + straight;
    }
  }

  /// Derivatives of sum_b c_b q(x_b, y_b) after forward; seeds c is 1 x B. Adds to everything.
  template <class Y, class X, class Seeds, class T, class Sink>
  void backward(const S* p, const Y& y, const X& x, const Seeds& seeds, T& tape, const Sink& sink,
                const MatrixView<typename T::Scalar>& gy, const MatrixView<S>& gx, Index columns) const {
    if (empty()) return;
    add_scaled_columns(tape.gradient, seeds, gy, columns);
    if constexpr (Sink::may_want) add_gradients(p, y, x, seeds, tape, sink, gx, columns);
  }

  /// slopes (1 x B) += w' grad q, after forward; leaves (D + L'L) w in the tape.
  template <class W, class T, class Slopes>
  void tangent(const S* p, const W& w, T& tape, Slopes slopes, Index columns) const {
    if (empty()) return;
    add_column_dots(tape.gradient, w, slopes, columns);
    auto product = first_columns(tape.product, columns);
    hessian_product(p, w, tape.low_w, product, columns);
  }

  /// Derivatives of sum_b c_b w_b' grad_y q(x_b, y_b), after forward and tangent. Adds to everything.
  template <class Y, class X, class Seeds, class T, class Sink>
  void second_backward(const S* p, const Y& y, const Y& w, const X& x, const Seeds& seeds, T& tape, const Sink& sink,
                       const MatrixView<typename T::Scalar>& gy, const MatrixView<S>& gx, Index columns) const {
    if (empty()) return;
    add_scaled_columns(tape.product, seeds, gy, columns);
    if constexpr (Sink::may_want) add_second_gradients(p, y, w, x, seeds, tape, sink, gx, columns);
  }

  /// h (n x n) += D + L'L.
  template <class H>
  void add_hessian(const S* p, H& h) const {
    for (Index j = 0; j < inputs() && diagonal_.number >= 0; ++j) h(j, j) += D(p)(j);
    if constexpr (R != 0) {
      if (rank() > 0) kernels::add_transposed_product(L(p), L(p), h);
    }
  }

  /// d' (D + L'L) d for each column of d, into the tape; after forward and tangent(d).
  template <class Y, class T>
  void start_line(const Y& d, T& tape, Index columns) const {
    if (empty()) return;
    auto quadratic = first_columns(tape.quadratic, columns);
    quadratic.setZero();
    add_column_dots(tape.product, d, quadratic, columns);
  }

  friend bool operator==(const OutputTerm&, const OutputTerm&) = default;

 private:
  template <int Rows, int Cols, class P>
  [[nodiscard]] static auto map(P* p, const BlockSlot& slot, Index rows, Index cols) {
    using Plain = Matrix<S, Rows, Cols>;
    return Eigen::Map<std::conditional_t<std::is_const_v<P>, const Plain, Plain>>(p + slot.offset, rows, cols);
  }

  /// to (where given) += from, column by column times the seeds.
  template <class From, class Seeds, class T>
  static void add_scaled_columns(const From& from, const Seeds& seeds, const MatrixView<T>& to, Index columns) {
    if (!to) return;
    for (Index c = 0; c < columns; ++c) {
      T* column = to.data() + c * to.stride();
      for (Index j = 0; j < from.rows(); ++j) column[j] += from(j, c) * seeds(c);
    }
  }
  /// sums (1 x B) += the dot products of the columns of a and b.
  template <class A, class B, class Sums>
  static void add_column_dots(const A& a, const B& b, Sums& sums, Index columns) {
    for (Index c = 0; c < columns; ++c) {
      for (Index j = 0; j < b.rows(); ++j) sums(c) += a(j, c) * b(j, c);
    }
  }

  /// out := (D + L'L) y, leaving L y in \p low_buffer.
  template <class Y, class Buffer, class Out>
  void hessian_product(const S* p, const Y& y, Buffer& low_buffer, Out& out, Index columns) const {
    using Number = typename Y::Scalar;
    const S* d = diagonal_.number >= 0 ? p + diagonal_.offset : nullptr;
    for (Index c = 0; c < columns; ++c) {
      for (Index j = 0; j < inputs(); ++j) out(j, c) = d ? Number(d[j]) * y(j, c) : Number(0);
    }
    if constexpr (R != 0) {
      if (rank() == 0) return;
      auto low = first_columns(low_buffer, columns);
      low.setZero();
      kernels::add_product(L(p), y, low);
      kernels::add_transposed_product(L(p), low, out);
    }
  }

  /// The derivatives in D, L, C, d and x.
  template <class Y, class X, class Seeds, class T>
  void add_gradients(const S* p, const Y& y, const X& x, const Seeds& seeds, T& tape, const ParameterSink<S>& sink,
                     const MatrixView<S>& gx, Index columns) const {
    if (sink.wants(diagonal_.number)) {
      using Number = typename Y::Scalar;
      for (Index c = 0; c < columns; ++c) {
        kernels::add_row_sums((Number(0.5) * seeds(c)) * y.col(c).cwiseAbs2(), D(sink.data));
      }
    }
    if constexpr (R != 0) {
      if (sink.wants(low_.number)) {
        auto scaled = first_columns(tape.scaled, columns);
        scaled = first_columns(tape.low, columns) * seeds.asDiagonal();
        kernels::add_outer_product(scaled, y, L(sink.data));
      }
    }
    linear_backward(p, y, x, seeds, first_columns(tape.weighted, columns), sink, gx);
  }
  template <class Y, class X, class Seeds, class T>
  void add_second_gradients(const S* p, const Y& y, const Y& w, const X& x, const Seeds& seeds, T& tape,
                            const ParameterSink<S>& sink, const MatrixView<S>& gx, Index columns) const {
    if (sink.wants(diagonal_.number)) {
      for (Index c = 0; c < columns; ++c) {
        kernels::add_row_sums(seeds(c) * y.col(c).cwiseProduct(w.col(c)), D(sink.data));
      }
    }
    if constexpr (R != 0) {
      if (sink.wants(low_.number)) {
        auto scaled = first_columns(tape.scaled, columns);
        scaled = first_columns(tape.low, columns) * seeds.asDiagonal();
        kernels::add_outer_product(scaled, w, L(sink.data));
        scaled = first_columns(tape.low_w, columns) * seeds.asDiagonal();
        kernels::add_outer_product(scaled, y, L(sink.data));
      }
    }
    linear_backward(p, w, x, seeds, first_columns(tape.weighted, columns), sink, gx);
  }

  /// Derivatives of sum_b c_b y_b' (C x_b + d); \p weighted is scratch for y times the seeds.
  template <class Y, class X, class Seeds, class Weighted>
  void linear_backward(const S* p, const Y& y, const X& x, const Seeds& seeds, Weighted weighted,
                       const ParameterSink<S>& sink, const MatrixView<S>& gx) const {
    const bool through_x = bilinear_.number >= 0 && gx;
    if (!through_x && !sink.wants(bilinear_.number) && !sink.wants(linear_.number)) return;
    weighted = y * seeds.asDiagonal();
    if (sink.wants(linear_.number)) kernels::add_row_sums(weighted, d(sink.data));
    if constexpr (std::is_same_v<typename Y::Scalar, S>) {  // a context comes in columns, never in packs
      if (sink.wants(bilinear_.number)) kernels::add_outer_product(weighted, x, C(sink.data));
      if (through_x) kernels::add_transposed_product(C(p), weighted, gx.map());
    }
  }

  [[no_unique_address]] Extent<N> inputs_;
  Index context_ = 0;
  [[no_unique_address]] Extent<R> rank_;
  BlockSlot diagonal_{}, low_{}, bilinear_{}, linear_{};
};

}  // namespace icnn::inline ICNN_ISA
