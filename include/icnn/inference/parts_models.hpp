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
  void make_room_to_fold(Index most) override {
    if (PartsModel::folds() == Folds::quadratic) make_room_for_hessians();
    for (const ModelPointer& f : parts_) f->make_room_to_fold(most);
  }
  [[nodiscard]] Folds folds() const override {
    Folds all = Folds::linear;
    for (const ModelPointer& f : parts_) all = combine(all, f->folds());
    return all;
  }
  void pieces(VectorView low, VectorView high, VectorView kink) const override {
    each([&](const ConvexModel& f, Index first, std::size_t) {
      const Index count = f.neurons();
      f.pieces(low.segment(first, count), high.segment(first, count), kink.segment(first, count));
    });
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

  /// Folds part i, whose first neuron is given; \p begin is the number of its first free neuron, and then of the next
  /// part's.
  void fold_part(std::size_t i, Index first, Index& begin, const Folding& folding, ConstVectorView c, FoldedView out) {
    ConvexModel& f = *parts_[i];
    Folding part = folding;
    part.slopes = folding.slopes.segment(first, f.neurons());
    part.free += begin;
    part.first += first;
    part.count = 0;
    while (begin + part.count < folding.count && folding.neuron(begin + part.count) < first + f.neurons()) ++part.count;
    out.a += begin * out.inputs;
    out.b += begin * out.stride + begin;
    out.e += begin;
    out.weights += begin;
    f.fold(part, c, out);
    begin += part.count;
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
    if (h_.size() == 0) make_room_for_hessians();
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
  [[nodiscard]] double largest_value_error() override {
    return (1 + count() / 16) * total([](ConvexModel& f) { return f.largest_value_error(); });
  }
  void adjoints(VectorView v) const override {
    each([&](const ConvexModel& f, Index first, std::size_t) { f.adjoints(v.segment(first, f.neurons())); });
  }
  void make_slopes(VectorView v) override {
    each([&](ConvexModel& f, Index first, std::size_t) { f.make_slopes(v.segment(first, f.neurons())); });
  }
  void make_adjoints(VectorView t) override {
    each([&](ConvexModel& f, Index first, std::size_t) { f.make_adjoints(t.segment(first, f.neurons())); });
  }
  void fold(const Folding& folding, ConstVectorView c, const FoldedView& out) override {
    Index begin = 0;
    each([&](ConvexModel&, Index first, std::size_t i) { fold_part(i, first, begin, folding, c, out); });
  }
  void place_slopes(VectorView t, ConstVectorView c) override {
    each([&](ConvexModel& f, Index first, std::size_t) { f.place_slopes(t.segment(first, f.neurons()), c); });
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

}  // namespace icnn::inline ICNN_ISA
