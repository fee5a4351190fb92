// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <type_traits>

#include "icnn/inference/gated_maps.hpp"
#include "icnn/inference/model.hpp"
#include "icnn/networks/picnn_batch.hpp"

/// The models of a batch's columns. They share the weights of their network, and may have values and gradients computed
/// together, by products with all their points at once.
namespace icnn::inline ICNN_ISA {

namespace detail {

/// to := one column of the gates and of the linear part of the output term, of a context in any scalar.
template <class Layers, class From, class To>
void copy_context(const Layers& layers, const From& from, Index column, To& to, Index to_column) {
  const auto copy = [&](const auto& source, auto& target) {
    std::copy_n(source.data() + column * source.rows(), source.rows(), target.data() + to_column * target.rows());
  };
  layers.for_each([&](auto i, const auto&) {
    const auto& gates = at(from.tapes, i).gates;
    auto& copies = at(to.tapes, i).gates;
    copy(gates.z, copies.z);
    copy(gates.y, copies.y);
    copy(gates.r, copies.r);
  });
  copy(from.linear, to.linear);
}

/// Values and gradients of several columns: their gates, their points, and what the passes leave behind. Products are those
/// of a multiple of 8 columns, or of 4, for which kernels add up each alike, however many there are: some may count for
/// nothing.
template <class Layers>
class SharedPasses {
  using Term = OutputTermOf<Layers>;
  using Workspace = ConvexWorkspace<Layers, Dynamic>;
  using Adjoints = decltype(AtContextWorkspace<Layers, Dynamic>::adjoints);

 public:
  /// For up to so many columns, in multiples of \p alike; \p arguments: the passes leave pre-activations, too.
  [[gnu::cold]] SharedPasses(const Layers& layers, const Term& term, Index columns, Index alike, bool arguments)
      : ws(0, layers, term, {.columns = rounded(columns, alike), .hessian = false}),
        gradients(term.inputs(), ws.capacity),
        alike_(alike),
        bound_(layers, term, passes::context_size(layers), ws.capacity) {
    ws.y.setZero();
    layers.for_each([&](auto i, const auto&) {
      auto& gates = at(bound_.tapes, i).gates;
      gates.z.setZero();
      gates.y.setZero();
      gates.r.setZero();
      if (arguments) at(ws.tapes, i).keep_arguments();
    });
    bound_.linear.setZero();
  }

  /// Column k has this context, of one column.
  template <class From>
  void take_context(const Layers& layers, const From& context, Index k) {
    copy_context(layers, context, 0, bound_, k);
  }
  [[nodiscard]] VectorView point(Index k) { return {ws.y.data() + k * ws.y.rows(), ws.y.rows()}; }

  /// Value and gradient at the first points, one of each column.
  void evaluate(const Layers& layers, const Term& term, const double* p, kernels::Order order, Index columns) {
    ws.columns = rounded(columns, alike_);
    const ContextView<BoundContext<Layers, Dynamic>, Adjoints> context(bound_, nullptr, ws.columns);
    passes::forward(layers, term, p, order, ws, context);
    vec::fill({ws.seeds.data(), ws.columns}, 1);
    vec::fill({gradients.data(), gradients.rows() * ws.columns}, 0);
    const MatrixView<double> g(gradients.data(), gradients.rows(), ws.columns, gradients.rows());
    passes::backward(layers, term, p, NoSink{}, 0, g, {}, ws, context);
  }

  Workspace ws;
  Matrix<double> gradients;

 private:
  [[nodiscard]] static Index rounded(Index columns, Index alike) noexcept { return (columns + alike - 1) / alike * alike; }

  Index alike_;
  BoundContext<Layers, Dynamic> bound_;
};

/// The model of one column, which moves from column to column.
template <class Picnn>
class ColumnModel;

template <class Chain>
class ColumnModel<BasicPicnn<Chain>> final
    : public NetworkModel<typename Chain::template Rebind<double>::Layers,
                          AtOneContext<typename Chain::template Rebind<double>::Layers>> {
 public:
  using Network = BasicPicnn<typename Chain::template Rebind<double>>;
  using Layers = typename Network::Layers;
  using Shared = SharedPasses<Layers>;

 private:
  using Base = NetworkModel<Layers, AtOneContext<Layers>>;
  using Base::ws_, Base::layers_, Base::term_, Base::p_, Base::context_;
  static constexpr bool in_double = std::is_same_v<Network, BasicPicnn<Chain>>;

 public:
  /// Networks in float it copies, exactly.
  [[gnu::cold]] ColumnModel(const BasicPicnn<Chain>& network, bool hessian)
      : ColumnModel(copied(network), network, hessian) {}
  ColumnModel(const ColumnModel&) = delete;
  ColumnModel& operator=(const ColumnModel&) = delete;

  /// Another network of the same shape, or its parameters anew.
  void refer_to(const BasicPicnn<Chain>& network) {
    if constexpr (in_double) {
      Base::refer_to(network.chain(), network.output_term(), network.parameters().data());
    } else {
      copy_->assign(network);
      Base::refer_to(copy_->chain(), copy_->output_term(), copy_->parameters().data());
    }
  }
  template <class From>
  void take_context(const From& context, Index column) {
    copy_context(*layers_, context, column, context_.bound, 0);
  }

  [[nodiscard]] Shared make_shared(Index columns, Index alike) {
    return {*layers_, *term_, columns, alike, last(ws_.tapes).keeps_arguments};
  }
  void share_context(Shared& shared, Index k) const { shared.take_context(*layers_, context_.bound, k); }
  void evaluate(Shared& shared, kernels::Order order, Index columns) const {
    shared.evaluate(*layers_, *term_, p_, order, columns);
  }

  /// From now on value() only writes where it would evaluate the network; until listen() with an empty view.
  void listen(VectorView point) { point_ = point; }
  /// From now on what these passes have found in column k need not be computed; until nullptr.
  void know(const Shared* shared, Index k) {
    known_ = shared;
    column_ = k;
  }

  double value(kernels::Order order, ConstVectorView y) override {
    if (point_.size() > 0) {
      vec::copy(y, point_);
      return 0;
    }
    const bool knows = known_ != nullptr && vec::equal(y, {known_->ws.y.data() + column_ * y.size(), y.size()});
    from_ = knows ? known_ : nullptr;
    if (!knows) return Base::value(order, y);
    first_columns(ws_.y, 1) = y.map();
    layers_->for_each([&](auto i, const auto&) {
      const auto& from = at(known_->ws.tapes, i);
      auto& to = at(ws_.tapes, i);
      copy_column(from.z, to.z);
      if constexpr (requires { to.quadratic.t; }) copy_column(from.quadratic.t, to.quadratic.t);
      copy_column(from.first, to.first);
      if (order == kernels::Order::second) copy_column(from.second, to.second);
      if (to.keeps_arguments) copy_column(from.s, to.s);
    });
    return known_->ws.values(column_);
  }
  void gradient(VectorView g) override {
    if (from_ == nullptr) return Base::gradient(g);
    layers_->for_each([&](auto i, const auto&) {
      copy_column(at(from_->ws.tapes, i).v, at(ws_.tapes, i).v);
      copy_column(at(from_->ws.tapes, i).delta, at(ws_.tapes, i).delta);
    });
    vec::copy({from_->gradients.data() + column_ * g.size(), g.size()}, g);
  }

 private:
  ColumnModel(std::unique_ptr<Network> copy, const BasicPicnn<Chain>& network, bool hessian)
      : Base(read(copy, network).chain(), read(copy, network).output_term(), read(copy, network).parameters().data(),
             hessian),
        copy_(std::move(copy)) {}

  [[nodiscard]] static std::unique_ptr<Network> copied(const BasicPicnn<Chain>& network) {
    if constexpr (in_double) {
      return nullptr;
    } else {
      return std::make_unique<Network>(network.template cast<double>());
    }
  }
  [[nodiscard]] static const Network& read(const std::unique_ptr<Network>& copy, const BasicPicnn<Chain>& network) {
    if constexpr (in_double) {
      return network;
    } else {
      return *copy;
    }
  }

  template <class From, class To>
  void copy_column(const From& from, To& to) const {
    std::copy_n(from.data() + column_ * to.rows(), to.rows(), to.data());
  }

  std::unique_ptr<Network> copy_;  ///< where the network is not in double
  VectorView point_{nullptr, 0};
  const Shared* known_ = nullptr;
  const Shared* from_ = nullptr;  ///< where the latest value came from
  Index column_ = 0;
};

/// Moves a model to a column, as far as it is not the same in all of them; returns the model of the network behind it.
template <class Picnn>
ColumnModel<Picnn>& move_to_column(ConvexModel& model, const PicnnBatch<Picnn>& f, Index c) {
  auto& column = static_cast<ColumnModel<Picnn>&>(model);
  column.take_context(f.context(), c);
  return column;
}
template <class G>
auto& move_to_column(ConvexModel& model, const Restricted<G>& f, Index c);
template <class G>
auto& move_to_column(ConvexModel& model, const Regularized<G>& f, Index c) {
  return move_to_column(static_cast<RegularizedModel&>(model).inner(), f.function(), c);
}
template <class G>
auto& move_to_column(ConvexModel& model, const Restricted<G>& f, Index c) {
  auto& restricted = static_cast<RestrictedModel&>(model);
  const Index of_known = f.known().cols() > 1 ? c : 0;
  for (Index j = 0; j < f.known().rows(); ++j) restricted.known(j) = static_cast<double>(f.known()(j, of_known));
  return move_to_column(restricted.inner(), f.function(), c);
}

}  // namespace detail

template <class Picnn>
inline constexpr bool may_fold<PicnnBatch<Picnn>> = may_fold<typename Picnn::AtContext>;

/// Models of a batch's columns, without a context as yet.
template <class Picnn>
[[nodiscard]] ModelPointer make_model(const PicnnBatch<Picnn>& f, bool hessian) {
  auto model = std::make_unique<detail::ColumnModel<Picnn>>(f.network(), hessian);
  if constexpr (may_fold<PicnnBatch<Picnn>>) model->allow_folding();
  return model;
}
template <class Picnn>
void refresh(ConvexModel& model, const PicnnBatch<Picnn>& f) {
  static_cast<detail::ColumnModel<Picnn>&>(model).refer_to(f.network());
}

#if defined(ICNN_COMPILED)
extern template class NetworkEvaluation<detail::PicnnLayers<double>, detail::AtOneContext<detail::PicnnLayers<double>>>;
extern template class NetworkModel<detail::PicnnLayers<double>, detail::AtOneContext<detail::PicnnLayers<double>>>;
extern template class detail::SharedPasses<detail::PicnnLayers<double>>;
#endif

}  // namespace icnn::inline ICNN_ISA
