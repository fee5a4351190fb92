// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "icnn/solvers/convex_model.hpp"

namespace icnn::inline ICNN_ISA {

/// f of z_j = y_j / unit_j, for searches in sets that are narrow in one coordinate and wide in another. Units are powers of
/// 2: no product with them rounds, and all bounds of errors are those of f. Refers to f.
class ModelInUnits final : public ConvexModel {
 public:
  /// In units of 1.
  [[gnu::cold]] explicit ModelInUnits(ConvexModel& model)
      : model_(model), units_(model.inputs()), y_(units_), d_(units_), g_(units_) {
    vec::fill(units_, 1);
  }

  /// Units about as large as these sizes; 1 for 0 and infinity.
  [[gnu::cold]] void choose_units(ConstVectorView sizes) {
    for (Index j = 0; j < sizes.size(); ++j) {
      const bool known = sizes(j) > 0 && std::isfinite(sizes(j));
      units_(j) = known ? std::ldexp(1.0, std::clamp(std::ilogb(sizes(j)), -most, most)) : 1.0;
    }
  }
  [[nodiscard]] const Vector<double>& units() const noexcept { return units_; }

  [[nodiscard]] Index inputs() const override { return model_.inputs(); }
  [[nodiscard]] double strong_convexity() const override {
    double least = infinity;
    for (Index j = 0; j < units_.size(); ++j) least = std::min(least, units_(j));
    return model_.strong_convexity() * least * least;
  }
  double value(kernels::Order order, ConstVectorView z) override { return model_.value(order, times_units(z, y_)); }
  void gradient(VectorView g) override {
    model_.gradient(g_);
    times_units(g_, g);
  }
  void set_region(ConstVectorView r, ConstVectorView c) override {
    model_.set_region(times_units(r, y_), c.size() > 0 ? ConstVectorView(times_units(c, d_)) : c);
  }
  [[nodiscard]] double cut_error() override { return model_.cut_error(); }
  using ConvexModel::value_error;
  [[nodiscard]] double value_error(ConstVectorView z, ConstVectorView dz) override {
    return model_.value_error(times_units(z, y_), dz.size() > 0 ? ConstVectorView(times_units(dz, d_)) : dz);
  }
  [[nodiscard]] double largest_value_error() override { return model_.largest_value_error(); }
  void hessian(SquareView h) override {
    model_.hessian(h);
    for (Index c = 0; c < h.size; ++c) {
      for (Index r = 0; r < h.size; ++r) h(r, c) *= units_(r) * units_(c);
    }
  }
  void hessian_product(ConstVectorView w, VectorView product) override {
    model_.hessian_product(times_units(w, d_), g_);
    times_units(g_, product);
  }
  bool line(ConstVectorView z, ConstVectorView d) override { return model_.line(times_units(z, y_), times_units(d, d_)); }
  double along(double t) override { return model_.along(t); }

  [[nodiscard]] Index neurons() const override { return model_.neurons(); }
  void pre_activations(VectorView s) const override { model_.pre_activations(s); }
  void adjoints(VectorView v) const override { model_.adjoints(v); }
  void make_slopes(VectorView v) override { model_.make_slopes(v); }
  void make_adjoints(VectorView t) override { model_.make_adjoints(t); }
  [[nodiscard]] Folds folds() const override { return model_.folds(); }
  void make_room_to_fold(Index free) override { model_.make_room_to_fold(free); }
  void pieces(VectorView low, VectorView high, VectorView kink) const override { model_.pieces(low, high, kink); }
  void place_slopes(VectorView t, ConstVectorView c) override { model_.place_slopes(t, times_units(c, y_)); }
  void fold(const Folding& folding, ConstVectorView c, const FoldedView& out) override {
    model_.fold(folding, times_units(c, y_), out);
    times_units({out.gradient, out.inputs}, {out.gradient, out.inputs});
    for (Index k = 0; k < folding.count; ++k) times_units(out.row(k), out.row(k));
  }
  AffineMinorant minorant(ConstVectorView t, ConstVectorView c, ConstVectorView h, VectorView g) override {
    const AffineMinorant result = model_.minorant(t, times_units(c, y_), times_units(h, d_), g_);
    times_units(g_, g);
    return result;
  }

 private:
  static constexpr int most = 300;  // their products must not overflow

  [[gnu::noinline]] VectorView times_units(ConstVectorView v, VectorView out) const {
    for (Index j = 0; j < v.size(); ++j) out(j) = v(j) * units_(j);
    return out;
  }

  ConvexModel& model_;
  Vector<double> units_, y_, d_, g_;
};

}  // namespace icnn::inline ICNN_ISA
