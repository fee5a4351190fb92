// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/inference/choose_method.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

[[nodiscard]] inline Plan automatic_plan(Regularity regularity, Index n, SetKind set, bool entropic) {
  const Method gradient = entropic ? Method::mirror_gradient : Method::projected_gradient;
  const bool curved = is_curved(regularity), kinked = regularity.derivatives == 0;
  if (set == SetKind::other) return kinked ? Plan{Method::level, gradients_at_first} : Plan{gradient, 0};
  if (kinked) return {Method::bundle, 0};
  if (set == SetKind::flat && n > newton_at_all) return {gradient, 0};
  if (set == SetKind::polyhedron || set == SetKind::flat) return {curved ? Method::newton : Method::bundle, 0};
  if (!curved || (entropic && n > newton_at_all)) return {gradient, 0};
  if (n > newton_at_all) return {Method::truncated_newton, gradients_at_first};
  return {Method::newton, n <= (entropic ? mirror_newton_at_once : newton_at_once) ? 0 : n};
}

ICNN_INLINE Index patience(const Plan& plan, Index n, Method asked) {
  const bool others_follow = asked == Method::automatic && n <= newton_at_all;
  return others_follow ? plan.gradient_evaluations + patience_for_one_method : no_limit;
}

inline constexpr const char* simple_sets =
    "a box, simplex, the whole space, half-space, affine set, polyhedron or a product of these, for ";

}  // namespace detail

ICNN_INLINE Plan choose_method(Regularity regularity, Index n, SetKind set, bool entropic, Method asked) {
  const bool curved = detail::is_curved(regularity), polytope = set != SetKind::other;
  // Only a refusal puts its message together: nothing here may allocate.
  const auto require = [&](bool good, const char* expected, const char* got, const char* hint) {
    if (!good) fail({"argmin", expected + std::string(to_string(asked)), got, hint});
  };
  switch (asked) {
    case Method::automatic: return detail::automatic_plan(regularity, n, set, entropic);
    case Method::newton: {
      require(curved, "a smooth function that is not affine, for ", "a kinked or piecewise linear one",
              "Method::automatic takes what fits");
      require(polytope, detail::simple_sets, "another set",
              "Method::projected_gradient takes whatever can be projected onto");
      break;
    }
    case Method::truncated_newton: {
      require(curved && !entropic && set == SetKind::simple,
              "a smooth function that is not affine, without an entropy, on a box, simplex, the whole space or a product of "
              "these, for ",
              "another function or set", "Method::automatic takes what fits");
      break;
    }
    case Method::folding:
    case Method::bundle: {
      require(polytope, detail::simple_sets, "another set",
              "Method::level and Method::projected_gradient take whatever can be projected onto");
      break;
    }
    case Method::level:
    case Method::cutting_plane:
    case Method::projected_gradient: {
      require(!entropic, "Method::mirror_gradient, newton or bundle (or automatic) beside an entropy, not ", "an entropy",
              "its gradient is infinite on the boundary");
      break;
    }
    case Method::mirror_gradient: {
      require(entropic, "an entropy as the outermost regularizer, for ", "none", "regularized(f, {.entropy = tau})");
      break;
    }
  }
  return {asked, 0};
}

}  // namespace icnn::inline ICNN_ISA
