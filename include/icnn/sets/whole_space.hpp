// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/sets/concepts.hpp"

namespace icnn::inline ICNN_ISA {

/// R^n. Unbounded: a certificate needs a strongly convex function.
class WholeSpace {
 public:
  explicit WholeSpace(Index dimension) : dimension_(detail::checked_dimension("WholeSpace", dimension)) {}

  [[nodiscard]] Index dimension() const noexcept { return dimension_; }
  void project(PointRef) const noexcept {}

  [[nodiscard]] double curved_minimum(ConstPointRef g, ConstPointRef, double m) const {
    return -0.5 * vec::squared_norm(g) / m;
  }

  friend bool operator==(const WholeSpace&, const WholeSpace&) = default;

 private:
  Index dimension_;
};

}  // namespace icnn::inline ICNN_ISA
