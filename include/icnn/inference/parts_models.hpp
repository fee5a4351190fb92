// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "icnn/inference/combined_models.hpp"

namespace icnn::inline ICNN_ISA {

/// Base of the models of sums and maxima: functions of the inputs that all of them share.
class PartsModel : public ConvexModel {
 public:
  [[nodiscard]] ConvexModel& part(std::size_t i) noexcept { return *parts_[i]; }
  /// Room for Hessians of the parts.
  void make_room_for_hessians() { h_.resize(g_.size(), g_.size()); }

  [[nodiscard]] Index inputs() const override { return g_.size(); }
  bool line(ConstVectorView y, ConstVectorView d) override {
    bool all = true;
    for (const ModelPointer& f : parts_) all = f->line(y, d) && all;
    return all;
  }
  void set_region(ConstVectorView r, ConstVectorView c) override {
    for (const ModelPointer& f : parts_) f->set_region(r, c);
  }
  [[nodiscard]] Index neurons() const override { return neurons_of_parts_; }
  [[nodiscard]] bool knows_conjugates() const override {
    bool all = true;
    for (const ModelPointer& f : parts_) all = all && f->knows_conjugates();
    return all;
  }
  void pre_activations(VectorView s) const override {
    each([&](const ConvexModel& f, Index first, std::size_t) { f.pre_activations(s.segment(first, f.neurons())); });
  }

 protected:
  /// At least one model, all of as many inputs.
  explicit PartsModel(std::vector<ModelPointer> parts)
      : parts_(std::move(parts)), values_(parts_.size()), g_(parts_.front()->inputs()) {
    for (const ModelPointer& f : parts_) neurons_of_parts_ += f->neurons();
  }

  [[nodiscard]] double count() const { return static_cast<double>(parts_.size()); }
  /// visit(model, its first neuron, its number)
  template <class Visit>
  void each(Visit visit) const {
    Index first = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      visit(*parts_[i], first, i);
      first += parts_[i]->neurons();
    }
  }

  std::vector<ModelPointer> parts_;
  std::vector<double> values_;  ///< of the latest point
  Vector<double> g_;
  Matrix<double> h_{};
  Index neurons_of_parts_ = 0;
};

/// f_1 + f_2 + ...
class SumModel final : public PartsModel {
 public:
  explicit SumModel(std::vector<ModelPointer> parts) : PartsModel(std::move(parts)) {}

  [[nodiscard]] double strong_convexity() const override {
    return total([](const ConvexModel& f) { return f.strong_convexity(); }) * (1 - count() * detail::epsilon);
  }
  double value(kernels::Order order, ConstVectorView y) override {
    double sum = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) sum += values_[i] = parts_[i]->value(order, y);
    return sum;
  }
  void gradient(VectorView g) override {
    vec::fill(g, 0);
    for (const ModelPointer& f : parts_) {
      f->gradient(g_);
      vec::add_scaled(1, g_, g);
    }
  }
  void hessian(SquareView h) override {
    for (Index c = 0; c < h.size; ++c) vec::fill({h.column(c), h.size}, 0);
    for (const ModelPointer& f : parts_) {
      f->hessian(h_);
      for (Index c = 0; c < h.size; ++c) vec::add_scaled(1, {h_.data() + c * h.size, h.size}, {h.column(c), h.size});
    }
  }
  void hessian_product(ConstVectorView w, VectorView product) override {
    vec::fill(product, 0);
    for (const ModelPointer& f : parts_) {
      f->hessian_product(w, g_);
      vec::add_scaled(1, g_, product);
    }
  }
  double along(double t) override {
    return total([&](ConvexModel& f) { return f.along(t); });
  }
  [[nodiscard]] double cut_error() override {
    double size = 0;
    for (const double value : values_) size += std::abs(value);
    return 8 * detail::epsilon * size * count() + total([](ConvexModel& f) { return f.cut_error(); });
  }
  /// An addition errs by half an epsilon of a partial sum; a summand's own error is at least 16 epsilons of its size.
  [[nodiscard]] double value_error(ConstVectorView y, ConstVectorView dy) override {
    return (1 + count() / 16) * total([&](ConvexModel& f) { return f.value_error(y, dy); });
  }
  void adjoints(VectorView v) const override {
    each([&](const ConvexModel& f, Index first, std::size_t) { f.adjoints(v.segment(first, f.neurons())); });
  }
  void make_slopes(VectorView v) override {
    each([&](ConvexModel& f, Index first, std::size_t) { f.make_slopes(v.segment(first, f.neurons())); });
  }
  AffineMinorant minorant(ConstVectorView t, ConstVectorView c, ConstVectorView h, VectorView g) override {
    AffineMinorant result;
    double size = 0;
    vec::fill(g, 0);
    each([&](ConvexModel& f, Index first, std::size_t) {
      const AffineMinorant part = f.minorant(t.segment(first, f.neurons()), c, h, g_);
      vec::add_scaled(1, g_, g);
      result += part;
      size += std::abs(part.value) + detail::total_reach(g_, c, h);
    });
    result.error += detail::rounding_of_sum(static_cast<Index>(parts_.size())) * size;
    return result;
  }

 private:
  template <class Of>
  [[nodiscard]] double total(Of of) const {
    double sum = 0;
    for (const ModelPointer& f : parts_) sum += of(*f);
    return sum;
  }
};

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
  void pre_activations(VectorView s) const override {
    PartsModel::pre_activations(s);
    vec::fill(s.segment(neurons_of_parts_, neurons() - neurons_of_parts_), 0);
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

  std::size_t active_ = 0;
  Vector<double> y_, mean_;
};

}  // namespace icnn::inline ICNN_ISA
