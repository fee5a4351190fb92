// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "icnn/activations/erased.hpp"
#include "icnn/inference/gated_maps.hpp"
#include "icnn/inference/layer_bounds.hpp"
#include "icnn/inference/network_evaluation.hpp"
#include "icnn/inference/network_folding.hpp"
#include "icnn/inference/output_term_bounds.hpp"
#include "icnn/inference/quadratic_bounds.hpp"
#include "icnn/layers/ficnn_layer.hpp"
#include "icnn/networks/convex_passes.hpp"
#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/simple_term.hpp"

namespace icnn::inline ICNN_ISA {

/// The model of a network that is convex in y, from its layers, its output term and its parameters in double, to all of
/// which it refers.
///
/// Rounding. A cut replaces every activation by its tangent at the pre-activation as computed, which is a minorant whatever
/// error that pre-activation has. What is left are the errors of sums and of activations: each is at most a multiple of
/// epsilon times a sum of absolute values, weighed by how much the value depends on it (the adjoints v = delta o g'). The
/// sums are taken in absolute values, because where steep neurons oppose each other what remains of them says nothing about
/// the errors made: v'(|W^y| h + |b|) with h = |c| + r and, W^z being non-negative, v'W^z |z| = delta'|z| at the point. That
/// makes every adjoint non-negative, too, so the adjoints themselves are known to a relative error; they and the gradient
/// count for v - y alone, which is at most 2 r. Slopes of activations that are slightly off count as far as pre-activations
/// may go, |W^z| Z + |W^y| h + |b| with Z >= |z| anywhere in the region, or by how much they change in it.
///
/// Minorants. Where every activation gives way to one of its tangents, g(s) >= t s - g*(t), what is left of f is affine in y
/// and, because W^z >= 0, nowhere above f. With the adjoints
///
///     delta_k = 1,  v_i = delta_{i+1} o t_i,  delta_i = W^z_i' v_i
///
/// it is  sum_i v_i'(W^y_i y + b_i) - delta_{i+1}'g_i*(t_i): one backward pass, whatever slopes they are. Quadratics,
/// weighed by v_i >= 0, give way to their tangents at the point that is asked about.
///
template <class Layers, class Context = detail::WithoutContext>
class NetworkModel : public NetworkEvaluation<Layers, Context> {
  using Base = NetworkEvaluation<Layers, Context>;
  static constexpr int N = Layers::Inputs;

 public:
  using typename Base::Term;

  /// Room for Hessians costs two matrices of width x inputs per layer.
  [[gnu::cold]] NetworkModel(const Layers& layers, const Term& term, const double* parameters, bool hessian)
      : Base(layers, term, parameters, hessian),
        bounds_(layers.template make<detail::LayerBoundsOf>(1)),
        scratch_(layers.template make<detail::LayerBoundsOf>(1)),
        term_bounds_(term.rank()),
        farthest_(term.inputs()),
        sizes_(term.inputs()) {
    Index above = 0, widest = 1, terms = term.inputs(), most_forms = 0;
    layers.for_each([&](auto i, const auto& layer) {
      const Index forms = layer.convex().quadratic().forms();
      terms += 2 * layer.width() + 2 * forms + 8 + Context::roundings;  // its adjoints, and the sum over them
      most_forms = std::max(most_forms, forms);
      has_pieces_ = has_pieces_ && forms == 0;
      widest = std::max({widest, layer.width(), layer.previous()});
      knows_conjugates_ = knows_conjugates_ && icnn::knows_conjugate(layer.activation());
      has_pieces_ = has_pieces_ && knows_conjugates_ && pieces_of(layer.activation()).count > 0;
      bounds(i).first = neurons_;
      neurons_ += layer.width();
    });
    minorant_terms_ = terms;
    quadratics_.make_room(most_forms);
    delta_.resize(widest);
    v_.resize(widest);
    layers.for_each_reverse([&](auto i, const auto& layer) {
      detail::LayerBounds& now = bounds(i);
      const auto& quadratic = layer.convex().quadratic();
      const Index width = layer.width() + quadratic.forms();
      const Index fan_in =
          layer.previous() + layer.inputs() + Context::roundings + quadratics_.roundings(layer.inputs(), quadratic.rank());
      terms_ += width + fan_in + 8;
      above += width + 8 + Context::roundings;
      // Of its own sums; of its adjoints, which are products of sums over all layers above, and of the gradient's sum over
      // it and over the layers.
      now.of_sum = detail::rounding_of_sum(fan_in);
      now.of_slope = detail::rounding_of_sum(width + above);
      now.of_next = of_above_;
      of_above_ = now.of_sum;
    });
  }

  /// Before anything else; the code of folding stands behind pointers, so that who does not ask for it does not compile it.
  void allow_folding() {
    prepare_ = [](NetworkModel& m, Index most) {
      m.folding_.make_room(m.layers_->depth(), m.delta_.size(), most, m.inputs());
    };
    fold_ = [](NetworkModel& m, const Folding& folding, ConstVectorView c, const FoldedView& out) {
      m.folding_.take(*m.layers_, m.p_, m.context_);
      m.folding_.fold(folding, c, out);
      vec::fill(m.sizes_, 0);
      *out.value += folding.scale * m.term_bounds_.minorant(*m.term_, m.p_, m.linear(), c, c, m.sizes_).value;
      vec::add_scaled(folding.scale, m.sizes_, {out.gradient, out.inputs});
    };
  }

  /// B = |W^z| Z + |W^y| h + |b| and Z = |g(0)| + L B of every layer, h = |c| + r, L the largest slope between -B and B. In
  /// a narrow region pre-activations change by D = |W^z| L D + |W^y| 2 r at most.
  void set_region(ConstVectorView r, ConstVectorView c) override {
    narrow_ = c.size() > 0;
    if (narrow_) detail::farthest_points(r, c, farthest_);
    const ConstVectorView h = narrow_ ? ConstVectorView(farthest_) : r;
    layers_->for_each([&](auto i, const auto& layer) {
      detail::LayerBounds& now = bounds(i);
      vec::fill(now.outside, detail::smallest);  // for what underflows: weighed like all else
      add_absolute_bias(i, layer, now.outside);
      if (layer.has_passthrough()) context_.y_map(i, layer).add_absolute(p_, h.data(), now.outside.data());
      with_quadratic(i, layer, [&](const auto& a, Index rank) { quadratics_.add_reach(a, p_, rank, h, h, now.outside); });
      vec::copy(now.outside, now.sum);
      if (layer.previous() > 0)
        context_.z_map(i, layer).add_absolute(p_, bounds(detail::below(i)).output.data(), now.sum.data());
      for (Index j = 0; j < layer.width(); ++j) now.sum(j) *= 1.01;
      now.find_slopes(layer.activation(), nullptr, 1, now.sum);
      const double at_0 = std::abs(layer.activation().jet(0.0).value);
      for (Index j = 0; j < layer.width(); ++j) now.output(j) = at_0 + now.slope(j) * now.sum(j);
      if (!narrow_) return;
      vec::fill(now.spread, detail::smallest);
      if (layer.has_passthrough()) context_.y_map(i, layer).add_absolute(p_, r.data(), now.spread.data());
      with_quadratic(i, layer, [&](const auto& a, Index rank) { quadratics_.add_reach(a, p_, rank, h, r, now.spread); });
      vec::scale_to(2.02, now.spread, now.spread);
      vec::copy(now.spread, now.end);  // D
      if (layer.previous() > 0)
        context_.z_map(i, layer).add_absolute(p_, bounds(detail::below(i)).error.data(), now.end.data());
      now.find_turn();
    });
    term_error_ = term_size(h, h) * 4 * detail::rounding_of_sum(term_->inputs() + term_bounds_.rank());
    largest_error_ = -1;
  }

  [[nodiscard]] double cut_error() override {
    double error = term_error_ + detail::smallest * static_cast<double>(terms_);
    layers_->for_each([&](auto i, const auto& layer) {
      const auto& tape = detail::at(ws_.tapes, i);
      const detail::LayerBounds& now = bounds(i);
      const double of_activation = 2 * accuracy_of(layer.activation()), twice = narrow_ ? 1 : 2;
      const ConstVectorView spread = narrow_ ? now.spread : now.outside, turn = narrow_ ? now.turn : now.sum;
      for (Index j = 0; j < layer.width(); ++j) {
        const double reach = now.of_next * std::abs(tape.z(j, 0)) + of_activation * (now.output(j) + twice * turn(j));
        error += std::abs(tape.v(j, 0)) * (now.of_sum * now.outside(j) + now.of_slope * twice * spread(j)) +
                 std::abs(tape.delta(j, 0)) * reach;
      }
    });
    return 1.01 * error;  // for the rounding of this very sum
  }

  /// Another forward pass, with E at least the error of z as f computes it, and of z as this pass does:
  ///
  ///     e = W^z E + |W^y| dy + gamma (W^z (|z| + 2 E) + |W^y| (|y| + 2 dy) + |b|),   E' = L e + ulps,
  ///
  /// L the largest slope between s - 2 e and s + 2 e, where all three arguments are.
  [[nodiscard]] double value_error(ConstVectorView y, ConstVectorView dy) override {
    const bool is_exact = dy.size() == 0;
    for (Index j = 0; j < y.size(); ++j) farthest_(j) = std::abs(y(j)) + (is_exact ? 0.0 : 2 * dy(j));
    double result = 0;
    layers_->for_each([&](auto i, const auto& layer) {
      constexpr int previous = std::remove_cvref_t<decltype(layer)>::Previous,
                    width = std::remove_cvref_t<decltype(layer)>::Width;
      detail::LayerBounds& now = scratch(i);
      const VectorView s = now.output, size = now.sum;
      vec::fill(s, 0);
      vec::fill(size, detail::smallest);
      vec::fill(now.error, 0);
      if (const double* b = context_.bias(i, layer, p_)) vec::copy({b, layer.width()}, s);
      add_absolute_bias(i, layer, size);
      if (layer.has_passthrough()) {
        context_.y_map(i, layer).add(p_, point(y), sized<width>(s));
        context_.y_map(i, layer).add_absolute(p_, farthest_.data(), size.data());
        if (!is_exact) context_.y_map(i, layer).add_absolute(p_, dy.data(), now.error.data());
      }
      with_quadratic(i, layer, [&](const auto& a, Index rank) {
        quadratics_.add_value(a, p_, rank, point(y), s);
        quadratics_.add_reach(a, p_, rank, farthest_, farthest_, size);
        if (!is_exact) quadratics_.add_reach(a, p_, rank, farthest_, dy, now.error);
      });
      if (layer.previous() > 0) {
        const detail::LayerBounds& before = scratch(detail::below(i));
        if constexpr (has_previous<decltype(layer)>)
          this->context_.z_map(i, layer).add(this->p_, sized<previous>(ConstVectorView(before.output)), sized<width>(s));
        context_.z_map(i, layer).add_absolute(p_, before.outside.data(), size.data());  // |z| + 2 E
        context_.z_map(i, layer).add_absolute(p_, before.error.data(), now.error.data());
      }
      vec::add_scaled(bounds(i).of_sum, size, now.error);
      now.find_slopes(layer.activation(), s.data(), 2, now.error);
      const double at_0 = std::abs(layer.activation().jet(0.0).value);
      for (Index j = 0; j < layer.width(); ++j) {
        size(j) = at_0 + now.slope(j) * (std::abs(s(j)) + 2 * now.error(j));
      }
      kernels::apply(layer.activation(), kernels::Order::value, layer.width(), s.data(), static_cast<double*>(nullptr),
                     static_cast<double*>(nullptr));
      const double of_activation = accuracy_of(layer.activation());
      for (Index j = 0; j < layer.width(); ++j) {
        now.error(j) = now.slope(j) * now.error(j) + of_activation * (size(j) + std::abs(s(j)));
        now.outside(j) = std::abs(s(j)) + 2 * now.error(j);
      }
      result = now.error(0) + 4 * detail::epsilon * now.outside(0);  // of the last layer, in the end
    });
    for (Index j = 0; j < y.size(); ++j) farthest_(j) = std::abs(y(j));
    const double rounding = 4 * detail::rounding_of_sum(term_->inputs() + term_bounds_.rank());
    double term = term_size(farthest_, farthest_) * rounding;
    if (!is_exact) {
      const double moved = term_size(farthest_, dy);
      term += 2 * moved * rounding + 2 * (moved + term_size(dy, dy));
    }
    return 1.01 * (result + term) + detail::smallest * static_cast<double>(terms_);
  }

  /// The same over the region, with its B, Z and L.
  [[nodiscard]] double largest_value_error() override {
    if (largest_error_ >= 0) return largest_error_;
    double result = 0;
    bool within = true;
    layers_->for_each([&](auto i, const auto& layer) {
      const detail::LayerBounds& now = bounds(i);
      const VectorView error = scratch(i).error;
      vec::fill(error, 0);
      if (layer.previous() > 0)
        context_.z_map(i, layer).add_absolute(p_, scratch(detail::below(i)).error.data(), error.data());
      within &= now.find_largest_error(accuracy_of(layer.activation()), error);
      result = error(0) + 4 * detail::epsilon * (now.output(0) + 2 * error(0));  // of the last layer, in the end
    });
    largest_error_ = within ? 1.01 * (result + term_error_) + detail::smallest * static_cast<double>(terms_) : infinity;
    if (std::isnan(largest_error_)) largest_error_ = infinity;  // something overflowed
    return largest_error_;
  }

  [[nodiscard]] Index neurons() const override { return neurons_; }
  [[nodiscard]] bool knows_conjugates() const override { return knows_conjugates_; }
  [[gnu::cold]] void make_room_to_fold(Index most) override {
    layers_->for_each([&](auto i, const auto&) { detail::at(ws_.tapes, i).keep_arguments(); });
    if (prepare_ != nullptr) prepare_(*this, most);
  }
  void pre_activations(VectorView s) const override {
    layers_->for_each([&](auto i, const auto& layer) {
      vec::copy({detail::at(ws_.tapes, i).s.data(), layer.width()}, s.segment(first(i), layer.width()));
    });
  }
  void adjoints(VectorView v) const override {
    layers_->for_each([&](auto i, const auto& layer) {
      vec::copy({detail::at(ws_.tapes, i).v.data(), layer.width()}, v.segment(first(i), layer.width()));
    });
  }

  [[gnu::cold]] void make_slopes(VectorView v) override {
    pass_down([&](auto i, const auto& layer) {
      const double usual = layer.activation().jet(0.0).first;
      const SlopeRange range = slope_range_of(layer.activation());
      for (Index j = 0; j < layer.width(); ++j) {
        double& slope = v(first(i) + j);
        slope = delta_(j) > 0 ? detail::admissible_slope(range, slope / delta_(j)) : usual;
        v_(j) = slope * delta_(j);
      }
    });
  }

  [[gnu::cold]] void make_adjoints(VectorView t) override {
    pass_down([&](auto i, const auto& layer) {
      for (Index j = 0; j < layer.width(); ++j) {
        double& slope = t(first(i) + j);
        slope *= delta_(j);
        v_(j) = slope;
      }
    });
  }

  [[nodiscard]] Folds folds() const override {
    const auto shape = term_->shape();
    return !has_pieces_ || fold_ == nullptr   ? Folds::no
           : shape.diagonal || shape.rank > 0 ? Folds::quadratic
                                              : Folds::linear;
  }
  [[gnu::cold]] void pieces(VectorView low, VectorView high, VectorView kink) const override {
    layers_->for_each([&](auto i, const auto& layer) {
      const LinearPieces pieces = pieces_of(layer.activation());
      for (Index j = first(i); j < first(i) + layer.width(); ++j) {
        low(j) = pieces.piece[0].slope;
        high(j) = pieces.piece[pieces.count > 1 ? 1 : 0].slope;
        kink(j) = pieces.piece[0].end;
      }
    });
  }
  void fold(const Folding& folding, ConstVectorView c, const FoldedView& out) override { fold_(*this, folding, c, out); }

  AffineMinorant minorant(ConstVectorView t, ConstVectorView c, ConstVectorView h, VectorView g) override {
    double constant = 0, size = 0;
    vec::fill(g, 0);
    vec::fill(sizes_, 0);
    pass_down([&](auto i, const auto& layer) {
      const double* b = context_.bias(i, layer, p_);
      for (Index j = 0; j < layer.width(); ++j) {
        const double slope = t(first(i) + j), conjugate = conjugate_of(layer.activation(), slope);
        v_(j) = slope * delta_(j);
        constant -= conjugate == 0 ? 0 : std::max(delta_(j), 0.0) * conjugate;
        if (!(conjugate < infinity)) constant = -infinity;
        size += delta_(j) * std::abs(conjugate);
        if (b == nullptr) continue;
        constant += v_(j) * b[j];
        size += std::abs(v_(j) * b[j]);
      }
      if (!layer.has_passthrough()) return;
      context_.y_map(i, layer).add_transposed(p_, column(v_, layer.width()), g.map());
      context_.y_map(i, layer).add_absolute_transposed(p_, v_.data(), sizes_.data());
      with_quadratic(i, layer, [&](const auto& a, Index rank) {
        const double at_0 = quadratics_.add_tangent(a, p_, rank, v_.data(), layer.width(), point(c), g, sizes_);
        constant += at_0;
        size -= at_0;
      });
    });
    size += detail::total_reach(sizes_, c, h);
    const double underflow = detail::smallest * static_cast<double>(minorant_terms_);
    AffineMinorant result{constant + vec::dot(g, c), 2 * detail::rounding_of_sum(minorant_terms_) * size + underflow};
    return result += term_bounds_.minorant(*term_, p_, linear(), c, h, g);
  }

 protected:
  // (g++ 12 does not find these in an `if constexpr` of a generic lambda, unless by this->.)
  using Base::layers_, Base::term_, Base::p_, Base::context_, Base::ws_, Base::point;

 private:
  template <class Layer>
  static constexpr bool has_previous = std::remove_cvref_t<Layer>::Previous != 0;

  template <class Layer>
  struct WidestOf : std::integral_constant<int, std::max({1, Layer::Width, Layer::Previous})> {};
  template <class Layer>
  struct FormsOf
      : std::integral_constant<int, std::remove_cvref_t<decltype(std::declval<Layer>().convex().quadratic())>::Forms> {};
  using Widest = Vector<double, Layers::template most<WidestOf>>;  ///< of a layer's width, or that below
  using Bounds = typename Layers::template Storage<detail::LayerBoundsOf>;

  template <class I>
  [[nodiscard]] Index first(I i) const {
    return detail::at(bounds_, i).first;
  }
  template <class I>
  [[nodiscard]] detail::LayerBounds& bounds(I i) {
    return detail::at(bounds_, i);
  }
  template <class I>
  [[nodiscard]] detail::LayerBounds& scratch(I i) {
    return detail::at(scratch_, i);
  }

  /// A vector with the extent that the passes are compiled for, and the first numbers of one.
  template <int Size>
  [[nodiscard]] static auto sized(VectorView v) {
    return Eigen::Map<Vector<double, Size>>(v.data(), v.size());
  }
  template <int Size>
  [[nodiscard]] static auto sized(ConstVectorView v) {
    return Eigen::Map<const Vector<double, Size>>(v.data(), v.size());
  }
  [[nodiscard]] static Eigen::Map<const Vector<double>> column(const Widest& v, Index size) { return {v.data(), size}; }

  template <class I, class Layer>
  void add_absolute_bias(I i, const Layer& layer, VectorView out) const {
    const double* b = context_.bias(i, layer, p_);
    if (b == nullptr) return;
    for (Index j = 0; j < layer.width(); ++j) out(j) += std::abs(b[j]);
  }
  [[nodiscard]] const double* linear() const { return context_.linear(*term_, p_); }

  [[nodiscard]] double term_size(ConstVectorView h, ConstVectorView d) {
    return term_bounds_.size(*term_, p_, linear(), h, d);
  }

  /// visit(A, rank), where the layer has a quadratic.
  template <class I, class Layer, class Visit>
  void with_quadratic(I i, const Layer& layer, Visit visit) {
    layer.convex().with_quadratic([&](const auto& q) { visit(context_.quadratic_map(i, layer), q.rank()); });
  }

  /// From the last layer to the first, with delta_ := delta_{i+1}: visit(i, layer) writes v_ := v_i.
  template <class Visit>
  void pass_down(Visit visit) {
    vec::fill(delta_, 1);
    layers_->for_each_reverse([&](auto i, const auto& layer) {
      visit(i, layer);
      if constexpr (has_previous<decltype(layer)>) {
        if (layer.previous() == 0) return;
        vec::fill({delta_.data(), layer.previous()}, 0);
        this->context_.z_map(i, layer).add_transposed(this->p_, column(v_, layer.width()),
                                                      VectorView(delta_.data(), layer.previous()).map());
      }
    });
  }

  Bounds bounds_, scratch_;  ///< of the region; of a value
  Index neurons_ = 0, terms_ = 0, minorant_terms_ = 0;
  bool knows_conjugates_ = true, has_pieces_ = true;
  NetworkFolding folding_{};
  void (*prepare_)(NetworkModel&, Index) = nullptr;
  void (*fold_)(NetworkModel&, const Folding&, ConstVectorView, const FoldedView&) = nullptr;
  Widest delta_{}, v_{};
  detail::OutputTermBounds<Term> term_bounds_;
  detail::QuadraticBounds<Layers::template most<FormsOf>> quadratics_{};
  Vector<double, N> farthest_;
  Vector<double, N> sizes_;  ///< sum_i |W^y_i|'|v_i|
  double term_error_ = 0, of_above_ = 0;
  double largest_error_ = -1;  ///< of a value in the region; negative where it has not been asked for
  bool narrow_ = false;        ///< the region has a middle of its own
};

#if defined(ICNN_COMPILED)
extern template class NetworkEvaluation<DynamicChain<FicnnLayer<double, ErasedActivation<double>>>, detail::WithoutContext>;
extern template class NetworkModel<DynamicChain<FicnnLayer<double, ErasedActivation<double>>>>;
#endif

}  // namespace icnn::inline ICNN_ISA
