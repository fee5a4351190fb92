// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/functions/workspace.hpp"
#include "icnn/inference/gated_maps.hpp"
#include "icnn/networks/context_passes.hpp"
#include "icnn/networks/convex_passes.hpp"
#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/rounding.hpp"

namespace icnn::inline ICNN_ISA {

/// The half of a NetworkModel that evaluates: values, derivatives and lines of one sample, by the passes of its layers and
/// output term on parameters in double, to all of which it refers. \p Context is what stands beside the weights: nothing, or
/// a PICNN's gates (see AtOneContext).
template <class Layers, class Context>
class NetworkEvaluation : public ConvexModel {
  static constexpr int N = Layers::Inputs;
  static constexpr int Columns = Layers::SingleColumns;

 public:
  using Term = OutputTermOf<Layers>;

  NetworkEvaluation(const NetworkEvaluation&) = delete;
  NetworkEvaluation& operator=(const NetworkEvaluation&) = delete;

  /// Another network of the same shape, or another place of its parameters; allocates nothing.
  void refer_to(const Layers& layers, const Term& term, const double* parameters) noexcept {
    layers_ = &layers;
    term_ = &term;
    p_ = parameters;
  }
  /// Scratch of its passes, for whoever evaluates the network while nobody solves.
  [[nodiscard]] ConvexWorkspace<Layers, Columns>& workspace() noexcept { return ws_; }
  [[nodiscard]] Index inputs() const override { return term_->inputs(); }
  [[nodiscard]] double strong_convexity() const override {
    return (1 - 16 * detail::epsilon) * term_->strong_convexity(p_);  // computed, hence rounded
  }

  double value(kernels::Order order, ConstVectorView y) override {
    first_columns(ws_.y, 1) = point(y);
    passes::forward(*layers_, *term_, p_, order, ws_, context_.passes());
    return ws_.values(0);
  }
  void gradient(VectorView g) override {
    ws_.seeds(0) = 1;
    vec::fill(g, 0);
    passes::backward(*layers_, *term_, p_, NoSink{}, 0, view(g), {}, ws_, context_.passes());
  }
  void hessian(SquareView h) override {
    auto out = MatrixView<double>(h.data, h.size, h.size, h.stride);
    for (Index c = 0; c < h.size; ++c) vec::fill({h.column(c), h.size}, 0);
    passes::add_hessian(*layers_, p_, 0, out, ws_, context_.passes());
    auto map = out.map();
    term_->add_hessian(p_, map);
  }
  void hessian_product(ConstVectorView w, VectorView product) override {
    first_columns(ws_.w, 1) = point(w);
    passes::tangent(*layers_, *term_, p_, ws_, context_.passes());
    ws_.seeds(0) = 1;
    vec::fill(product, 0);
    passes::second_backward(*layers_, *term_, p_, NoSink{}, 0, view(product), {}, ws_, context_.passes());
  }
  bool line(ConstVectorView y, ConstVectorView d) override {
    first_columns(ws_.y, 1) = point(y);
    first_columns(ws_.w, 1) = point(d);
    passes::start_line(*layers_, *term_, p_, ws_, context_.passes());
    return true;
  }
  double along(double t) override {
    ws_.alpha(0) = t;
    passes::along(*layers_, *term_, p_, kernels::Order::value, ws_, context_.passes());
    return ws_.values(0);
  }

 protected:
  [[gnu::cold]] NetworkEvaluation(const Layers& layers, const Term& term, const double* parameters, bool hessian)
      : layers_(&layers),
        term_(&term),
        p_(parameters),
        context_(layers, term),
        ws_(passes::shape_key(layers, term), layers, term, {.columns = 1, .hessian = hessian}) {
    ws_.columns = 1;
  }

  /// A point with the extent that the passes are compiled for.
  [[nodiscard]] static auto point(ConstVectorView y) { return Eigen::Map<const Vector<double, N>>(y.data(), y.size()); }

  const Layers* layers_;
  const Term* term_;
  const double* p_;
  Context context_;
  ConvexWorkspace<Layers, Columns> ws_;

 private:
  [[nodiscard]] static MatrixView<double> view(VectorView g) { return {g.data(), g.size(), 1, g.size()}; }
};

}  // namespace icnn::inline ICNN_ISA
