// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/kernels/elementwise.hpp"
#include "icnn/kernels/vectors.hpp"
#include "icnn/solvers/folded.hpp"

namespace icnn::inline ICNN_ISA {

/// An affine function below f. value is -infinity where a slope is none that its activation has.
struct AffineMinorant {
  double value = 0;
  double error = 0;  ///< of rounding

  AffineMinorant& operator+=(const AffineMinorant& other) {
    value += other.value;
    error += other.error;
    return *this;
  }
};

/// What minimization, certificates and verification know of a convex function f of n variables: everything in double, one
/// sample at a time, and how far rounding may move it. Solvers know nothing else; networks, and functions made from
/// functions, are made into models in inference/, black boxes in black_box.hpp.
///
/// A model has state: value() makes its argument the current point, of which gradient(), and after it cut_error(),
/// adjoints(), hessian() and hessian_product(), speak. One per thread. Vectors have n entries, matrices are n x n; nothing
/// is checked and nothing allocates, except where a function says so.
class ConvexModel {
 public:
  ConvexModel(const ConvexModel&) = delete;
  ConvexModel& operator=(const ConvexModel&) = delete;
  virtual ~ConvexModel() = default;

  [[nodiscard]] virtual Index inputs() const = 0;
  /// A modulus m >= 0, rounded down: f - m |y|^2 / 2 is convex.
  [[nodiscard]] virtual double strong_convexity() const = 0;

  /// f(y). With Order::second a Hessian, or products with it, may follow the gradient.
  virtual double value(kernels::Order order, ConstVectorView y) = 0;
  /// Writes a subgradient.
  virtual void gradient(VectorView g) = 0;

  /// From now on cuts are made at points of the region |v_j - c_j| <= r_j (infinity where there is no limit), and have to
  /// hold in it. An empty c stands for 0; another one for a region that is narrow around it, where rounding does less.
  virtual void set_region(ConstVectorView r, ConstVectorView c) = 0;
  void set_region(ConstVectorView r) { set_region(r, {nullptr, 0}); }
  /// f(v) >= value + g'(v - y) - cut_error() for every v of the region, in exact arithmetic.
  [[nodiscard]] virtual double cut_error() = 0;
  /// |value(y) - f(v)| <= value_error(y, dy) wherever |v - y| <= dy; an empty dy stands for 0.
  [[nodiscard]] virtual double value_error(ConstVectorView y, ConstVectorView dy) = 0;
  [[nodiscard]] double value_error(ConstVectorView y) { return value_error(y, {nullptr, 0}); }
  /// value_error(y) of no point of the region is more: found once for a region, at less than the cost of one such error, and
  /// larger than most. Infinity where no such bound is known.
  [[nodiscard]] virtual double largest_value_error() { return infinity; }

  /// Writes the Hessian (or, where f is once differentiable, an element of the generalized one), positive semidefinite.
  virtual void hessian(SquareView) {}
  /// Writes the product of the Hessian with w.
  virtual void hessian_product(ConstVectorView, VectorView) {}

  /// Prepares f on the line y + t d at a lower price, for along(t); false where there is no such thing.
  virtual bool line(ConstVectorView, ConstVectorView) { return false; }
  virtual double along(double) { return infinity; }

  /// How many slopes a certificate has: one per neuron, layer after layer, network after network; 0: there is none.
  [[nodiscard]] virtual Index neurons() const { return 0; }
  /// Whether every activation knows its conjugate, which minorant() needs.
  [[nodiscard]] virtual bool knows_conjugates() const { return false; }
  /// The arguments of all neurons at the latest value(), once make_room_to_fold() has been called.
  virtual void pre_activations(VectorView) const {}
  /// After gradient(): df/ds for the argument s of every neuron.
  virtual void adjoints(VectorView) const {}
  /// In place: the slopes of a combination of such adjoints, with weights that sum to 1.
  virtual void make_slopes(VectorView) {}
  /// In place: such adjoints of slopes.
  virtual void make_adjoints(VectorView) {}

  /// Whether neurons have two linear pieces, as neuron folding needs them; and room for so many free ones, which also makes
  /// values leave pre-activations. Allocates.
  [[nodiscard]] virtual Folds folds() const { return Folds::no; }
  virtual void make_room_to_fold(Index) {}
  /// The slopes of each neuron's two pieces, which are equal where it has but one, and where they meet.
  virtual void pieces(VectorView, VectorView, VectorView) const {}
  /// In place: from the share that each free neuron's upper piece has, to slopes that minorant() takes at c; after a fold().
  virtual void place_slopes(VectorView, ConstVectorView) {}
  /// Adds what is left of f, around the point c.
  virtual void fold(const Folding&, ConstVectorView, const FoldedView&) {}

  /// The minorant m that these slopes make, at c, and its gradient in \p g:
  ///
  ///     m(y) = value + g'(y - c) <= f(y) - q(y, c),
  ///
  /// with q what is left of quadratics beside the layers, at least strong_convexity() |y - c|^2 / 2; the error is one of
  /// rounding for |y_j| <= h_j.
  virtual AffineMinorant minorant(ConstVectorView, ConstVectorView, ConstVectorView, VectorView) {
    return {.value = -infinity};
  }

 protected:
  ConvexModel() = default;
};

}  // namespace icnn::inline ICNN_ISA
