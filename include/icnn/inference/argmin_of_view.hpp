// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

#include "icnn/activations/softened.hpp"
#include "icnn/inference/network_model.hpp"
#include "icnn/networks/ficnn_view.hpp"
#include "icnn/solvers/newton/softened_newton.hpp"

namespace icnn::inline ICNN_ISA {

/// What argmin finds for a view: a Result whose point has its size in the type, and no certificate.
template <int N>
struct [[nodiscard]] ResultOf : ArgminOutcome {
  Vector<double, N> y = Vector<double, N>::Zero();  ///< the best point found, or with Settings::warm_start where to begin
};

namespace detail {

/// The same layers with softened activations.
template <class Chain>
struct SoftenedChain;
template <class S, class In, class... Specs>
struct SoftenedChain<StaticFicnnChain<S, In, Specs...>> {
  using type = StaticFicnnChain<S, In, Dense<Specs::width, Softened<typename Specs::Activation>>...>;
  static constexpr int neurons = (Specs::width + ...);
  /// Whether an activation may have a kink: two pieces.
  static constexpr bool may_be_kinked =
      ((HasPieces<typename Specs::Activation> && !std::is_same_v<typename Specs::Activation, Identity>) || ...);
};

/// What a kinked view needs beside its own model: that of its softened function, and scratch.
template <class View, bool needed = SoftenedChain<typename View::ChainType>::may_be_kinked>
class SofteningRoom {
  using Chain = SoftenedChain<typename View::ChainType>;
  using Layers = typename Chain::type::Layers;

 public:
  explicit SofteningRoom(const View& f)
      : layers_(softened(f, &width_)), model_(layers_, f.output_term(), f.parameters().data(), true) {}

  template <int N>
  void minimize(const View& f, ConvexModel& model, const BoxOf<N>& box, const Settings& settings, ResultOf<N>& result) {
    layers_ = softened(f, &width_);  // activations may have other parameters
    model_.refer_to(layers_, f.output_term(), f.parameters().data());
    softened_newton(model, model_, width_, box, settings, scratch_, result.y, result);
  }

 private:
  [[nodiscard]] static Layers softened(const View& f, const double* width) {
    FicnnOptions options{.passthrough = false, .output = f.output_term().shape()};
    typename Chain::type::Choice activations;
    f.chain().for_each([&](auto i, const auto& layer) {
      using A = std::remove_cvref_t<decltype(layer.activation())>;
      std::get<static_cast<std::size_t>(i())>(activations) = Softened<A>(layer.activation(), width);
      if (i() > 0) options.passthrough = layer.has_passthrough();
      options.bias = layer.has_bias();
    });
    Layout layout = Layout::of_sizes();
    return Chain::type::build_layers(layout, options, activations);
  }

  double width_ = 1;
  Layers layers_;
  NetworkModel<Layers> model_;
  SoftenedNewtonWorkspace<View::Inputs, Chain::neurons> scratch_{};
};
template <class View>
class SofteningRoom<View, false> {
 public:
  explicit SofteningRoom(const View&) noexcept {}
};

/// Whether every activation is smooth, or says where it bends.
template <class View>
[[nodiscard]] bool kinks_are_known(const View& f) {
  bool known = true;
  f.chain().for_each([&](auto, const auto& layer) {
    const auto& activation = layer.activation();
    known = known && (regularity_of(activation).derivatives > 0 || pieces_of(activation).count == 2);
  });
  return known;
}

}  // namespace detail

/// All memory of argmin for a view: one object, of a size that is known at compile time. One per thread.
template <class View>
class ViewArgminWorkspace {
  static_assert(std::is_same_v<typename View::Scalar, double>,
                "argmin works in double: name FicnnOf<double, ...> for the view; numbers of a float are exact in it");
  static_assert(View::Layers::OutputRank != Dynamic,
                "the rank of L is in the type for argmin of a view: Inputs<n, r, rank>");
  static constexpr bool may_be_kinked = detail::SoftenedChain<typename View::ChainType>::may_be_kinked;

 public:
  explicit ViewArgminWorkspace(const View& f)
      : key_(f.shape_key()), model_(f.chain(), f.output_term(), f.parameters().data(), true), softening_(f) {
    if constexpr (may_be_kinked) model_.make_room_to_fold(0);  // it leaves arguments
  }

  /// For values and derivatives of the view, between solves.
  [[nodiscard]] auto& evaluation() noexcept { return model_.workspace(); }

 private:
  template <class Network, int N>
  requires(N != Dynamic) friend void argmin(const FicnnView<Network>&, const BoxOf<N>&, const Settings&,
                                            ViewArgminWorkspace<FicnnView<Network>>&, ResultOf<N>&);

  ShapeKey key_;
  NetworkModel<typename View::Layers> model_;
  BoxNewtonWorkspace<View::Inputs> newton_{};
  [[no_unique_address]] detail::SofteningRoom<View> softening_;
};

/// The global minimum of a network over a box, with the proof of it, as argmin() has it for any function and set:
/// result.lower_bound <= f everywhere in the box, whatever the status. Without the heap: by projected_newton() for a network
/// whose derivative is continuous, by softened_newton() for one of kinked activations that have two linear pieces. Begins at
/// the box's center or, with warm_start, at result.y.
///
/// Throws Error on misuse, before anything is written: kinked activations that do not say where they bend, another method
/// than Newton's, settings that ask for vectors (a start, a certificate, multipliers).
template <class Network, int N>
requires(N != Dynamic) void argmin(const FicnnView<Network>& f, const BoxOf<N>& box, const Settings& settings,
                                   ViewArgminWorkspace<FicnnView<Network>>& ws, ResultOf<N>& result) {
  using View = FicnnView<Network>;
  static_assert(N == View::Inputs, "the box has another dimension than the network has inputs");
  if (f.shape_key() != ws.key_)
    fail({"argmin", "a workspace made for this function", "one for a function of another shape"});
  settings.validate();
  const bool kinked = f.regularity().derivatives == 0;
  if (kinked && !detail::kinks_are_known(f)) {
    fail({"argmin", "activations that are smooth, or have pieces(), for a view", "another one",
          "the network of the view can be minimized, on the heap"});
  }
  if (settings.method != Method::automatic && settings.method != Method::newton) {
    fail({"argmin", "Method::newton (or automatic) for a view", to_string(settings.method)});
  }
  if (settings.start.size() > 0 || settings.certificate || settings.multipliers) {
    fail({"argmin", "neither start, certificate nor multipliers for a view", "one of them",
          "with warm_start it begins at result.y"});
  }
  if (settings.warm_start && !vec::all_finite(result.y)) {
    fail({"argmin", "a finite result.y to begin at", "NaN or infinity"});
  }
  ws.model_.refer_to(f.chain(), f.output_term(), f.parameters().data());
  if (settings.warm_start) {
    box.project(result.y);
  } else {
    box.center(result.y);
  }
  if constexpr (ViewArgminWorkspace<View>::may_be_kinked) {
    if (kinked) return ws.softening_.minimize(f, ws.model_, box, settings, result);
  }
  projected_newton(ws.model_, box, settings, ws.newton_, result.y, result);
}

/// The same with scratch and result of its own, on the stack.
template <class View, int N>
requires(N != Dynamic &&
         detail::is_ficnn_view<std::remove_cvref_t<View>>) ResultOf<N> argmin(View&& f, const BoxOf<N>& box,
                                                                              const Settings& settings = {}) {
  ViewArgminWorkspace<std::remove_cvref_t<View>> ws(f);
  ResultOf<N> result;
  argmin(f, box, settings, ws, result);
  return result;
}

}  // namespace icnn::inline ICNN_ISA
