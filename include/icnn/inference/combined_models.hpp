// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>
#include <utility>

#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/simple_term.hpp"

/// The models of functions made from functions are plain classes on the models of these, whatever they are.
namespace icnn::inline ICNN_ISA {

using ModelPointer = std::unique_ptr<ConvexModel>;

/// Base of the models of a function of one function: what goes through unchanged.
class ModelBehind : public ConvexModel {
 public:
  explicit ModelBehind(ModelPointer inner) : inner_(std::move(inner)) {}

  [[nodiscard]] ConvexModel& inner() noexcept { return *inner_; }
  [[nodiscard]] Index inputs() const override { return inner_->inputs(); }
  [[nodiscard]] double strong_convexity() const override { return inner_->strong_convexity(); }
  double value(kernels::Order order, ConstVectorView y) override { return inner_->value(order, y); }
  void gradient(VectorView g) override { inner_->gradient(g); }
  void hessian(SquareView h) override { inner_->hessian(h); }
  void hessian_product(ConstVectorView w, VectorView product) override { inner_->hessian_product(w, product); }
  bool line(ConstVectorView y, ConstVectorView d) override { return inner_->line(y, d); }
  double along(double t) override { return inner_->along(t); }
  void set_region(ConstVectorView r, ConstVectorView c) override { inner_->set_region(r, c); }
  [[nodiscard]] double cut_error() override { return inner_->cut_error(); }
  [[nodiscard]] double value_error(ConstVectorView y, ConstVectorView dy) override { return inner_->value_error(y, dy); }
  [[nodiscard]] Index neurons() const override { return inner_->neurons(); }
  [[nodiscard]] bool knows_conjugates() const override { return inner_->knows_conjugates(); }
  void pre_activations(VectorView s) const override { inner_->pre_activations(s); }
  void adjoints(VectorView v) const override { inner_->adjoints(v); }
  void make_slopes(VectorView v) override { inner_->make_slopes(v); }
  void make_adjoints(VectorView t) override { inner_->make_adjoints(t); }
  [[nodiscard]] Folds folds() const override { return inner_->folds(); }
  void make_room_to_fold(Index most) override { inner_->make_room_to_fold(most); }
  void pieces(VectorView low, VectorView high, VectorView kink) const override { inner_->pieces(low, high, kink); }
  void fold(const Folding& folding, ConstVectorView c, const FoldedView& out) override { inner_->fold(folding, c, out); }
  void place_slopes(VectorView t, ConstVectorView c) override { inner_->place_slopes(t, c); }
  AffineMinorant minorant(ConstVectorView t, ConstVectorView c, ConstVectorView h, VectorView g) override {
    return inner_->minorant(t, c, h, g);
  }

 private:
  ModelPointer inner_;
};

/// f + rho |y - c|^2 / 2 - q'y; an entropy is the solver's business (see EntropyTerm).
class RegularizedModel final : public ModelBehind {
 public:
  explicit RegularizedModel(ModelPointer inner)
      : ModelBehind(std::move(inner)), center(inputs()), linear(inputs()), y_(inputs()), d_(y_), start_(y_), region_(y_) {}

  double proximal = 0;            ///< rho
  Vector<double> center, linear;  ///< c and q

  [[nodiscard]] double strong_convexity() const override {
    return ModelBehind::strong_convexity() + (1 - 16 * detail::epsilon) * proximal;
  }
  double value(kernels::Order order, ConstVectorView y) override {
    vec::copy(y, y_);
    return ModelBehind::value(order, y) + penalty();
  }
  void gradient(VectorView g) override {
    ModelBehind::gradient(g);
    for (Index j = 0; j < g.size(); ++j) g(j) += proximal * (y_(j) - center(j)) - linear(j);
  }
  void hessian(SquareView h) override {
    ModelBehind::hessian(h);
    for (Index j = 0; j < h.size; ++j) h(j, j) += proximal;
  }
  void hessian_product(ConstVectorView w, VectorView product) override {
    ModelBehind::hessian_product(w, product);
    vec::add_scaled(proximal, w, product);
  }
  bool line(ConstVectorView y, ConstVectorView d) override {
    vec::copy(y, start_);
    vec::copy(d, d_);
    return ModelBehind::line(y, d);
  }
  double along(double t) override {
    vec::step_to(start_, t, d_, y_);
    return ModelBehind::along(t) + penalty();
  }
  void set_region(ConstVectorView r, ConstVectorView c) override {
    ModelBehind::set_region(r, c);
    detail::farthest_points(r, c, region_);
  }
  [[nodiscard]] double cut_error() override { return ModelBehind::cut_error() + rounding(region_, region_); }
  [[nodiscard]] double value_error(ConstVectorView y, ConstVectorView dy) override {
    double moved = 0;
    for (Index j = 0; j < dy.size(); ++j) {
      moved += (proximal * (std::abs(y(j)) + std::abs(center(j)) + dy(j)) + std::abs(linear(j))) * dy(j);
    }
    return ModelBehind::value_error(y, dy) + rounding(y, y) + moved;
  }
  [[nodiscard]] double largest_value_error() override { return inner().largest_value_error() + rounding(region_, region_); }
  [[nodiscard]] Folds folds() const override {
    return combine(ModelBehind::folds(), proximal > 0 ? Folds::quadratic : Folds::linear);
  }
  void fold(const Folding& folding, ConstVectorView c, const FoldedView& out) override {
    ModelBehind::fold(folding, c, out);
    vec::copy(c, y_);
    *out.value += folding.scale * penalty();
    for (Index j = 0; j < c.size(); ++j) out.gradient[j] += folding.scale * (proximal * (c(j) - center(j)) - linear(j));
  }
  AffineMinorant minorant(ConstVectorView t, ConstVectorView c, ConstVectorView h, VectorView g) override {
    AffineMinorant result = ModelBehind::minorant(t, c, h, g);
    double value = 0, size = 0;
    for (Index j = 0; j < g.size(); ++j) {
      const double off = c(j) - center(j),
                   magnitude = proximal * (std::abs(c(j)) + std::abs(center(j))) + std::abs(linear(j));
      g(j) += proximal * off - linear(j);
      value += 0.5 * proximal * off * off - linear(j) * c(j);
      size += magnitude == 0 ? 0 : magnitude * (h(j) + 2 * std::abs(c(j)) + std::abs(center(j)));
    }
    return result += {value, 2 * detail::rounding_of_sum(g.size()) * size};
  }

 private:
  /// Summed on its own: many small terms would drown in a large value.
  [[nodiscard]] double penalty() const {
    double sum = 0;
    for (Index j = 0; j < y_.size(); ++j) {
      const double off = y_(j) - center(j);
      sum += 0.5 * proximal * off * off - linear(j) * y_(j);
    }
    return sum;
  }
  /// Of rho |y - c|^2 / 2 - q'y, their gradients times 2 h, and the sum over coordinates.
  [[nodiscard]] double rounding(ConstVectorView y, ConstVectorView h) const {
    double size = 0;
    for (Index j = 0; j < y.size(); ++j) {
      const double reach = std::abs(y(j)) + std::abs(h(j)), off = reach + std::abs(center(j));
      size += (proximal == 0 ? 0 : proximal * off * off) + (linear(j) == 0 ? 0 : 2 * reach * std::abs(linear(j)));
    }
    return 2 * detail::rounding_of_sum(y.size()) * size;
  }

  Vector<double> y_, d_, start_, region_;
};

}  // namespace icnn::inline ICNN_ISA
