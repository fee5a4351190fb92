// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/activations/properties.hpp"
#include "icnn/inference/entropy.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"
#include "icnn/solvers/settings.hpp"

namespace icnn::inline ICNN_ISA {

/// A method, and how many evaluations it spends on gradient steps before it asks for Hessians.
struct Plan {
  Method method = Method::projected_gradient;
  Index gradient_evaluations = 0;

  friend bool operator==(const Plan&, const Plan&) = default;
};

namespace detail {

// A Hessian costs about n / 10 evaluations, a gradient method three times as many evaluations as Newton's.
inline constexpr Index newton_at_once = 32;            ///< variables
inline constexpr Index mirror_newton_at_once = 12;     ///< the gradient method of entropic problems needs fewer
inline constexpr Index newton_at_all = 400;            ///< beyond, n^3 outweighs what it saves
inline constexpr Index gradients_at_first = 60;        ///< of what then is taken to be hard: kinked, or ill-conditioned

/// Newton's method needs a derivative that changes, and changes continuously (but for kinks of itself).
[[nodiscard]] constexpr bool is_curved(Regularity regularity) {
  return regularity.derivatives >= 1 && !regularity.piecewise_linear;
}

template <class F>
[[nodiscard]] bool may_use_newton(const F& f) {
  return is_curved(f.regularity()) && f.inputs() <= newton_at_all;
}

template <class F>
[[nodiscard]] bool may_use_truncated_newton(const F& f) {
  return is_curved(f.regularity()) && f.inputs() > newton_at_all && !is_entropic(f);
}

/// Whether a bundle method may be chosen.
template <class F>
[[nodiscard]] bool may_use_bundle(const F& f) {
  return f.regularity().derivatives == 0;
}

}  // namespace detail

/// The method for a function of that regularity in n variables on a set of type Set:
///
/// - smooth, on a box, simplex, the whole space or a product of these: Newton up to n = 32 (with an entropy 12); up to 400 a
///   gradient method for n evaluations, then Newton; beyond, the gradient method for 60 evaluations, then truncated Newton
///   (with an entropy the gradient method alone); on a polyhedron always Newton;
/// - kinked, on such a set: the bundle method, that is proximal_bundle() or, with an entropy, entropy_bundle(); affine on a
///   polyhedron, too;
/// - kinked, on any other set: a gradient method for 60 evaluations, then level_bundle();
/// - affine, or smooth on any other set: the gradient method.
///
/// The gradient method is projected_gradient(), or with an entropy mirror_gradient(). A method that is asked for by name is
/// taken as it is. Throws Error where it does not fit.
template <class Set>
[[nodiscard]] Plan choose_method(Regularity regularity, Index n, bool entropic, Method asked = Method::automatic) {
  constexpr bool polytope = detail::is_polytope<Set>, polyhedron = std::is_same_v<Set, Polyhedron>;
  const Method gradient = entropic ? Method::mirror_gradient : Method::projected_gradient;
  const bool curved = detail::is_curved(regularity);
  switch (asked) {
    case Method::automatic: {
      if (!polytope && regularity.derivatives == 0) return {Method::level, detail::gradients_at_first};
      if (regularity.derivatives == 0 || (polyhedron && !curved)) return {Method::bundle, 0};
      if (polyhedron) return {Method::newton, 0};
      if (!curved || !polytope || (entropic && n > detail::newton_at_all)) return {gradient, 0};
      if (n > detail::newton_at_all) return {Method::truncated_newton, detail::gradients_at_first};
      return {Method::newton, n <= (entropic ? detail::mirror_newton_at_once : detail::newton_at_once) ? 0 : n};
    }
    case Method::newton: {
      if (!curved) {
        fail({"argmin", "a smooth function that is not affine, for Method::newton", "a kinked or piecewise linear one",
              "Method::automatic takes what fits"});
      }
      if (!polytope) {
        fail({"argmin", "a box, simplex, the whole space, a product of these or a polyhedron, for Method::newton",
              "another set", "Method::projected_gradient takes whatever can be projected onto"});
      }
      return {Method::newton, 0};
    }
    case Method::truncated_newton: {
      if (!curved || entropic || !polytope || polyhedron) {
        fail({"argmin",
              "a smooth function that is not affine, without an entropy, on a box, simplex, the whole space or a product of "
              "these, for Method::truncated_newton",
              "another function or set", "Method::automatic takes what fits"});
      }
      return {asked, 0};
    }
    case Method::bundle: {
      if (!polytope) {
        fail({"argmin", "a box, simplex, the whole space, a product of these or a polyhedron, for Method::bundle",
              "another set", "Method::level and Method::projected_gradient take whatever can be projected onto"});
      }
      return {Method::bundle, 0};
    }
    case Method::level:
    case Method::cutting_plane:
    case Method::projected_gradient: {
      if (entropic) {
        fail({"argmin", "Method::mirror_gradient, Newton or Bundle (or Automatic) beside an entropy",
              detail::text(to_string(asked)), "the entropy's gradient is infinite on the boundary"});
      }
      return {asked, 0};
    }
    case Method::mirror_gradient: {
      if (!entropic) {
        fail({"argmin", "an entropy as the outermost regularizer, for Method::mirror_gradient", "none",
              "regularized(f, {.entropy = tau})"});
      }
      return {asked, 0};
    }
  }
  return {gradient, 0};
}

}  // namespace icnn::inline ICNN_ISA
