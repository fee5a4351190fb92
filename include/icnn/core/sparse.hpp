// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "icnn/core/error.hpp"
#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// A batch of sparse samples, compressed column by column: what bags of words and the like are. Grows by one column at a
/// time. A regular value.
template <class S>
class SparseColumns {
 public:
  explicit SparseColumns(Index rows) : rows_(rows) {
    if (rows < 1) fail({"SparseColumns", "at least one row", detail::text(rows)});
  }

  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index cols() const noexcept { return static_cast<Index>(starts_.size()) - 1; }
  [[nodiscard]] Index non_zeros() const noexcept { return static_cast<Index>(values_.size()); }

  /// The rows and the values of a column's entries.
  [[nodiscard]] std::span<const Index> indices(Index column) const { return part(indices_, column); }
  [[nodiscard]] std::span<const S> values(Index column) const { return part(values_, column); }
  [[nodiscard]] std::span<S> values(Index column) { return part(values_, column); }

  /// Adds an entry to the column that end_column() will end; rows in any order, each at most once. Throws Error on a row out
  /// of range, and on NaN or infinity.
  void add(Index row, const S& value) {
    if (row < 0 || row >= rows_) fail({"SparseColumns", detail::text("rows in 0..", rows_ - 1), detail::text(row)});
    if (!std::isfinite(value)) fail({"SparseColumns", "finite values", detail::text(value, " in row ", row)});
    indices_.push_back(row);
    values_.push_back(value);
  }
  void end_column() { starts_.push_back(indices_.size()); }

  /// Appends a column of another batch with as many rows.
  void add_column(const SparseColumns& other, Index column) {
    if (other.rows_ != rows_)
      fail({"SparseColumns", detail::text("columns of ", rows_, " rows"), detail::text(other.rows_)});
    if (indices_.size() != starts_.back())
      fail({"SparseColumns", "end_column() before add_column()", "entries without an end"});
    const auto indices = other.indices(column);
    const auto values = other.values(column);
    indices_.insert(indices_.end(), indices.begin(), indices.end());
    values_.insert(values_.end(), values.begin(), values.end());
    end_column();
  }

  /// No columns any more; keeps the memory.
  void clear() {
    starts_.assign(1, 0);
    indices_.clear();
    values_.clear();
  }

  [[nodiscard]] Matrix<S> dense() const {
    Matrix<S> m = Matrix<S>::Zero(rows_, cols());
    for (Index c = 0; c < cols(); ++c)
      for (std::size_t k = 0; k < indices(c).size(); ++k) m(indices(c)[k], c) += values(c)[k];
    return m;
  }

  friend bool operator==(const SparseColumns&, const SparseColumns&) = default;

 private:
  template <class Entries>
  [[nodiscard]] auto part(Entries& entries, Index column) const {
    if (column < 0 || column >= cols()) {
      fail({"SparseColumns", detail::text("a column in 0..", cols() - 1), detail::text(column)});
    }
    const std::size_t first = starts_[static_cast<std::size_t>(column)],
                      last = starts_[static_cast<std::size_t>(column) + 1];
    return std::span(entries.data() + first, last - first);
  }

  Index rows_;
  std::vector<std::size_t> starts_ = {0};
  std::vector<Index> indices_{};
  std::vector<S> values_{};
};

}  // namespace icnn::inline ICNN_ISA
