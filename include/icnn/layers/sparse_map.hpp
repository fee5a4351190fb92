// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/core/sparse.hpp"
#include "icnn/layers/dense_map.hpp"

namespace icnn::inline ICNN_ISA {

/// The map x -> W x of a DenseMap for sparse x: each pass costs as many operations as W has rows for every entry of x that
/// is not zero. x is data, so there is no reverse product.
template <class S>
class SparseMap {
 public:
  /// Declares the block.
  SparseMap(Layout& layout, Block block) : dense_(layout, std::move(block)) {}
  SparseMap() = default;

  [[nodiscard]] bool exists() const noexcept { return dense_.exists(); }
  [[nodiscard]] Index rows() const noexcept { return dense_.rows(); }
  [[nodiscard]] Index cols() const noexcept { return dense_.cols(); }
  [[nodiscard]] Index block() const noexcept { return dense_.block(); }

  /// out (rows x B) += W x
  template <class Out>
  void add(const S* p, const SparseColumns<S>& x, Out&& out) const {
    const auto w = dense_.matrix(p);
    visit(x, [&](Index row, Index column, const S& value) { out.col(column) += value * w.col(row); });
  }
  /// The block's gradient += v x', where the sink wants it.
  template <class V>
  void add_outer(const ParameterSink<S>& sink, const V& v, const SparseColumns<S>& x) const {
    if (!sink.wants(block())) return;
    auto w = dense_.matrix(sink.data);
    visit(x, [&](Index row, Index column, const S& value) { w.col(row) += value * v.col(column); });
  }

  friend bool operator==(const SparseMap&, const SparseMap&) = default;

 private:
  template <class Visit>
  static void visit(const SparseColumns<S>& x, Visit entry) {
    for (Index c = 0; c < x.cols(); ++c) {
      const auto rows = x.indices(c);
      const auto values = x.values(c);
      for (std::size_t k = 0; k < rows.size(); ++k) entry(rows[k], c, values[k]);
    }
  }

  DenseMap<S> dense_;
};

}  // namespace icnn::inline ICNN_ISA
