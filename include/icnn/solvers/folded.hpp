// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/kernels/vectors.hpp"

/// Functions whose kinks are all those of neurons with two linear pieces, and what is left of one where most of its neurons
/// are folded onto one of their pieces: because W^z >= 0, a convex function below f that touches it wherever they are right.
namespace icnn::inline ICNN_ISA {

/// Whether a function is of this kind; what else there is in it.
enum class Folds {
  no,         ///< some activation is curved, or not known
  linear,     ///< nothing
  quadratic,  ///< a quadratic, which is its Hessian wherever it has one
};

[[nodiscard]] constexpr Folds combine(Folds a, Folds b) noexcept {
  if (a == Folds::no || b == Folds::no) return Folds::no;
  return a == Folds::quadratic ? a : b;
}

/// Which neurons are folded onto which piece.
struct Folding {
  ConstVectorView slopes;  ///< of each neuron: that of its piece; where it is free the lesser one
  const Index* free;       ///< the free neurons, ascending,
  Index count;             ///< so many,
  Index first = 0;         ///< in a numbering in which the function's own neurons begin here
  double scale = 1;        ///< with which factor, >= 0, f goes into the whole

  [[nodiscard]] Index neuron(Index k) const { return free[k] - first; }
};

/// What is left, around a point c: with d = y - c, and w_k >= 0 what free neuron k gives beyond its lesser piece,
///
///     f >= value + gradient'd + weights'w + d'H d / 2   where   w_k >= (gap of slopes) (a_k'd + b_k'w + e_k),
///
/// with equality at the least such w where no folded neuron would be larger on its other piece. Functions write the columns
/// and weights of their own neurons, over zeros in b, and add to value and gradient.
struct FoldedView {
  double* a;  ///< column k at a + k inputs
  Index inputs;
  double* b;  ///< column k at b + k stride; the function's own free neurons come first in it
  Index stride;
  double* e;
  double* gradient;  ///< of `inputs`
  double* weights;   ///< of its own free neurons
  double* value;

  [[nodiscard]] VectorView row(Index k) const { return {a + k * inputs, inputs}; }
};

}  // namespace icnn::inline ICNN_ISA
