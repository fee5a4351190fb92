// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <type_traits>

#include "icnn/activations/properties.hpp"
#include "icnn/inference/entropy.hpp"
#include "icnn/sets/to_polyhedron.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"
#include "icnn/solvers/settings.hpp"

namespace icnn::inline ICNN_ISA {

/// A method, and how many evaluations it spends on gradient steps before it asks for Hessians.
struct Plan {
  Method method = Method::projected_gradient;
  Index gradient_evaluations = 0;

  friend bool operator==(const Plan&, const Plan&) = default;
};

/// What the choice of a method depends on in a set.
enum class SetKind {
  simple,      ///< a box, simplex, the whole space, or a product of these
  flat,        ///< a half-space, affine set, or a product with these: a polyhedron that can be projected onto
  polyhedron,  ///< any other, or a product with one
  other,       ///< that can be projected onto
};

template <class Set>
inline constexpr SetKind kind_of = detail::is_polytope<Set> ? SetKind::simple
                                   : !PolyhedralSet<Set>    ? SetKind::other
                                   : ProjectableSet<Set>    ? SetKind::flat
                                                            : SetKind::polyhedron;

namespace detail {

/// Whether a plan is carried out on the rows of a set, instead of on its projection.
[[nodiscard]] constexpr bool uses_rows(SetKind set, const Plan& plan) {
  const bool projects = plan.method == Method::projected_gradient || plan.method == Method::mirror_gradient;
  return set == SetKind::polyhedron || (set == SetKind::flat && !projects);
}

/// Near its minimum a function is what its derivatives say: Newton needs no gradient steps first, nor conjugate gradients
/// where it is affordable.
void begin_near(Plan& plan, Index n, Method asked);

/// How many evaluations a method has before others may follow: all, where it was asked for by name or nothing follows.
[[nodiscard]] Index patience(const Plan& plan, Index n, Method asked);

// A Hessian costs about n / 10 evaluations, a gradient method three times as many evaluations as Newton's.
inline constexpr Index newton_at_once = 32;         ///< variables
inline constexpr Index mirror_newton_at_once = 12;  ///< the gradient method of entropic problems needs fewer
inline constexpr Index newton_at_all = 400;         ///< with cuts, rows or an entropy: beyond, n^3 outweighs what it saves
inline constexpr Index hessians_at_all = 1000;      ///< on simple sets, where conjugate gradients take too long
inline constexpr Index patience_for_one_method = 250;
inline constexpr Index gradients_at_first = 60;  ///< of what then is taken to be hard: kinked, or ill-conditioned

template <class F>
[[nodiscard, gnu::cold]] bool may_use_newton(const F& f) {
  return is_curved(f.regularity()) && f.inputs() <= (is_entropic(f) ? newton_at_all : hessians_at_all);
}

template <class F>
[[nodiscard, gnu::cold]] bool may_use_truncated_newton(const F& f) {
  return is_curved(f.regularity()) && f.inputs() > newton_at_once && !is_entropic(f);
}

/// Whether a bundle method may be chosen.
template <class F>
[[nodiscard, gnu::cold]] bool may_use_bundle(const F& f) {
  return f.regularity().derivatives == 0;
}

}  // namespace detail

/// The method for a function of that regularity in n variables on a set of that kind:
///
/// - smooth, on a box, simplex, the whole space or a product of these: Newton up to n = 32, beyond a gradient method for
///   20 + n / 16 evaluations (60 at most), then truncated Newton and, up to n = 1000, Newton where that takes too many
///   products with the Hessian; with an entropy Newton up to n = 12, up to 400 the gradient method for n evaluations, then
///   Newton, beyond the gradient method alone; on a polyhedron always Newton, on half-spaces, affine sets and products with
///   these up to 400;
/// - kinked, on such a set: the bundle method, that is neuron_folding() where every neuron has two linear pieces (argmin
///   asks the function), else proximal_bundle() or, with an entropy, entropy_bundle(); affine on a polyhedron, too;
/// - kinked, on any other set: a gradient method for 60 evaluations, then level_bundle();
/// - affine, or smooth on any other set: the gradient method.
///
/// Up to 400 variables a method that is stuck, or has had 250 evaluations, hands over its point and bound to a bundle
/// method, and that on bounded sets to level_bundle(); on wide sets Localizer comes first.
///
/// The gradient method is projected_gradient(), or with an entropy mirror_gradient(). A method that is asked for by name is
/// taken as it is. Throws Error where it does not fit.
[[nodiscard]] Plan choose_method(Regularity regularity, Index n, SetKind set, bool entropic,
                                 Method asked = Method::automatic);

}  // namespace icnn::inline ICNN_ISA

#if !defined(ICNN_COMPILED)
#include "icnn/inference/choose_method_impl.hpp"
#endif
