// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>

#include "icnn/solvers/quadratic/polyhedron_region.hpp"

namespace icnn::inline ICNN_ISA::detail {

[[gnu::cold]] ICNN_INLINE std::unique_ptr<Region> part_of(const Polyhedron& set, const Vector<double>& lower,
                                                          const Vector<double>& upper, const Vector<double>& units,
                                                          double time_limit) {
  const auto in_units = [&](Matrix<double> rows) {
    for (Index j = 0; j < rows.cols(); ++j) {
      const VectorView column(rows.data() + j * rows.rows(), rows.rows());
      vec::scale_to(units(j), column, column);
    }
    return rows;
  };
  return std::make_unique<PolyhedronRegion>(
      Polyhedron(Box(lower, upper), in_units(set.A()), set.b(), in_units(set.E()), set.e()), true, time_limit);
}

}  // namespace icnn::inline ICNN_ISA::detail
