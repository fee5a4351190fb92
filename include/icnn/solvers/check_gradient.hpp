// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "icnn/solvers/black_box.hpp"

namespace icnn::inline ICNN_ISA {

/// What check_gradient() and check_hessian() found: the entry that is farthest off, and between what it has to be.
struct DerivativeCheck {
  bool holds = true;
  Index row = -1, column = -1;  ///< of the entry; the column of a gradient is 0
  double written = 0;
  double least = 0, most = 0;

  explicit operator bool() const noexcept { return holds; }
};

namespace detail {

/// Keeps the worst entry.
inline void compare(DerivativeCheck& worst, double& excess, Index row, Index column, double written, double least,
                    double most) {
  const double off = std::max(least - written, written - most);
  if (!(off <= excess)) {
    worst = {!(off > 0) && !std::isnan(written), row, column, written, least, most};
    excess = std::isnan(off) ? infinity : off;
  }
}

/// The value at y + move e_j; \p move becomes the distance in fact. \p at is y, and is so again.
inline double value_beside(ConvexModel& model, kernels::Order order, Vector<double>& at, Index j, double& move) {
  const double before = at(j);
  at(j) = before + move;
  move = at(j) - before;
  const double value = model.value(order, at);
  at(j) = before;
  return value;
}

}  // namespace detail

/// Whether what a black box writes can be its gradient at y: a convex function rises, towards either side of y, at least as
/// its (sub)gradient says, (f(y) - f(y - h e_j)) / h <= g_j <= (f(y + h e_j) - f(y)) / h, kinks included. A derivative that
/// is wrong by more than h f'', with h = \p step max(1, |y_j|), is found; so is a function that is not convex there. For the
/// tests of who writes objectives: 2 n + 1 evaluations, and allocates.
template <BlackBox F>
[[nodiscard]] DerivativeCheck check_gradient(F&& f, const Vector<double>& y, double step = 1e-6) {
  if (!(step > 0)) fail({"check_gradient", "a step > 0", detail::text(step)});
  BlackBoxBuffers buffers(y.size());
  FunctionModel<std::remove_reference_t<F>> model(f, buffers);
  Vector<double> at = y, g(y.size());
  const double value = model.value(kernels::Order::first, y);
  model.gradient(g);
  DerivativeCheck worst;
  double excess = -infinity;
  for (Index j = 0; j < y.size(); ++j) {
    const double h = step * std::max(1.0, std::abs(y(j)));
    double right = h, left = -h;
    const double above = detail::value_beside(model, kernels::Order::first, at, j, right);
    const double below = detail::value_beside(model, kernels::Order::first, at, j, left);
    const double rounding =
        16 * std::numeric_limits<double>::epsilon() * (std::abs(value) + std::abs(above) + std::abs(below)) / h;
    detail::compare(worst, excess, j, 0, g(j), (below - value) / left - rounding, (above - value) / right + rounding);
  }
  return worst;
}

/// Whether the Hessian that a black box writes at y is the one of its gradients, by central differences: every entry within
/// \p tolerance of the largest. 2 n + 1 evaluations; allocates.
template <BlackBox F>
requires CurvedBlackBox<std::remove_reference_t<F>>
[[nodiscard]] DerivativeCheck check_hessian(F&& f, const Vector<double>& y, double tolerance = 1e-4, double step = 1e-5) {
  if (!(step > 0 && tolerance > 0))
    fail({"check_hessian", "a step and a tolerance > 0", detail::text(step, " and ", tolerance)});
  const Index n = y.size();
  BlackBoxBuffers buffers(n);
  FunctionModel<std::remove_reference_t<F>> model(f, buffers);
  Vector<double> at = y, above(n), below(n);
  Matrix<double> h(n, n);
  model.value(kernels::Order::second, y);
  model.hessian({h, n});
  const double slack = tolerance * vec::largest_magnitude({h.data(), n * n});
  DerivativeCheck worst;
  double excess = -infinity;
  for (Index c = 0; c < n; ++c) {
    double right = step * std::max(1.0, std::abs(y(c))), left = -right;
    detail::value_beside(model, kernels::Order::second, at, c, right);
    model.gradient(above);
    detail::value_beside(model, kernels::Order::second, at, c, left);
    model.gradient(below);
    for (Index r = 0; r < n; ++r) {
      const double measured = (above(r) - below(r)) / (right - left);
      detail::compare(worst, excess, r, c, h(r, c), measured - slack, measured + slack);
    }
  }
  return worst;
}

}  // namespace icnn::inline ICNN_ISA
