// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>

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
  if (n <= (entropic ? mirror_newton_at_once : newton_at_once)) return {Method::newton, 0};
  if (entropic) return {Method::newton, n};
  return {Method::truncated_newton, std::min(gradients_at_first, 20 + n / 16)};
}

ICNN_INLINE void begin_near(Plan& plan, Index n, Method asked) {
  if (plan.method != Method::newton && plan.method != Method::truncated_newton) return;
  plan.gradient_evaluations = 0;
  if (asked == Method::automatic && n <= newton_at_all) plan.method = Method::newton;
}

ICNN_INLINE Index patience(const Plan& plan, Index n, Method asked) {
  const bool others_follow = asked == Method::automatic && n <= newton_at_all;
  return others_follow ? plan.gradient_evaluations + patience_for_one_method : no_limit;
}

/// Throws Error where a method does not fit; apart, for hardly anybody names one.
[[gnu::cold, gnu::noinline]] inline void require_fit(Regularity regularity, SetKind set, bool entropic, Method asked) {
  using Sets = MethodNeeds::Sets;
  using Entropy = MethodNeeds::Entropy;
  const MethodNeeds needs = needs_of(asked);
  // Only a refusal puts its message together: nothing here may allocate.
  const auto require = [&](bool good, const char* expected, const char* got, const char* hint) {
    if (!good) fail({"argmin", text(expected, ", for ", needs.name), got, hint});
  };
  require(!needs.curved || is_curved(regularity), "a smooth function that is not affine", "a kinked or piecewise linear one",
          "Method::automatic takes what fits");
  require(needs.sets != Sets::simple || set == SetKind::simple, "a box, simplex, the whole space or a product of these",
          "another set", "Method::automatic takes what fits");
  require(needs.sets != Sets::polyhedra || set != SetKind::other,
          "a box, simplex, the whole space, half-space, affine set, polyhedron or a product of these", "another set",
          "Method::projected_gradient and level take whatever can be projected onto");
  require(needs.entropy != Entropy::none || !entropic, "a function without an entropy", "one with an entropy",
          "Method::mirror_gradient, newton, bundle and folding are for it: its gradient is infinite on the boundary");
  require(needs.entropy != Entropy::needed || entropic, "an entropy as the outermost regularizer", "none",
          "regularized(f, {.entropy = tau})");
}

}  // namespace detail

ICNN_INLINE Plan choose_method(Regularity regularity, Index n, SetKind set, bool entropic, Method asked) {
  if (asked == Method::automatic) return detail::automatic_plan(regularity, n, set, entropic);
  detail::require_fit(regularity, set, entropic, asked);
  return {asked, 0};
}

}  // namespace icnn::inline ICNN_ISA
