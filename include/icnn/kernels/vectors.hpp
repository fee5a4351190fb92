// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "icnn/core/types.hpp"
#include "icnn/kernels/products.hpp"

/// What solvers are written with: views of vectors of double, and a dozen plain functions on them. Non-templates, because
/// every further kind of Eigen expression costs every user's compiler as much as a hundred lines of loops.
namespace icnn::inline ICNN_ISA {

namespace detail {

/// A vector of double of any extent whose numbers lie side by side.
template <class V>
concept PlainVector = std::is_same_v<typename V::Scalar, double> && V::ColsAtCompileTime == 1 &&
                      V::InnerStrideAtCompileTime == 1 && requires(const V& v) {
  v.data();
};

}  // namespace detail

/// A vector that is read: a pointer and a length. Made from vectors and columns of matrices, which have to outlive it.
class ConstVectorView {
 public:
  ConstVectorView(const double* data, Index size) noexcept : data_(data), size_(size) {}
  template <detail::PlainVector V>
  ConstVectorView(const V& v) noexcept : data_(v.data()), size_(v.size()) {}

  [[nodiscard]] const double* data() const noexcept { return data_; }
  [[nodiscard]] Index size() const noexcept { return size_; }
  double operator()(Index j) const { return data_[j]; }
  [[nodiscard]] ConstVectorView segment(Index first, Index count) const { return {data_ + first, count}; }
  /// The same for Eigen.
  [[nodiscard]] Eigen::Map<const Vector<double>> map() const { return {data_, size_}; }

 private:
  const double* data_;
  Index size_;
};

/// A vector that is written.
class VectorView {
 public:
  VectorView(double* data, Index size) noexcept : data_(data), size_(size) {}
  template <detail::PlainVector V>
  VectorView(V& v) noexcept : data_(v.data()), size_(v.size()) {}
  template <class V>
  requires detail::PlainVector<V> &&(!std::is_base_of_v<Eigen::PlainObjectBase<V>, V>)  // a column, not its owner
      VectorView(V&& v) noexcept
      : data_(v.data()), size_(v.size()) {}

  operator ConstVectorView() const noexcept { return {data_, size_}; }
  [[nodiscard]] double* data() const noexcept { return data_; }
  [[nodiscard]] Index size() const noexcept { return size_; }
  double& operator()(Index j) const { return data_[j]; }
  [[nodiscard]] VectorView segment(Index first, Index count) const { return {data_ + first, count}; }
  [[nodiscard]] Eigen::Map<Vector<double>> map() const { return {data_, size_}; }

 private:
  double* data_;
  Index size_;
};

/// A vector of a solver's own, read without Eigen's check of the index: compiled wherever one is read, these checks would be
/// more than what is done with the numbers.
template <class S, int N = Dynamic>
struct Numbers : Vector<S, N> {
  using Vector<S, N>::Vector;
  [[nodiscard]] S& operator()(Index j) noexcept { return this->data()[j]; }
  [[nodiscard]] S operator()(Index j) const noexcept { return this->data()[j]; }
};

/// The columns of a matrix, as solvers read them: column i is (*this)(i).
class ConstColumns {
 public:
  ConstColumns() noexcept : ConstColumns(nullptr, 0, 0, 1) {}
  ConstColumns(const double* data, Index rows, Index columns, Index stride) noexcept
      : data_(data), rows_(rows), columns_(columns), stride_(stride) {}
  template <int Rows, int Cols>
  ConstColumns(const Matrix<double, Rows, Cols>& m) noexcept : ConstColumns(m.data(), m.rows(), m.cols(), m.rows()) {}

  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index columns() const noexcept { return columns_; }
  ConstVectorView operator()(Index i) const { return {data_ + i * stride_, rows_}; }
  [[nodiscard]] ConstColumns first(Index count) const { return {data_, rows_, count, stride_}; }
  [[nodiscard]] const double* data() const noexcept { return data_; }
  [[nodiscard]] Index stride() const noexcept { return stride_; }
  [[nodiscard]] kernels::ConstMap<double> map() const { return {data_, rows_, columns_, Eigen::OuterStride<>(stride_)}; }

 private:
  const double* data_;
  Index rows_, columns_, stride_;
};

/// A square matrix that is written, or a corner of one.
struct SquareView {
  double* data;
  Index size;
  Index stride;

  SquareView(double* first, Index n, Index columns_apart) noexcept : data(first), size(n), stride(columns_apart) {}
  template <int N>
  SquareView(Matrix<double, N, N>& m) noexcept : SquareView(m.data(), m.rows(), m.rows()) {}
  /// The corner of a matrix with at least n rows.
  template <int N>
  SquareView(Matrix<double, N, N>& m, Index n) noexcept : SquareView(m.data(), n, m.rows()) {}

  [[nodiscard]] double* column(Index c) const { return data + c * stride; }
  double& operator()(Index r, Index c) const { return data[r + c * stride]; }
  [[nodiscard]] kernels::MutableMap<double> map() const { return {data, size, size, Eigen::OuterStride<>(stride)}; }
};

namespace vec {

/// x'y
[[nodiscard]] inline double dot(ConstVectorView x, ConstVectorView y) {
  if (x.size() >= 8) return x.map().dot(y.map());
  double sum = 0;
  for (Index j = 0; j < x.size(); ++j) sum += x(j) * y(j);
  return sum;
}

/// y += a x
inline void add_scaled(double a, ConstVectorView x, VectorView y) {
  if (x.size() >= 8) {
    y.map() += a * x.map();
  } else {
    for (Index j = 0; j < x.size(); ++j) y(j) += a * x(j);
  }
}

/// Products of so many numbers are done before a kernel has begun.
inline constexpr Index few_numbers = 128;

/// y += sum_i a_i (column i)
inline void add_combination(const ConstColumns& columns, ConstVectorView a, VectorView y) {
  if (columns.rows() * columns.columns() <= few_numbers) {
    for (Index i = 0; i < columns.columns(); ++i) {
      for (Index j = 0; j < columns.rows(); ++j) y(j) += a(i) * columns(i)(j);
    }
    return;
  }
  kernels::detail::add_product<double>(columns.map(), ConstColumns(a.data(), a.size(), 1, a.size()).map(),
                                       {y.data(), y.size(), 1, Eigen::OuterStride<>(y.size())});
}

/// out_i := (column i)'y
inline void dots(const ConstColumns& columns, ConstVectorView y, VectorView out) {
  if (columns.rows() * columns.columns() <= few_numbers) {
    for (Index i = 0; i < columns.columns(); ++i) {
      double sum = 0;
      for (Index j = 0; j < columns.rows(); ++j) sum += columns(i)(j) * y(j);
      out(i) = sum;
    }
    return;
  }
  std::fill_n(out.data(), columns.columns(), 0.0);
  kernels::detail::add_transposed_product<double>(
      columns.map(), ConstColumns(y.data(), y.size(), 1, y.size()).map(),
      {out.data(), columns.columns(), 1, Eigen::OuterStride<>(columns.columns())});
}

/// y := x
inline void copy(ConstVectorView x, VectorView y) { std::copy_n(x.data(), x.size(), y.data()); }
inline void fill(VectorView y, double value) { std::fill_n(y.data(), y.size(), value); }
/// y := a x
inline void scale_to(double a, ConstVectorView x, VectorView y) {
  for (Index j = 0; j < x.size(); ++j) y(j) = a * x(j);
}
/// z := x - y
inline void subtract(ConstVectorView x, ConstVectorView y, VectorView z) {
  for (Index j = 0; j < x.size(); ++j) z(j) = x(j) - y(j);
}
/// z := x + a y
inline void step_to(ConstVectorView x, double a, ConstVectorView y, VectorView z) {
  for (Index j = 0; j < x.size(); ++j) z(j) = x(j) + a * y(j);
}

/// max |x_j|; 0 for none, NaN entries ignored.
[[nodiscard, gnu::noinline]] inline double largest_magnitude(ConstVectorView x) {
  double largest = 0;
  for (Index j = 0; j < x.size(); ++j) largest = std::max(largest, std::abs(x(j)));
  return largest;
}
/// max x_j; -infinity for none.
[[nodiscard]] inline double largest(ConstVectorView x) {
  double result = -infinity;
  for (Index j = 0; j < x.size(); ++j) result = std::max(result, x(j));
  return result;
}
[[nodiscard]] inline double sum(ConstVectorView x) {
  double result = 0;
  for (Index j = 0; j < x.size(); ++j) result += x(j);
  return result;
}

/// Without NaN or infinity: x - x is 0 for every number, and their sum then is.
[[nodiscard]] inline bool all_finite(ConstVectorView x) {
  double difference = 0;
  for (Index j = 0; j < x.size(); ++j) difference += x(j) - x(j);
  return difference == 0;
}

/// Of one size, and every number the same.
[[nodiscard]] inline bool equal(ConstVectorView x, ConstVectorView y) {
  return std::equal(x.data(), x.data() + x.size(), y.data(), y.data() + y.size());
}

/// |x|^2, and |x|, which neither overflows nor underflows on the way.
[[nodiscard]] inline double squared_norm(ConstVectorView x) { return dot(x, x); }
[[nodiscard, gnu::noinline]] inline double norm(ConstVectorView x) {
  const double square = dot(x, x);
  if (square > 1e-280 && square < 1e280) return std::sqrt(square);
  const double unit = largest_magnitude(x);
  if (!(unit > 0) || !std::isfinite(unit)) return std::isnan(square) ? square : unit;
  double sum = 0;
  for (Index j = 0; j < x.size(); ++j) sum += (x(j) / unit) * (x(j) / unit);
  return unit * std::sqrt(sum);
}

/// |x - y|^2 and |x - y|
[[nodiscard]] inline double squared_distance(ConstVectorView x, ConstVectorView y) {
  double sum = 0;
  for (Index j = 0; j < x.size(); ++j) sum += (x(j) - y(j)) * (x(j) - y(j));
  return sum;
}
[[nodiscard]] inline double distance(ConstVectorView x, ConstVectorView y) {
  const double square = squared_distance(x, y);
  if (square > 1e-280 && square < 1e280) return std::sqrt(square);
  double unit = 0, sum = 0;
  for (Index j = 0; j < x.size(); ++j) unit = std::max(unit, std::abs(x(j) - y(j)));
  if (!(unit > 0) || !std::isfinite(unit)) return std::isnan(square) ? square : unit;
  for (Index j = 0; j < x.size(); ++j) sum += ((x(j) - y(j)) / unit) * ((x(j) - y(j)) / unit);
  return unit * std::sqrt(sum);
}

/// sum |x_j| |y_j|
[[nodiscard]] inline double absolute_dot(ConstVectorView x, ConstVectorView y) {
  double sum = 0;
  for (Index j = 0; j < x.size(); ++j) sum += std::abs(x(j) * y(j));
  return sum;
}

}  // namespace vec
}  // namespace icnn::inline ICNN_ISA
