// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "icnn/inference/parts_models.hpp"

namespace icnn::inline ICNN_ISA {

/// max(f_1, f_2, ...). The slopes of a certificate are those of all functions and, for each of these, a weight and a center
/// of its own: whatever weights lambda >= 0 that sum to 1, sum lambda_i f_i is nowhere above the maximum, and minorants of
/// the f_i, at points of their own, make one of it.
class MaximumModel final : public PartsModel {
 public:
  explicit MaximumModel(std::vector<ModelPointer> parts) : PartsModel(std::move(parts)), y_(inputs()), mean_(inputs()) {}

  [[nodiscard]] double strong_convexity() const override {
    double modulus = infinity;
    for (const ModelPointer& f : parts_) modulus = std::min(modulus, f->strong_convexity());
    return modulus;
  }
  double value(kernels::Order order, ConstVectorView y) override {
    active_ = 0;
    vec::copy(y, y_);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      values_[i] = parts_[i]->value(order, y);
      if (std::isnan(values_[i])) return values_[i];
      if (values_[i] > values_[active_]) active_ = i;
    }
    return values_[active_];
  }
  void gradient(VectorView g) override { parts_[active_]->gradient(g); }
  void hessian(SquareView h) override { parts_[active_]->hessian(h); }
  void hessian_product(ConstVectorView w, VectorView product) override { parts_[active_]->hessian_product(w, product); }
  double along(double t) override {
    double largest = -infinity;
    for (const ModelPointer& f : parts_) {
      const double value = f->along(t);
      if (std::isnan(value)) return value;
      largest = std::max(largest, value);
    }
    return largest;
  }
  /// The cut of the function that attains the maximum is one of the maximum.
  [[nodiscard]] double cut_error() override { return parts_[active_]->cut_error(); }
  [[nodiscard]] double value_error(ConstVectorView y, ConstVectorView dy) override {
    double error = 0;
    for (const ModelPointer& f : parts_) {
      const double own = f->value_error(y, dy);
      if (!(own <= error)) error = own;
    }
    return error;
  }
  [[nodiscard]] Index neurons() const override {
    return neurons_of_parts_ + static_cast<Index>(parts_.size()) * (1 + inputs());
  }
  /// The arguments of the weights are what their functions lack of the maximum.
  void pre_activations(VectorView s) const override {
    PartsModel::pre_activations(s);
    vec::fill(s.segment(neurons_of_parts_, neurons() - neurons_of_parts_), 0);
    for (std::size_t i = 0; i < parts_.size(); ++i) s(weight(i)) = values_[i] - values_[active_];
  }
  void adjoints(VectorView v) const override {
    vec::fill(v, 0);
    each([&](const ConvexModel& f, Index first, std::size_t i) {
      if (i != active_) return;
      f.adjoints(v.segment(first, f.neurons()));
      v(weight(i)) = 1;
      vec::copy(y_, v.segment(center(i), inputs()));
    });
  }
  void make_adjoints(VectorView t) override {
    each([&](ConvexModel& f, Index first, std::size_t i) {
      const VectorView own = t.segment(first, f.neurons()), at = t.segment(center(i), inputs());
      f.make_adjoints(own);
      vec::scale_to(t(weight(i)), own, own);
      vec::scale_to(t(weight(i)), at, at);
    });
  }
  void make_room_to_fold(Index most) override {
    PartsModel::make_room_to_fold(most);
    gradients_.resize(inputs(), static_cast<Index>(parts_.size()));
    weights_.resize(most);
    constants_.resize(parts_.size());
    first_free_.resize(parts_.size() + 1);
    is_free_.resize(parts_.size());
  }
  /// Quadratics would not be the same everywhere.
  [[nodiscard]] Folds folds() const override { return PartsModel::folds() == Folds::linear ? Folds::linear : Folds::no; }
  /// A weight has two pieces: that of a function which is the maximum, and of one which is not.
  void pieces(VectorView low, VectorView high, VectorView kink) const override {
    PartsModel::pieces(low, high, kink);
    vec::fill(low.segment(neurons_of_parts_, neurons() - neurons_of_parts_), 0);
    vec::fill(high.segment(neurons_of_parts_, neurons() - neurons_of_parts_), 0);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      high(weight(i)) = 1;
      kink(weight(i)) = -std::numeric_limits<double>::min();
    }
  }
  /// One function, the base b, and those whose weights are free, i = 1, 2, ..: the maximum is f_b + w_1 + w_2 + .. with
  /// w_i >= f_i - f_b - w_1 - .. - w_{i-1}.
  void fold(const Folding& folding, ConstVectorView c, const FoldedView& out) override {
    vec::fill({gradients_.data(), gradients_.size()}, 0);
    std::fill(constants_.begin(), constants_.end(), 0.0);
    std::fill(is_free_.begin(), is_free_.end(), false);
    Index begin = 0;
    Folding inner = folding;
    inner.scale = 1;
    each([&](ConvexModel&, Index first, std::size_t i) {
      FoldedView own = out;
      own.gradient = gradient_of(i).data();
      own.weights = weights_.data();
      own.value = &constants_[i];
      first_free_[i] = begin;
      fold_part(i, first, begin, inner, c, own);
    });
    first_free_.back() = begin;
    base_ = parts_.size();
    for (std::size_t i = parts_.size(); i-- > 0;) {
      if (folding.slopes(weight(i)) > 0) base_ = i;
    }
    if (base_ == parts_.size()) base_ = part_of(folding, begin);
    const ConstVectorView base_gradient = gradient_of(base_);
    vec::add_scaled(folding.scale, base_gradient, {out.gradient, out.inputs});
    *out.value += folding.scale * constants_[base_];
    const auto add_weights = [&](std::size_t i, double factor, double* to) {
      for (Index j = first_free_[i]; j < first_free_[i + 1]; ++j) to[j] += factor * weights_(j);
    };
    std::fill_n(out.weights, begin, 0.0);
    add_weights(base_, folding.scale, out.weights);
    for (Index k = begin; k < folding.count; ++k) {
      const std::size_t i = part_of(folding, k);
      double* b = out.b + k * out.stride;
      is_free_[i] = true;
      vec::subtract(gradient_of(i), base_gradient, out.row(k));
      out.e[k] = constants_[i] - constants_[base_];
      add_weights(i, 1, b);
      add_weights(base_, -1, b);
      for (Index j = begin; j < k; ++j) b[j] = -1;
      out.weights[k] = folding.scale;
    }
  }
  /// What share of the maximum over its predecessors each function takes makes weights, that of the base is the rest.
  void place_slopes(VectorView t, ConstVectorView c) override {
    double rest = 1;
    for (std::size_t i = parts_.size(); i-- > 0;) {
      t(weight(i)) = is_free_[i] ? t(weight(i)) * rest : 0.0;
      rest -= t(weight(i));
    }
    t(weight(base_)) += rest;
    each([&](ConvexModel& f, Index first, std::size_t i) {
      vec::copy(c, t.segment(center(i), inputs()));
      f.place_slopes(t.segment(first, f.neurons()), c);
    });
  }
  void make_slopes(VectorView v) override {
    each([&](ConvexModel& f, Index first, std::size_t i) {
      const VectorView own = v.segment(first, f.neurons());
      const double share = v(weight(i));
      const VectorView at = v.segment(center(i), inputs());
      if (share > 0) {
        vec::scale_to(1 / share, own, own);
        vec::scale_to(1 / share, at, at);
      }
      f.make_slopes(own);
    });
  }
  AffineMinorant minorant(ConstVectorView t, ConstVectorView c, ConstVectorView h, VectorView g) override {
    double total = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (!(t(weight(i)) >= 0)) return {.value = -infinity};
      total += t(weight(i));
    }
    if (!(total > 0 && total < infinity)) return {.value = -infinity};
    AffineMinorant result;
    double size = 0;
    vec::fill(g, 0);
    vec::fill(mean_, 0);
    each([&](ConvexModel& f, Index first, std::size_t i) {
      const double share = t(weight(i)) / total;
      if (share == 0) return;
      const ConstVectorView own = t.segment(center(i), inputs());
      const AffineMinorant part = f.minorant(t.segment(first, f.neurons()), own, h, g_);
      double there = part.value;  // at c instead of its own center
      for (Index j = 0; j < g.size(); ++j) there += g_(j) == 0 ? 0 : g_(j) * (c(j) - own(j));
      vec::add_scaled(share, g_, g);
      vec::add_scaled(share, own, mean_);
      result += {share * there, share * part.error};
      size += share * (std::abs(part.value) + 2 * detail::total_reach(g_, c, h) + detail::total_reach(g_, own, h));
    });
    // Quadratics around the centers are, all together, at least one around their mean, which is moved to c.
    const double m = strong_convexity();
    for (Index j = 0; j < g.size() && m > 0; ++j) {
      const double tilt = m * (c(j) - mean_(j));
      g(j) += tilt;
      size += detail::reach(tilt, c(j), h(j));
    }
    result.error += detail::rounding_of_sum(static_cast<Index>(parts_.size()) + g.size()) * size;
    return result;
  }

 private:
  [[nodiscard]] Index weight(std::size_t i) const { return neurons_of_parts_ + static_cast<Index>(i); }
  [[nodiscard]] Index center(std::size_t i) const { return weight(parts_.size()) + static_cast<Index>(i) * inputs(); }

  [[nodiscard]] std::size_t part_of(const Folding& folding, Index k) const {
    return static_cast<std::size_t>(folding.neuron(k) - neurons_of_parts_);
  }

  [[nodiscard]] VectorView gradient_of(std::size_t i) {
    return {gradients_.data() + static_cast<Index>(i) * inputs(), inputs()};
  }

  std::size_t active_ = 0, base_ = 0;
  Vector<double> y_, mean_;
  // Of the functions, folded:
  Matrix<double> gradients_{};
  Vector<double> weights_{};
  std::vector<double> constants_{};
  std::vector<Index> first_free_{};
  std::vector<bool> is_free_{};
};

}  // namespace icnn::inline ICNN_ISA
