// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>
#include <type_traits>

#include "icnn/inference/entropy.hpp"
#include "icnn/inference/minorant.hpp"
#include "icnn/solvers/region.hpp"
#include "icnn/solvers/quadratic/multipliers.hpp"
#include "icnn/solvers/result.hpp"
#include "icnn/solvers/simple_term.hpp"

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

/// What slopes prove.
struct Proof {
  double lower_bound = -infinity;
  double error = 0;         ///< of rounding, which has been subtracted
  bool admissible = false;  ///< every slope is one that its activation has
};

/// The lower bound of f + phi over the set of \p term that a certificate of the right sizes proves, rounding included. Where
/// the set is unbounded f's strong convexity confines the minimizer: to a ball around the center on whose surface f exceeds
/// \p upper, an upper bound of f(y). Each attempt at that ball, one as a rule, costs another backward pass.
template <class F, class Term>
[[nodiscard]] Proof prove(const F& f, Minorant<F>& minorant, const Term& term, const Certificate& certificate, double upper,
                          Vector<double>& h, Vector<double>& g) {
  const Vector<double>& c = certificate.center;
  const double m = (1 - 16 * epsilon) * f.strong_convexity();
  term.extents(h);
  h *= 1 + 8 * epsilon;
  AffineMinorant below = minorant.at(f, certificate.slopes, c, h, g);
  if (!(below.value > -infinity)) return {};
  if (m > 0 && !h.allFinite()) {
    const double norm = g.stableNorm(), lacking = std::max(0.0, upper - below.value);
    double radius =
        2 * (norm / m + std::sqrt(lacking / m)) + 2 * (c - certificate.y).stableNorm() + 1e-6 * (1 + c.stableNorm());
    bool enough = false;
    for (int attempt = 0; attempt < 20 && !enough; ++attempt, radius *= 4) {
      term.extents(h);
      h = h.cwiseMin((c.cwiseAbs().array() + radius).matrix());
      below = minorant.at(f, certificate.slopes, c, h, g);
      enough = 0.5 * m * radius * radius > 1.001 * norm * radius + below.error + 1.001 * lacking;
    }
    if (!enough) h.setConstant(infinity);
  }
  const double model = term.minimum(g, c, m, h);
  const double bound = below.value + model - below.error - 8 * epsilon * (std::abs(below.value) + std::abs(model));
  return {bound > -infinity ? bound : -infinity, below.error, true};
}

/// visit(term), with the term whose minimum bounds f (the outermost entropy included) over the set.
template <class F, class Set, class Visit>
void with_term(const F& f, const Set& set, const Vector<double>& multipliers, Visit visit) {
  if constexpr (is_regularized<F>) {
    if (is_entropic(f)) return visit(entropy_term(f.terms(), set));
  }
  if constexpr (std::is_same_v<Set, Polyhedron>) {
    Multipliers<> dual(set);
    dual.assign(multipliers);
    visit(SetTerm<Multipliers<>>(dual));
  } else {
    const SetRegion<Set> view(set);
    const Region& any_set = view;  // one term for all sets
    visit(SetTerm<Region>(any_set));
  }
}

/// Makes what a search has left, adjoints at the proof of its best lower bound, into a certificate that verify() accepts.
template <class F, class Term>
void complete(const F& f, Minorant<F>& minorant, const Term& term, Vector<double>& h, Vector<double>& g, Result& result) {
  Certificate& certificate = result.certificate;
  certificate.y = result.y;
  certificate.value = result.value;
  minorant.make_slopes(f, certificate.slopes);
  const Proof proof = prove(f, minorant, term, certificate, result.value + result.value_error, h, g);
  certificate.lower_bound = proof.lower_bound - proof.error;  // where sums round otherwise, it is to hold as well
}

/// Whether a point is in the set, up to the rounding of a projection.
template <class Set>
[[nodiscard]] bool contains(const Set& set, const Vector<double>& y) {
  const double size = 1e-11 * (1 + y.cwiseAbs().maxCoeff());
  if constexpr (std::is_same_v<Set, Polyhedron>) {
    double longest = 1;  // of its rows
    for (Index i = 0; i < set.b().size(); ++i) longest = std::max(longest, set.A().row(i).stableNorm());
    for (Index i = 0; i < set.e().size(); ++i) longest = std::max(longest, set.E().row(i).stableNorm());
    return set.violation(y) <= 1000 * size * longest;  // an interior-point method found it; the value's error counts it
  } else {
    Vector<double> nearest = y, scratch(y.size());
    project(set, nearest, scratch);
    return (nearest - y).cwiseAbs().maxCoeff() <= size;
  }
}

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
  const Index n = f.inputs();
  if (set.dimension() != n) {
    fail({"verify", detail::text("a set in ", n, " dimensions, as many as the function has inputs"),
          detail::text(set.dimension())});
  }
  if constexpr (is_regularized<F>) {
    if (detail::is_entropic(f)) static_cast<void>(detail::entropy_term(f.terms(), set));  // throws where it is on another
  }
  Twin<F> twin(f);
  const auto& function = twin.refresh(f);
  using Function = typename Twin<F>::Function;
  Minorant<Function> minorant(function);
  Index multipliers = 0;
  if constexpr (std::is_same_v<Set, Polyhedron>) multipliers = set.b().size() + set.e().size();
  const auto fits = [](const Vector<double>& part, Index size) { return part.size() == size && part.allFinite(); };
  if (!fits(certificate.y, n) || !fits(certificate.center, n) || !fits(certificate.slopes, minorant.neurons()) ||
      !fits(certificate.multipliers, multipliers) || std::isnan(certificate.value) || std::isnan(certificate.lower_bound)) {
    return {.flaw = Flaw::incomplete};
  }
  if (!detail::contains(set, certificate.y)) return {.flaw = Flaw::outside};
  if constexpr (std::is_same_v<Set, Polyhedron>) {
    if ((certificate.multipliers.head(set.b().size()).array() < 0).any()) return {.flaw = Flaw::multiplier};
  }

  Verification result;
  const auto check = [&](const auto& term) {
    auto ws = detail::sample_workspace(function, false);
    Rounding<Function> rounding(function);
    Vector<double> h = Vector<double>::Zero(n), g = h;
    result.value = function.value(certificate.y, ws) + term.value(certificate.y);
    result.value_error = rounding.value_error(function, certificate.y, h) + term.value_error(certificate.y) +
                         4 * detail::epsilon * std::abs(result.value);
    const double noise = 2 * result.value_error;
    result.value_error += term.violation_cost(certificate.y);
    const double upper = result.value + result.value_error;
    const detail::Proof proof = detail::prove(function, minorant, term, certificate, upper, h, g);
    result.lower_bound = proof.lower_bound;
    if (!(std::abs(certificate.value - result.value) <= noise)) {
      result.flaw = Flaw::value;
    } else if (!proof.admissible) {
      result.flaw = Flaw::slope;
    } else if (!(proof.lower_bound >= certificate.lower_bound)) {
      result.flaw = Flaw::bound;
    }
  };
  detail::with_term(f, set, certificate.multipliers, check);
  return result;
}

}  // namespace icnn::inline ICNN_ISA
