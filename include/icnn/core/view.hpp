// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <type_traits>

#include "icnn/core/error.hpp"
#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// An Eigen object whose numbers lie in memory.
template <class D>
concept DirectAccess = requires(D& m) {
  m.data(), m.outerStride(), m.innerStride(), std::remove_cvref_t<D>::RowsAtCompileTime;
};

}  // namespace detail

/// A non-owning window on column-major storage that belongs to the caller: how results are written into the caller's
/// own vectors, matrices, blocks and maps without a copy and without a template on their type. Empty when default made.
/// MatrixView<const S> reads only.
template <class S>
class MatrixView {
 public:
  using Plain = Matrix<std::remove_const_t<S>>;
  using Map = Eigen::Map<std::conditional_t<std::is_const_v<S>, const Plain, Plain>, Eigen::Unaligned, Eigen::OuterStride<>>;

  MatrixView() = default;

  MatrixView(S* data, Index rows, Index cols, Index stride) noexcept
      : data_(data), rows_(rows), cols_(cols), stride_(stride), given_(true) {}

  /// From any writable Eigen object with direct access, of the same scalar: a matrix, vector, block, map or Ref.
  template <detail::DirectAccess D>
  MatrixView(D&& m)  // NOLINT(bugprone-forwarding-reference-overload): a view is meant to be made implicitly
      : data_(checked_data(m)), rows_(m.rows()), cols_(m.cols()), stride_(m.outerStride()), given_(true) {
    constexpr bool row = std::remove_cvref_t<D>::RowsAtCompileTime == 1;
    if constexpr (row) {
      stride_ = m.innerStride();
    } else if (m.innerStride() != 1 && m.rows() > 1) {
      fail({"MatrixView", "storage with contiguous columns", detail::text("an inner stride of ", m.innerStride()),
            "write into a vector of your own and copy it"});
    }
  }

  /// Whether it was made from anything, be that empty.
  [[nodiscard]] explicit operator bool() const noexcept { return given_; }
  [[nodiscard]] S* data() const noexcept { return data_; }
  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index cols() const noexcept { return cols_; }
  [[nodiscard]] Index stride() const noexcept { return stride_; }

  /// The storage as an Eigen object.
  [[nodiscard]] Map map() const { return Map(data_, rows_, cols_, Eigen::OuterStride<>(stride_)); }

  /// Rows [first, first + count).
  [[nodiscard]] MatrixView rows_from(Index first, Index count) const noexcept {
    return {data_ + first, count, cols_, stride_};
  }

  /// Columns [first, first + count); nothing where there is nothing.
  [[nodiscard]] MatrixView columns_from(Index first, Index count) const noexcept {
    return given_ ? MatrixView(data_ + first * stride_, rows_, count, stride_) : MatrixView();
  }

  void set_zero() const {
    if (stride_ == rows_) {
      std::fill_n(data_, rows_ * cols_, S(0));
    } else if (given_) {
      map().setZero();
    }
  }

 private:
  template <class D>
  [[nodiscard]] static S* checked_data(D& m) {
    constexpr bool same = std::is_same_v<typename std::remove_cv_t<D>::Scalar, std::remove_const_t<S>>;
    static_assert(same, "the matrix or vector has another scalar type than the function");
    static_assert(!D::IsRowMajor || D::RowsAtCompileTime == 1, "icnn works on column-major storage, this is row-major");
    if constexpr (same) return m.data();
  }

  S* data_ = nullptr;
  Index rows_ = 0;
  Index cols_ = 0;
  Index stride_ = 0;
  bool given_ = false;
};

/// The first `columns` columns of a buffer, as a map that keeps the compile-time extents.
template <class M>
[[nodiscard]] auto first_columns(M& buffer, Index columns) {
  using Plain = std::remove_const_t<M>;
  using Mapped = std::conditional_t<std::is_const_v<M>, const Plain, Plain>;
  constexpr int fixed = Plain::ColsAtCompileTime;
  return Eigen::Map<Mapped>(buffer.data(), buffer.rows(), fixed == Dynamic ? columns : Index{fixed});
}

}  // namespace icnn::inline ICNN_ISA
