// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/functions/maximum.hpp"
#include "icnn/functions/precomposed.hpp"
#include "icnn/functions/regularized.hpp"
#include "icnn/functions/restricted.hpp"
#include "icnn/functions/standardized.hpp"
#include "icnn/functions/sum.hpp"
#include "icnn/inference/maximum_model.hpp"
#include "icnn/inference/network_model.hpp"
#include "icnn/inference/parts_models.hpp"
#include "icnn/inference/substituted_models.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/ficnn_view.hpp"

/// From functions to their models: the one place where inference goes through combinators. make_model(f, hessian) makes one,
/// with or without room for Hessians; refresh(model, f) brings it up to date with a function of the same shape, after edits
/// or a rebind, and allocates nothing. A model refers to the networks in double of its function, which have to outlive it or
/// the next refresh; those in float it copies, exactly. An entropy is left out: it is the solver's business.
namespace icnn::inline ICNN_ISA {

/// A convex function of y alone, of this library: a FICNN, a PICNN at a context, or what combinators made of them.
template <class F>
concept ConvexFunctionOfY = requires(const F& f) {
  typename F::Scalar;
  f.shape_key();
  f.regularity();
  requires !F::has_context;
};

/// Whether the types of a function's activations leave it open that all have pieces, as neuron folding needs them; its model
/// knows.
template <class F>
inline constexpr bool may_fold = true;
template <class S, class A, class First, class Output>
inline constexpr bool may_fold<BasicFicnn<FicnnChain<S, A, First, Output>>> =
    HasPieces<A>&& HasPieces<First>&& HasPieces<Output>;
template <class G>
inline constexpr bool may_fold<Regularized<G>> = may_fold<std::remove_cvref_t<G>>;
template <class G>
inline constexpr bool may_fold<Restricted<G>> = may_fold<std::remove_cvref_t<G>>;
template <class G>
inline constexpr bool may_fold<Precomposed<G>> = may_fold<std::remove_cvref_t<G>>;
template <class G>
inline constexpr bool may_fold<Standardized<G>> = may_fold<std::remove_cvref_t<G>>;

namespace detail {

/// The model of a network, and its copy in double where it is not in double itself.
template <class Chain>
class NetworkCopyModel final : public NetworkModel<typename Chain::template Rebind<double>::Layers> {
  using Double = BasicFicnn<typename Chain::template Rebind<double>>;
  using Base = NetworkModel<typename Double::Layers>;

 public:
  NetworkCopyModel(Double copy, bool hessian) : NetworkCopyModel(std::make_unique<Double>(std::move(copy)), hessian) {}
  void assign(const BasicFicnn<Chain>& f) {
    copy_->assign(f);
    Base::refer_to(copy_->chain(), copy_->output_term(), copy_->parameters().data());
  }

 private:
  NetworkCopyModel(std::unique_ptr<Double> copy, bool hessian)
      : Base(copy->chain(), copy->output_term(), copy->parameters().data(), hessian), copy_(std::move(copy)) {}

  std::unique_ptr<Double> copy_;
};

/// Whether functions of this kind stand in double and need no copy.
template <class F>
inline constexpr bool is_double = std::is_same_v<typename F::Scalar, double>;

}  // namespace detail

template <class Chain>
void refresh(ConvexModel& model, const BasicFicnn<Chain>& f) {
  if constexpr (detail::is_double<BasicFicnn<Chain>>) {
    static_cast<NetworkModel<typename Chain::Layers>&>(model).refer_to(f.chain(), f.output_term(), f.parameters().data());
  } else {
    static_cast<detail::NetworkCopyModel<Chain>&>(model).assign(f);
  }
}
template <class Network>
void refresh(ConvexModel& model, const FicnnView<Network>& f) {
  static_cast<NetworkModel<typename Network::Layers>&>(model).refer_to(f.chain(), f.output_term(), f.parameters().data());
}
template <class G>
void refresh(ConvexModel& model, const Regularized<G>& f) {
  auto& m = static_cast<RegularizedModel&>(model);
  m.proximal = static_cast<double>(f.terms().proximal);
  m.center = f.terms().center.template cast<double>();
  m.linear = f.terms().linear.template cast<double>();
  refresh(m.inner(), f.function());
}
template <class G>
void refresh(ConvexModel& model, const Restricted<G>& f) {
  auto& m = static_cast<RestrictedModel&>(model);
  m.known = f.known().col(0).template cast<double>();
  m.free = f.free_coordinates();
  refresh(m.inner(), f.function());
}
template <class G>
void refresh(ConvexModel& model, const Precomposed<G>& f) {
  auto& m = static_cast<PrecomposedModel&>(model);
  m.matrix = f.matrix().template cast<double>();
  m.offset = f.offset().template cast<double>();
  refresh(m.inner(), f.function());
}
template <class G>
void refresh(ConvexModel& model, const Standardized<G>& f) {
  auto& m = static_cast<StandardizedModel&>(model);
  m.center = f.units().center.template cast<double>();
  m.scale = f.units().scale.template cast<double>();
  m.output_scale = static_cast<double>(f.units().output_scale);
  m.output_center = static_cast<double>(f.units().output_center);
  refresh(m.inner(), f.function());
}
template <class F>
requires requires(const F& f) { f.parts(); }
void refresh(ConvexModel& model, const F& f) {
  std::size_t i = 0;
  f.parts().for_each([&](const auto& part) { refresh(static_cast<PartsModel&>(model).part(i++), part); });
}

template <class Chain>
[[nodiscard, gnu::cold]] ModelPointer make_model(const BasicFicnn<Chain>& f, bool hessian) {
  using S = typename BasicFicnn<Chain>::Scalar;
  static_assert(std::is_same_v<S, double> || std::is_same_v<S, float>, "argmin certifies functions in float and in double");
  const auto made = [](auto model) -> ModelPointer {
    if constexpr (may_fold<BasicFicnn<Chain>>) model->allow_folding();
    return model;
  };
  if constexpr (detail::is_double<BasicFicnn<Chain>>) {
    return made(
        std::make_unique<NetworkModel<typename Chain::Layers>>(f.chain(), f.output_term(), f.parameters().data(), hessian));
  } else {
    return made(std::make_unique<detail::NetworkCopyModel<Chain>>(f.template cast<double>(), hessian));
  }
}
template <class Network>
[[nodiscard, gnu::cold]] ModelPointer make_model(const FicnnView<Network>& f, bool hessian) {
  static_assert(detail::is_double<FicnnView<Network>>, "argmin of a view is of one in double");
  auto model =
      std::make_unique<NetworkModel<typename Network::Layers>>(f.chain(), f.output_term(), f.parameters().data(), hessian);
  if constexpr (may_fold<Network>) model->allow_folding();
  return model;
}
template <class G>
[[nodiscard, gnu::cold]] ModelPointer make_model(const Regularized<G>& f, bool hessian) {
  auto model = std::make_unique<RegularizedModel>(make_model(f.function(), hessian));
  refresh(*model, f);
  return model;
}
template <class G>
[[nodiscard, gnu::cold]] ModelPointer make_model(const Restricted<G>& f, bool hessian) {
  auto model = std::make_unique<RestrictedModel>(make_model(f.function(), hessian), f.free_coordinates());
  if (hessian) model->make_room_for_hessians();
  refresh(*model, f);
  return model;
}
template <class G>
[[nodiscard, gnu::cold]] ModelPointer make_model(const Precomposed<G>& f, bool hessian) {
  auto model = std::make_unique<PrecomposedModel>(make_model(f.function(), hessian), f.inputs());
  if (hessian) model->make_room_for_hessians();
  refresh(*model, f);
  return model;
}
template <class G>
[[nodiscard, gnu::cold]] ModelPointer make_model(const Standardized<G>& f, bool hessian) {
  auto model = std::make_unique<StandardizedModel>(make_model(f.function(), hessian));
  refresh(*model, f);
  return model;
}

namespace detail {

template <class Model, class F>
[[nodiscard, gnu::cold]] ModelPointer make_parts_model(const F& f, bool hessian) {
  std::vector<ModelPointer> parts;
  f.parts().for_each([&](const auto& part) { parts.push_back(make_model(part, hessian)); });
  auto model = std::make_unique<Model>(std::move(parts));
  if (hessian) model->make_room_for_hessians();
  return model;
}

}  // namespace detail

template <class Parts>
[[nodiscard, gnu::cold]] ModelPointer make_model(const Sum<Parts>& f, bool hessian) {
  return detail::make_parts_model<SumModel>(f, hessian);
}
template <class Parts>
[[nodiscard, gnu::cold]] ModelPointer make_model(const Maximum<Parts>& f, bool hessian) {
  return detail::make_parts_model<MaximumModel>(f, hessian);
}

}  // namespace icnn::inline ICNN_ISA
