// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "icnn/sets/affine.hpp"
#include "icnn/sets/box.hpp"
#include "icnn/sets/half_space.hpp"
#include "icnn/sets/polyhedron.hpp"
#include "icnn/sets/product.hpp"
#include "icnn/sets/simplex.hpp"
#include "icnn/sets/whole_space.hpp"

/// Sets that are polyhedra, written as such: to_polyhedron(set). For all but boxes and simplices argmin solves them so.
namespace icnn::inline ICNN_ISA {

namespace detail {

[[nodiscard]] inline Vector<double> number(double value) {
  Vector<double> result(1);
  result(0) = value;
  return result;
}

}  // namespace detail

[[nodiscard, gnu::cold]] inline Polyhedron to_polyhedron(const Polyhedron& set) { return set; }
[[nodiscard, gnu::cold]] inline Polyhedron to_polyhedron(const Box& set) { return {set, {}, {}}; }
[[nodiscard, gnu::cold]] inline Polyhedron to_polyhedron(const WholeSpace& set) {
  return {Box::cube(set.dimension(), -infinity, infinity), {}, {}};
}
[[nodiscard, gnu::cold]] inline Polyhedron to_polyhedron(const Simplex& set) {
  const Index n = set.dimension();
  Matrix<double> row(1, n);
  for (Index j = 0; j < n; ++j) row(0, j) = 1;
  return {Box::cube(n, 0, set.total()), {}, {}, std::move(row), detail::number(set.total())};
}
[[nodiscard, gnu::cold]] inline Polyhedron to_polyhedron(const HalfSpace& set) {
  Matrix<double> row(1, set.dimension());
  for (Index j = 0; j < row.cols(); ++j) row(0, j) = set.normal()(j);
  return {Box::cube(set.dimension(), -infinity, infinity), std::move(row), detail::number(set.offset())};
}
/// Its orthonormal equations.
[[nodiscard, gnu::cold]] inline Polyhedron to_polyhedron(const Affine& set) {
  Matrix<double> rows(set.coordinates().size(), set.dimension());
  for (Index i = 0; i < rows.rows(); ++i) {
    for (Index j = 0; j < rows.cols(); ++j) rows(i, j) = set.basis()(j, i);
  }
  return {Box::cube(set.dimension(), -infinity, infinity), {}, {}, std::move(rows), set.coordinates()};
}
/// All factors have to be polyhedra.
template <class... Sets>
[[nodiscard, gnu::cold]] Polyhedron to_polyhedron(const Product<Sets...>& product) requires requires {
  (to_polyhedron(std::declval<const Sets&>()), ...);
}
{
  Index n = 0, m = 0, k = 0;
  const auto parts = std::apply([](const auto&... set) { return std::array{to_polyhedron(set)...}; }, product.factors());
  for (const Polyhedron& part : parts) {
    n += part.dimension();
    m += part.b().size();
    k += part.e().size();
  }
  Vector<double> lower(n), upper(n), b(m), e(k);
  Matrix<double> A(m, n), E(k, n);
  vec::fill({A.data(), A.size()}, 0);
  vec::fill({E.data(), E.size()}, 0);
  n = m = k = 0;
  for (const Polyhedron& part : parts) {
    const auto put = [&](const Matrix<double>& from, const Vector<double>& limits, Matrix<double>& rows, Vector<double>& to,
                         Index& at) {
      for (Index i = 0; i < limits.size(); ++i, ++at) {
        for (Index j = 0; j < from.cols(); ++j) rows(at, n + j) = from(i, j);
        to(at) = limits(i);
      }
    };
    put(part.A(), part.b(), A, b, m);
    put(part.E(), part.e(), E, e, k);
    for (Index j = 0; j < part.dimension(); ++j) {
      lower(n + j) = part.box().lower()(j);
      upper(n + j) = part.box().upper()(j);
    }
    n += part.dimension();
  }
  return {Box(lower, upper), std::move(A), std::move(b), std::move(E), std::move(e)};
}

/// Sets that can be written as a polyhedron.
template <class Set>
concept PolyhedralSet = requires(const Set& set) {
  to_polyhedron(set);
};

}  // namespace icnn::inline ICNN_ISA
