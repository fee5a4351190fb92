// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "icnn/inference/combined_models.hpp"
#include "icnn/layers/dense_map.hpp"

/// The models of functions of other variables: f at points that are affine in them.
namespace icnn::inline ICNN_ISA {

/// Base of these models: what goes through a substitution y = M v + m whatever M is.
class SubstitutedModel : public ModelBehind {
 public:
  double value(kernels::Order order, ConstVectorView v) override { return ModelBehind::value(order, lifted(v)); }
  void gradient(VectorView g) override {
    ModelBehind::gradient(g_);
    pull(g_, g);
  }
  void hessian_product(ConstVectorView w, VectorView product) override {
    ModelBehind::hessian_product(lifted_direction(w), product_);
    pull(product_, product);
  }
  bool line(ConstVectorView v, ConstVectorView d) override { return ModelBehind::line(lifted(v), lifted_direction(d)); }
  void make_room_to_fold(Index most) override {
    columns_.resize(n(), most);
    pulled_.resize(inputs());
    ModelBehind::make_room_to_fold(most);
  }
  void place_slopes(VectorView t, ConstVectorView c) override { ModelBehind::place_slopes(t, lifted(c)); }
  void fold(const Folding& folding, ConstVectorView c, const FoldedView& out) override {
    const auto column = [&](Index k) { return VectorView(columns_.data() + k * n(), n()); };
    vec::fill(g_, 0);
    FoldedView inner = out;
    inner.a = columns_.data();
    inner.inputs = n();
    inner.gradient = g_.data();
    ModelBehind::fold(folding, lifted(c), inner);
    for (Index k = 0; k < folding.count; ++k) {
      vec::copy(column(k), product_);
      pull_argument(product_, out.row(k));
    }
    const VectorView gradient(pulled_.data(), inputs());
    pull_argument(g_, gradient);
    vec::add_scaled(1, gradient, {out.gradient, inputs()});
  }

 protected:
  explicit SubstitutedModel(ModelPointer inner)
      : ModelBehind(std::move(inner)), y_(n()), w_(y_), g_(y_), product_(y_), region_(y_) {}

  [[nodiscard]] Index n() { return inner().inputs(); }
  /// M v + m and M d, in scratch of their own.
  [[nodiscard]] virtual const Vector<double>& lifted(ConstVectorView v) = 0;
  [[nodiscard]] virtual const Vector<double>& lifted_direction(ConstVectorView d) = 0;
  /// out := M'g, for a gradient, and for the gradient of an argument of f.
  virtual void pull(const Vector<double>& g, VectorView out) const = 0;
  virtual void pull_argument(const Vector<double>& g, VectorView out) const { pull(g, out); }

  Vector<double> y_, w_, g_, product_, region_;  ///< of f: a point, a direction, the gradient, a product, |y| at most
  Vector<double> pulled_{};                      ///< of the inputs
  Matrix<double> columns_{};                     ///< of f, folded
};

/// f with some coordinates fixed.
class RestrictedModel final : public SubstitutedModel {
 public:
  RestrictedModel(ModelPointer inner, const std::vector<Index>& free_coordinates)
      : SubstitutedModel(std::move(inner)), known(n()), free(free_coordinates) {}

  Vector<double> known;     ///< a value for every coordinate; at free ones it is not read
  std::vector<Index> free;  ///< the coordinates that vary

  /// Room for Hessians of f.
  void make_room_for_hessians() { h_.resize(n(), n()); }

  [[nodiscard]] Index inputs() const override { return static_cast<Index>(free.size()); }
  void make_room_to_fold(Index most) override {
    if (ModelBehind::folds() == Folds::quadratic) make_room_for_hessians();
    SubstitutedModel::make_room_to_fold(most);
  }
  void hessian(SquareView h) override {
    if (h_.size() == 0) make_room_for_hessians();
    ModelBehind::hessian(h_);
    for (Index c = 0; c < inputs(); ++c) {
      for (Index r = 0; r < inputs(); ++r) h(r, c) = h_(at(r), at(c));
    }
  }
  void set_region(ConstVectorView r, ConstVectorView c) override {
    if (c.size() == 0) return ModelBehind::set_region(lifted_region(r), c);
    ModelBehind::set_region(lifted_direction(r), lifted(c));
  }
  [[nodiscard]] double value_error(ConstVectorView v, ConstVectorView dv) override {
    if (dv.size() == 0) return ModelBehind::value_error(lifted(v), dv);
    return ModelBehind::value_error(lifted(v), lifted_direction(dv));
  }
  [[nodiscard]] double largest_value_error() override { return inner().largest_value_error(); }
  AffineMinorant minorant(ConstVectorView t, ConstVectorView c, ConstVectorView h, VectorView g) override {
    vec::copy(lifted_region(h), w_);
    const AffineMinorant result = ModelBehind::minorant(t, lifted(c), w_, g_);
    pull(g_, g);
    return result;
  }

 private:
  [[nodiscard]] Index at(Index k) const { return free[static_cast<std::size_t>(k)]; }

  [[nodiscard]] const Vector<double>& lifted(ConstVectorView v) override {
    vec::copy(known, y_);
    for (Index k = 0; k < inputs(); ++k) y_(at(k)) = v(k);
    return y_;
  }
  [[nodiscard]] const Vector<double>& lifted_direction(ConstVectorView d) override {
    vec::fill(w_, 0);
    for (Index k = 0; k < inputs(); ++k) w_(at(k)) = d(k);
    return w_;
  }
  [[nodiscard]] const Vector<double>& lifted_region(ConstVectorView h) {
    for (Index j = 0; j < known.size(); ++j) y_(j) = std::abs(known(j));
    for (Index k = 0; k < inputs(); ++k) y_(at(k)) = h(k);
    return y_;
  }
  void pull(const Vector<double>& g, VectorView out) const override {
    for (Index k = 0; k < inputs(); ++k) out(k) = g(at(k));
  }

  Matrix<double> h_{};
};

/// f(E v + e).
class PrecomposedModel final : public SubstitutedModel {
 public:
  PrecomposedModel(ModelPointer inner, Index columns)
      : SubstitutedModel(std::move(inner)), matrix(n(), columns), offset(n()), farthest_(columns) {}

  Matrix<double> matrix;  ///< E
  Vector<double> offset;  ///< e

  /// Room for Hessians of f.
  void make_room_for_hessians() {
    h_.resize(n(), n());
    half_.resize(n(), matrix.cols());
  }

  [[nodiscard]] Index inputs() const override { return matrix.cols(); }
  void make_room_to_fold(Index most) override {
    if (ModelBehind::folds() == Folds::quadratic) make_room_for_hessians();
    SubstitutedModel::make_room_to_fold(most);
  }
  /// 0: E may flatten directions.
  [[nodiscard]] double strong_convexity() const override { return 0; }
  void hessian(SquareView h) override {  // E' H E
    if (h_.size() == 0) make_room_for_hessians();
    ModelBehind::hessian(h_);
    vec::fill({half_.data(), half_.size()}, 0);
    kernels::add_product(h_, matrix, half_);
    for (Index c = 0; c < h.size; ++c)
      vec::dots(matrix, {half_.data() + c * half_.rows(), half_.rows()}, {h.column(c), h.size});
    for (Index c = 0; c < h.size; ++c) {
      for (Index r = 0; r < c; ++r) h(r, c) = h(c, r);
    }
  }
  void set_region(ConstVectorView r, ConstVectorView c) override {
    detail::farthest_points(r, c, farthest_);
    lift_sizes(farthest_, region_);
    if (c.size() == 0) return ModelBehind::set_region(region_, c);
    vec::scale_to(rounding(), region_, w_);
    detail::add_absolute_product(matrix.data(), matrix.rows(), matrix.cols(), r.data(), w_.data());
    vec::scale_to(1 + rounding(), w_, w_);
    ModelBehind::set_region(w_, lifted(c));
  }
  /// The inner cut at E v + e as computed, what that point is off by, and the rounding of E'g.
  [[nodiscard]] double cut_error() override {
    double moved = 0;
    for (Index j = 0; j < g_.size(); ++j) moved += g_(j) == 0 ? 0 : std::abs(g_(j)) * region_(j);
    return ModelBehind::cut_error() + 4 * rounding() * moved;
  }
  [[nodiscard]] double value_error(ConstVectorView v, ConstVectorView dv) override {
    for (Index j = 0; j < v.size(); ++j) farthest_(j) = std::abs(v(j)) + (dv.size() > 0 ? dv(j) : 0.0);
    lift_sizes(farthest_, w_);
    vec::scale_to(rounding(), w_, w_);
    if (dv.size() > 0) detail::add_absolute_product(matrix.data(), matrix.rows(), matrix.cols(), dv.data(), w_.data());
    return ModelBehind::value_error(lifted(v), w_);
  }
  /// The inner one at E c + e as computed, what that point is off by, and the rounding of E'g.
  AffineMinorant minorant(ConstVectorView t, ConstVectorView c, ConstVectorView h, VectorView g) override {
    for (Index j = 0; j < c.size(); ++j) farthest_(j) = std::max(h(j), std::abs(c(j)));
    lift_sizes(farthest_, w_);
    AffineMinorant result = ModelBehind::minorant(t, lifted(c), w_, g_);
    for (Index j = 0; j < g_.size(); ++j) result.error += g_(j) == 0 ? 0 : 4 * rounding() * std::abs(g_(j)) * w_(j);
    pull(g_, g);
    return result;
  }

 private:
  [[nodiscard]] double rounding() const { return detail::rounding_of_sum(matrix.cols() + matrix.rows()); }

  [[nodiscard]] const Vector<double>& lifted(ConstVectorView v) override {
    vec::copy(offset, y_);
    vec::add_combination(matrix, v, y_);
    return y_;
  }
  [[nodiscard]] const Vector<double>& lifted_direction(ConstVectorView d) override {
    vec::fill(w_, 0);
    vec::add_combination(matrix, d, w_);
    return w_;
  }
  void pull(const Vector<double>& g, VectorView out) const override { vec::dots(matrix, g, out); }
  /// |E| v + |e|, rounded up.
  void lift_sizes(ConstVectorView v, Vector<double>& y) const {
    for (Index j = 0; j < y.size(); ++j) y(j) = std::abs(offset(j)) + std::numeric_limits<double>::min();
    detail::add_absolute_product(matrix.data(), matrix.rows(), matrix.cols(), v.data(), y.data());
    vec::scale_to(1 + rounding(), y, y);
  }

  Vector<double> farthest_;
  Matrix<double> h_{}, half_{};
};

/// a f((y - center) / scale) + b, coordinate by coordinate.
class StandardizedModel final : public SubstitutedModel {
 public:
  explicit StandardizedModel(ModelPointer inner)
      : SubstitutedModel(std::move(inner)), center(inputs()), scale(inputs()), reach_(inputs()) {}

  Vector<double> center, scale;
  double output_scale = 1;   ///< a >= 0
  double output_center = 0;  ///< b

  [[nodiscard]] double strong_convexity() const override {
    const double widest = vec::largest(scale);
    return (1 - 16 * detail::epsilon) * output_scale * (ModelBehind::strong_convexity() / (widest * widest));
  }
  double value(kernels::Order order, ConstVectorView y) override {
    value_ = SubstitutedModel::value(order, y);
    return output_scale * value_ + output_center;
  }
  void hessian(SquareView h) override {
    ModelBehind::hessian(h);
    for (Index c = 0; c < h.size; ++c) {
      for (Index r = 0; r <= c; ++r) h(r, c) = h(c, r) = h(r, c) * (output_scale / scale(r) / scale(c));
    }
  }
  double along(double t) override { return output_scale * ModelBehind::along(t) + output_center; }
  void fold(const Folding& folding, ConstVectorView c, const FoldedView& out) override {
    Folding inner = folding;
    inner.scale *= output_scale;
    SubstitutedModel::fold(inner, c, out);
    *out.value += folding.scale * output_center;
  }
  void set_region(ConstVectorView r, ConstVectorView c) override {
    detail::farthest_points(r, c, reach_);
    inner_region(reach_, region_);
    if (c.size() == 0) return ModelBehind::set_region(region_, c);
    for (Index j = 0; j < r.size(); ++j) w_(j) = 1.01 * r(j) / scale(j) + 8 * detail::epsilon * region_(j);
    ModelBehind::set_region(w_, lifted(c));
  }
  [[nodiscard]] double cut_error() override { return output_scale * ModelBehind::cut_error() + rounding(region_, value_); }
  /// The inner error is at least 16 epsilons of the value; what the last two operations add is less than half of that.
  [[nodiscard]] double value_error(ConstVectorView y, ConstVectorView dy) override {
    for (Index j = 0; j < y.size(); ++j) {
      const double reach = std::abs(y(j)) + std::abs(center(j)), moved = dy.size() > 0 ? dy(j) : 0.0;
      w_(j) = (1.01 * moved + 4 * detail::epsilon * reach) / scale(j) + std::numeric_limits<double>::min();
    }
    return 1.5 * output_scale * ModelBehind::value_error(lifted(y), w_) + 8 * detail::epsilon * std::abs(output_center);
  }
  AffineMinorant minorant(ConstVectorView t, ConstVectorView c, ConstVectorView h, VectorView g) override {
    for (Index j = 0; j < c.size(); ++j) w_(j) = std::max(h(j), std::abs(c(j)));
    inner_region(w_, reach_);
    const AffineMinorant inner = ModelBehind::minorant(t, lifted(c), reach_, g_);
    if (!(inner.value > -infinity)) return inner;
    pull(g_, g);
    return {output_scale * inner.value + output_center, output_scale * inner.error + rounding(reach_, inner.value)};
  }

 private:
  [[nodiscard]] const Vector<double>& lifted(ConstVectorView y) override {
    for (Index j = 0; j < y.size(); ++j) y_(j) = (y(j) - center(j)) / scale(j);
    return y_;
  }
  [[nodiscard]] const Vector<double>& lifted_direction(ConstVectorView d) override {
    for (Index j = 0; j < d.size(); ++j) w_(j) = d(j) / scale(j);
    return w_;
  }
  void pull(const Vector<double>& g, VectorView out) const override {
    for (Index j = 0; j < g.size(); ++j) out(j) = output_scale * g(j) / scale(j);
  }
  void pull_argument(const Vector<double>& g, VectorView out) const override {
    for (Index j = 0; j < g.size(); ++j) out(j) = g(j) / scale(j);
  }
  /// (h + |center|) / scale, rounded up.
  void inner_region(ConstVectorView h, Vector<double>& region) const {
    for (Index j = 0; j < h.size(); ++j) {
      region(j) = 1.01 * (h(j) + std::abs(center(j))) / scale(j) + std::numeric_limits<double>::min();
    }
  }
  /// What rounding does to the inner point, to the gradient and to the last two operations, for points up to that region.
  [[nodiscard]] double rounding(const Vector<double>& region, double value) const {
    double sum = 0;
    for (Index j = 0; j < g_.size() && output_scale > 0; ++j) sum += g_(j) == 0 ? 0 : std::abs(g_(j)) * region(j);
    return 32 * detail::epsilon * output_scale * sum +
           8 * detail::epsilon * (output_scale * std::abs(value) + std::abs(output_center));
  }

  double value_ = 0;
  Vector<double> reach_;
};

}  // namespace icnn::inline ICNN_ISA
