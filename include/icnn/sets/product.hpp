// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "icnn/sets/polyhedron.hpp"

namespace icnn::inline ICNN_ISA {

/// Y_1 x Y_2 x ...: the coordinates of the first set, then those of the second, ... It offers what all of its factors do:
/// with a polyhedron among them it is not projected onto.
template <class... Sets>
requires((ProjectableSet<Sets> || std::is_same_v<Sets, Polyhedron>)&&...) class Product {
  static_assert(sizeof...(Sets) >= 1, "a product has at least one factor");

 public:
  explicit Product(Sets... sets) : sets_(std::move(sets)...) {}

  [[nodiscard]] const std::tuple<Sets...>& factors() const noexcept { return sets_; }
  [[nodiscard]] Index dimension() const noexcept {
    return std::apply([](const auto&... set) { return (set.dimension() + ...); }, sets_);
  }

  void project(PointRef y) const requires(ProjectableSet<Sets>&&...) {
    visit([&](const auto& set, Index at) { set.project(y.segment(at, set.dimension())); });
  }
  void project(PointRef y, PointRef scratch) const requires(ProjectableSet<Sets>&&...) {
    visit([&](const auto& set, Index at) {
      detail::project(set, y.segment(at, set.dimension()), scratch.segment(at, set.dimension()));
    });
  }

  void center(PointRef y, PointRef scratch) const requires(ProjectableSet<Sets>&&...) {
    visit([&](const auto& set, Index at) {
      detail::center(set, y.segment(at, set.dimension()), scratch.segment(at, set.dimension()));
    });
  }

  [[nodiscard]] double linear_minimum(ConstPointRef g) const requires(LinearlyMinimizableSet<Sets>&&...) {
    double sum = 0;
    visit([&](const auto& set, Index at) { sum += set.linear_minimum(g.segment(at, set.dimension())); });
    return sum;
  }
  void minimize_linear(ConstPointRef g, PointRef v) const requires(LinearlyMinimizableSet<Sets>&&...) {
    visit([&](const auto& set, Index at) {
      set.minimize_linear(g.segment(at, set.dimension()), v.segment(at, set.dimension()));
    });
  }
  void extents(PointRef h) const {
    visit([&](const auto& set, Index at) { detail::extents(set, h.segment(at, set.dimension())); });
  }

  /// min g'(v - y) + m |v - y|^2 / 2 over v in the product, m > 0, as far as its factors know it. \p y in the set.
  [[nodiscard]] double curved_minimum(ConstPointRef g, ConstPointRef y, double m) const {
    double sum = 0;
    visit([&](const auto& set, Index at) {
      const Index n = set.dimension();
      sum += detail::curved_minimum(set, g.segment(at, n), y.segment(at, n), m);
    });
    return sum;
  }

  friend bool operator==(const Product&, const Product&) = default;

 private:
  template <class Visit>
  void visit(Visit visit) const {
    Index at = 0;
    std::apply([&](const auto&... set) { ((visit(set, at), at += set.dimension()), ...); }, sets_);
  }

  std::tuple<Sets...> sets_;
};

}  // namespace icnn::inline ICNN_ISA
