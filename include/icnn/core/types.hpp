// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <Eigen/Core>
#include <limits>

#include "icnn/core/isa.hpp"

/// Input convex neural networks: convex in y by construction, minimized with a proof.
namespace icnn::inline ICNN_ISA {

using Index = Eigen::Index;

/// Marks an extent that is known only at run time.
inline constexpr int Dynamic = Eigen::Dynamic;

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Dense storage, column-major: a sample is a column, a batch of B samples has B columns.
template <class S, int Rows = Dynamic, int Cols = Dynamic>
using Matrix = Eigen::Matrix<S, Rows, Cols, Rows == 1 && Cols != 1 ? Eigen::RowMajor : Eigen::ColMajor>;

template <class S, int Size = Dynamic>
using Vector = Eigen::Matrix<S, Size, 1>;

template <class S, int Size = Dynamic>
using RowVector = Eigen::Matrix<S, 1, Size>;

/// One sample (a column vector type) as opposed to a batch (any other; a p x 1 matrix type is a batch of one).
template <class Expression>
inline constexpr bool is_sample = static_cast<int>(Expression::ColsAtCompileTime) == 1;

/// What the scratch of a layer is made from; one argument, so that tuples of scratch are built in place.
template <class Layer>
struct ScratchSize {
  const Layer& layer;
  Index columns;
  bool hessian = false;
};

/// One dimension: a compile-time constant, or a stored value where N is Dynamic.
template <int N>
class Extent {
 public:
  constexpr explicit Extent(Index) noexcept {}
  [[nodiscard]] constexpr Index value() const noexcept { return N; }
  friend bool operator==(const Extent&, const Extent&) = default;
};

template <>
class Extent<Dynamic> {
 public:
  constexpr explicit Extent(Index value) noexcept : value_(value) {}
  [[nodiscard]] constexpr Index value() const noexcept { return value_; }
  friend bool operator==(const Extent&, const Extent&) = default;

 private:
  Index value_;
};

}  // namespace icnn::inline ICNN_ISA
