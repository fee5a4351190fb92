// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include <icnn/networks/ficnn.hpp>

namespace icnn::test {

/// How large the parts of f(y) are, and how far rounding can move their sum.
struct Magnitude {
  double size;   ///< sum of the absolute values of all that is added up on the way to f(y)
  double error;  ///< bound of |computed f(y) - f(y)| in scalar S, and for y itself rounded to S
};

/// One absolute forward pass: |s| <= B, error E' = W^z E + gamma (W^z B_z + |W^y| |y| + |b|), both through the activation by
/// its largest slope on [-B, B] (which a convex activation takes at an end). \p epsilon is that of the scalar.
template <class S, class Chain>
Magnitude magnitude(const BasicFicnn<Chain>& f, const Vector<S>& y, double epsilon = std::numeric_limits<S>::epsilon()) {
  using V = Vector<double>;
  const auto& p = f.parameters();
  const V ay = y.template cast<double>().cwiseAbs();
  const auto block = [&](const char* name, Index i) {
    const std::string full = block_name(name, i);
    return f.layout().contains(full) ? Matrix<double>(p[full].template cast<double>().cwiseAbs()) : Matrix<double>();
  };
  V size, error;
  f.chain().for_each([&](Index i, const auto& layer) {
    const double gamma = (static_cast<double>(f.inputs() + layer.previous()) + 8) * epsilon;
    V added = V::Zero(layer.width());
    if (const auto wy = block("Wy", i); wy.size() > 0) added += wy * ay;
    if (const auto b = block("b", i); b.size() > 0) added += b;
    V e = V::Zero(layer.width());
    if (const auto a = block("A", i); a.size() > 0) {
      const V squares = (a * ay).cwiseAbs2();
      for (Index form = 0; form < squares.size(); ++form) added(form * layer.width() / squares.size()) += squares(form);
      e += gamma * added;  // forms are sums, too
    }
    if (const auto wz = block("Wz", i); wz.size() > 0) {
      added += wz * size;
      e = wz * error;
    }
    e += gamma * added;
    size.resize(layer.width());
    error.resize(layer.width());
    for (Index j = 0; j < layer.width(); ++j) {
      const double end = added(j) + e(j);
      const auto up = layer.activation().jet(end), down = layer.activation().jet(-end);
      size(j) = std::max({std::abs(up.value), std::abs(down.value), std::abs(layer.activation().jet(0.0).value)});
      error(j) = std::max(std::abs(up.first), std::abs(down.first)) * e(j) + 8 * epsilon * size(j);
    }
  });
  Magnitude m{size(0), error(0)};
  const auto term = [&](const char* name) { return Matrix<double>(p[name].template cast<double>().cwiseAbs()); };
  double q = 0;
  if (f.layout().contains("D")) q += 0.5 * ay.dot(term("D").col(0).cwiseProduct(ay));
  if (f.layout().contains("L")) q += 0.5 * (term("L") * ay).squaredNorm();
  if (f.layout().contains("d")) q += ay.dot(term("d").col(0));
  m.size += q;
  m.error += (4 * static_cast<double>(f.inputs()) + 16) * epsilon * q;
  return m;
}

}  // namespace icnn::test
