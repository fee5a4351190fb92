// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <type_traits>

#include "icnn/inference/network_model.hpp"
#include "icnn/networks/ficnn_view.hpp"
#include "icnn/solvers/newton/box_newton.hpp"

namespace icnn::inline ICNN_ISA {

/// What argmin finds for a view: a Result whose point has its size in the type, and no certificate.
template <int N>
struct [[nodiscard]] ResultOf : Outcome {
  Vector<double, N> y = Vector<double, N>::Zero();  ///< the best point found, or with Settings::warm_start where to begin
};

/// All memory of argmin for a view: one object, of a size that is known at compile time. One per thread.
template <class View>
class ViewArgminWorkspace {
  static_assert(std::is_same_v<typename View::Scalar, double>,
                "argmin works in double: name FicnnOf<double, ...> for the view; numbers of a float are exact in it");
  static_assert(View::Layers::OutputRank != Dynamic,
                "the rank of L is in the type for argmin of a view: Inputs<n, r, rank>");

 public:
  explicit ViewArgminWorkspace(const View& f)
      : key_(f.shape_key()), model_(f.chain(), f.output_term(), f.parameters().data(), true) {}

  /// For values and derivatives of the view, between solves.
  [[nodiscard]] auto& evaluation() noexcept { return model_.workspace(); }

 private:
  template <class Network, int N>
  requires(N != Dynamic) friend void argmin(const FicnnView<Network>&, const BoxOf<N>&, const Settings&,
                                            ViewArgminWorkspace<FicnnView<Network>>&, ResultOf<N>&);

  ShapeKey key_;
  NetworkModel<typename View::Layers> model_;
  BoxNewtonWorkspace<View::Inputs> newton_{};
};

/// The global minimum of a smooth network over a box, with the proof of it, as argmin() has it for any function and set:
/// result.lower_bound <= f everywhere in the box, whatever the status. By projected Newton, without the heap. Begins at the
/// box's center or, with warm_start, at result.y.
///
/// Throws Error on misuse, before anything is written: a network that is kinked or affine, another method than Newton's,
/// settings that ask for vectors (a start, a certificate, multipliers).
template <class Network, int N>
requires(N != Dynamic) void argmin(const FicnnView<Network>& f, const BoxOf<N>& box, const Settings& settings,
                                   ViewArgminWorkspace<FicnnView<Network>>& ws, ResultOf<N>& result) {
  static_assert(N == FicnnView<Network>::Inputs, "the box has another dimension than the network has inputs");
  if (f.shape_key() != ws.key_)
    fail({"argmin", "a workspace made for this function", "one for a function of another shape"});
  settings.validate();
  if (!detail::is_curved(f.regularity())) {
    fail({"argmin", "a smooth network, for a view", "a kinked or affine one", "of a FicnnOf, argmin minimizes it"});
  }
  if (settings.method != Method::automatic && settings.method != Method::newton) {
    fail({"argmin", "Method::newton (or automatic) for a view", to_string(settings.method)});
  }
  if (settings.start.size() > 0 || settings.certificate || settings.multipliers) {
    fail({"argmin", "neither start, certificate nor multipliers for a view", "one of them",
          "with warm_start it begins at result.y"});
  }
  ws.model_.refer_to(f.chain(), f.output_term(), f.parameters().data());
  if (settings.warm_start) {
    if (!vec::all_finite(result.y)) fail({"argmin", "a finite result.y to begin at", "NaN or infinity"});
    box.project(result.y);
  } else {
    box.center(result.y);
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
