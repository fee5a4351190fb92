// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include <icnn/core/types.hpp>

#include "tests/support/catch.hpp"

namespace icnn::test {

using Real = long double;  ///< differences are taken with 11 bits more than the derivatives under test

/// Checks d/dt phi(t) at 0, given in double, against central differences of phi(Real). Agreement to 1e-9 of the
/// derivative's size (or of `scale`, where that is larger); and where phi is smooth, an error that falls as h^2: by 4
/// (3.5..4.5) per halving, wherever it stands clear of rounding.
template <class Phi>
void check_derivative(Phi phi, double derivative, double scale, bool smooth) {
  const Real size = std::max<Real>({std::abs(derivative), scale, Real(1e-3)});
  const auto error = [&](Real h) { return std::abs((phi(h) - phi(-h)) / (2 * h) - derivative) / size; };
  INFO("derivative " << derivative << ", scale " << scale);
  CHECK(static_cast<double>(error(0x1p-20L)) <= 1e-9);
  if (!smooth) return;
  const Real coarse = error(0x1p-10L);
  const Real half = error(0x1p-11L);
  if (coarse < 1e-11L) return;  // too straight to show its order
  INFO("errors at h and h/2: " << static_cast<double>(coarse) << ", " << static_cast<double>(half));
  CHECK(static_cast<double>(coarse / half) > 3.5);
  CHECK(static_cast<double>(coarse / half) < 4.5);
}

}  // namespace icnn::test
