// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>
#include <utility>

#include "icnn/layers/dense_map.hpp"

namespace icnn::inline ICNN_ISA {

/// A linear map and, where it has one, a bias: u -> W u + b. A step of a feed-forward network before its activation, and
/// what a context contributes to a PICNN layer. Absent where made by default. Map is the kind of W.
template <class S, int Rows = Dynamic, int Cols = Dynamic, class Map = DenseMap<S, Rows, Cols>>
class AffineMap {
 public:
  AffineMap() = default;
  /// Declares the blocks `weight`[index] and, unless its name is empty, `bias`[index].
  AffineMap(Layout& layout, Index index, Index rows, Index cols, const std::string& weight, const std::string& bias)
      : map_(layout, {block_name(weight, index), index, rows, cols}) {
    if (!bias.empty()) bias_ = BlockSlot::declare(layout, {block_name(bias, index), index, rows, 1});
  }

  [[nodiscard]] bool exists() const noexcept { return map_.exists(); }
  [[nodiscard]] const Map& map() const noexcept { return map_; }
  [[nodiscard]] bool has_bias() const noexcept { return bias_.number >= 0; }
  /// The bias inside a parameter vector (const or not), where there is one.
  template <class P>
  [[nodiscard]] auto b(P* p) const {
    using Plain = Vector<S, Rows>;
    return Eigen::Map<std::conditional_t<std::is_const_v<P>, const Plain, Plain>>(p + bias_.offset, map_.rows());
  }
  /// Whether any of the blocks is wanted.
  [[nodiscard]] bool wanted(const ParameterSink<S>& sink) const noexcept {
    return sink.wants(map_.block()) || sink.wants(bias_.number);
  }

  /// out (rows x B) := W u + b
  template <class U, class Out>
  void forward(const S* p, const U& u, Out&& out) const {
    if (has_bias()) {
      out.colwise() = b(p);
    } else {
      out.setZero();
    }
    map_.add(p, u, out);
  }
  /// From the adjoint v of W u + b: parameter derivatives added to the sink, and W' v to that of u where it is given.
  template <class V, class U>
  void backward(const S* p, const V& v, const U& u, const ParameterSink<S>& sink, const MatrixView<S>& delta_u) const {
    if (sink.wants(bias_.number)) kernels::add_row_sums(v, b(sink.data));
    map_.add_outer(sink, v, u);
    if constexpr (requires { map_.add_transposed(p, v, delta_u.map()); }) {
      if (delta_u) map_.add_transposed(p, v, delta_u.map());
    }
  }

  friend bool operator==(const AffineMap&, const AffineMap&) = default;

 private:
  Map map_{};
  BlockSlot bias_{};
};

}  // namespace icnn::inline ICNN_ISA
