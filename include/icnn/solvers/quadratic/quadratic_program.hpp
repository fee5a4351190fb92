// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/kernels/vectors.hpp"

namespace icnn::inline ICNN_ISA {

/// A smooth convex function of each coordinate alone whose slope is infinite on the bounds: an entropy.
class SeparableTerm {
 public:
  virtual ~SeparableTerm() = default;
  /// First and second derivatives at a coordinate so far above its lower bound and below its upper one.
  virtual void derivatives(Index j, double below, double above, double& first, double& second) const = 0;
};

/// A convex quadratic program with an epigraph variable t,
///
///     min  y'Q y / 2 + p'y + t   subject to   l <= y <= u,   a_i'y - k_i t <= b_i,   e_i'y = c_i.
///
/// Rows and equalities are stored as columns. The first `cuts` rows have k_i = 1, the others 0; without a cut there is no t.
/// Refers to everything. Bounds may be infinite; where l = u the coordinate stays there.
struct QuadraticProgram {
  ConstVectorView lower;
  ConstVectorView upper;
  ConstVectorView linear;                   ///< p
  ConstVectorView diagonal = {nullptr, 0};  ///< Q: its diagonal,
  ConstColumns dense = {};                  ///< or all of it, positive semidefinite (the lower triangle is read)
  ConstColumns rows = {};                   ///< n x m
  ConstVectorView offsets = {nullptr, 0};   ///< b
  Index cuts = 0;
  ConstColumns equalities = {};                    ///< n x k
  ConstVectorView right_hand_side = {nullptr, 0};  ///< c
  const SeparableTerm* term = nullptr;             ///< to be added, for the first
  Index curved = 0;                                ///< so many coordinates

  /// out += Q y
  void add_curvature(ConstVectorView y, VectorView out) const {
    const Index n = y.size();
    for (Index j = 0; j < diagonal.size(); ++j) out(j) += diagonal(j) * y(j);
    for (Index c = 0; c < dense.columns(); ++c) {
      const ConstVectorView below = dense(c).segment(c + 1, n - c - 1);
      out(c) += dense(c)(c) * y(c) + vec::dot(below, y.segment(c + 1, n - c - 1));
      vec::add_scaled(y(c), below, out.segment(c + 1, n - c - 1));
    }
  }
};

}  // namespace icnn::inline ICNN_ISA
