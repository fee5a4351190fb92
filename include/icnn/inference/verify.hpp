// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <string_view>

#include "icnn/inference/minimize.hpp"
#include "icnn/inference/model.hpp"

namespace icnn::inline ICNN_ISA {

/// What is wrong with a certificate.
enum class Flaw {
  none,
  incomplete,  ///< a part is missing, of another size than function and set have, or not finite
  outside,     ///< y is not in the set
  value,       ///< f(y) is not what it says
  slope,       ///< a slope is none that its activation has
  multiplier,  ///< one of a row is negative
  bound,       ///< what it proves is less than its lower bound
};

[[nodiscard]] constexpr std::string_view to_string(Flaw flaw) noexcept {
  switch (flaw) {
    case Flaw::none: return "none";
    case Flaw::incomplete: return "a part is missing, of another size or not finite";
    case Flaw::outside: return "y is outside of the set";
    case Flaw::value: return "f(y) is another value";
    case Flaw::slope: return "a slope is none that its activation has";
    case Flaw::multiplier: return "a multiplier of an inequality is negative";
    case Flaw::bound: return "the slopes prove less than the lower bound";
  }
  return "unknown";
}

/// What verify() found: min f over the set lies in [lower_bound, value + value_error], with all three computed anew.
struct Verification {
  Flaw flaw = Flaw::none;
  double value = infinity;
  double value_error = infinity;
  double lower_bound = -infinity;

  [[nodiscard]] bool holds() const noexcept { return flaw == Flaw::none; }
  [[nodiscard]] double gap() const noexcept { return std::max(0.0, value + value_error - lower_bound); }
};

namespace detail {

/// Makes what a search has left, adjoints at the proof of its best lower bound, into a certificate that verify() accepts;
/// none where there is none. With an entropy its term is bounded beside f.
void finish_certificate(ConvexModel& model, Region& set, const EntropyTerm* entropy, MethodWorkspace& ws, Result& result);

/// verify() of a model.
[[nodiscard]] Verification verify(ConvexModel& model, Region& set, const EntropyTerm* entropy,
                                  const Certificate& certificate);

}  // namespace detail

/// Checks a certificate of argmin's (see Settings::certificate) without solving anything: one forward pass for f(y), one
/// backward pass for the affine function that its slopes make, whose minimum over the set has a closed form, rounding
/// included. It trusts nothing but the function, the set and these two passes; where the certificate comes from, and how it
/// was found, does not matter.
///
/// f, set: those of the problem, as argmin takes them. On a polyhedron that y may leave by rounding, value_error counts what
/// that is worth. Throws Error where set and function do not fit each other; whatever is wrong with the certificate is the
/// answer's flaw. Allocates.
template <ConvexFunctionOfY F, class Set>
[[nodiscard]] Verification verify(const F& f, const Set& set, const Certificate& certificate) {
  if (set.dimension() != f.inputs()) {
    fail({"verify", detail::text("a set in ", f.inputs(), " dimensions, as many as the function has inputs"),
          detail::text(set.dimension())});
  }
  detail::refuse_inner_entropy("verify", f);
  const detail::OutermostEntropy<F> entropy(f, set);
  const ModelPointer model = make_model(f, false);
  const bool rows = kind_of<Set> == SetKind::polyhedron || certificate.multipliers.size() > 0;
  detail::RegionOf<Set> region(set, rows);
  return detail::verify(*model, region.get(), entropy.term(), certificate);
}

/// The same where verify is a macro, as in Unreal.
template <ConvexFunctionOfY F, class Set>
[[nodiscard]] Verification verify_certificate(const F& f, const Set& set, const Certificate& certificate) {
  return verify(f, set, certificate);
}

}  // namespace icnn::inline ICNN_ISA

#if !defined(ICNN_COMPILED)
#include "icnn/inference/verify_impl.hpp"
#endif
