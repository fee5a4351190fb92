// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/inference/minimize_impl.hpp"
#include "icnn/inference/verify.hpp"
#include "icnn/solvers/slope_bound.hpp"

namespace icnn::inline ICNN_ISA::detail {

/// What slopes prove.
struct Proof {
  double lower_bound = -infinity;
  double error = 0;         ///< of rounding, which has been subtracted
  bool admissible = false;  ///< every slope is one that its activation has
};

/// The lower bound of f + phi over the set of \p term that a certificate of the right sizes proves, rounding included. Where
/// the set is wide or unbounded f's strong convexity confines the minimizer: to a ball around the center on whose surface f
/// exceeds \p upper, an upper bound of f(y). Each attempt at that ball, one as a rule, costs another backward pass.
[[nodiscard, gnu::cold]] inline Proof prove(ConvexModel& model, const SimpleTerm& term, const Certificate& certificate,
                                            double upper, VectorView h, VectorView g) {
  const Vector<double>& c = certificate.center;
  const double m = model.strong_convexity();
  const auto take_extents = [&] {
    term.extents(h);
    vec::scale_to(1 + 8 * epsilon, h, h);
  };
  take_extents();
  AffineMinorant below = model.minorant(certificate.slopes, c, h, g);
  if (!(below.value > -infinity)) return {};
  if (m > 0 && is_wide(h) && term.is_indicator()) {
    const double lacking = std::max(0.0, upper - below.value), inside = 1.01 * vec::distance(c, certificate.y);
    const double first = 2 * (vec::norm(g) / m + std::sqrt(lacking / m) + inside) + 1e-6 * (1 + vec::norm(c));
    // On the surface m |v - c|^2 / 4 > upper - m(c) + error - (g'(v - c) + m |v - c|^2 / 4), and y is inside.
    const auto needed = [&](double radius) {
      take_extents();
      for (Index j = 0; j < h.size(); ++j) h(j) = std::min(h(j), std::abs(c(j)) + radius);
      below = model.minorant(certificate.slopes, c, h, g);
      const double fall = -term.lower_bound_of_linear(g, c, 0.5 * m, h);
      const double rest = 1.001 * (std::max(0.0, upper - below.value) + below.error) + fall;
      return std::max(inside, 2.01 * std::sqrt(std::max(0.0, rest) / m));
    };
    if (!(certain_radius(first, needed) < infinity)) {
      take_extents();
      below = model.minorant(certificate.slopes, c, h, g);
    }
  }
  return {bound_of_minorant(below, term, g, c, m, h), below.error, true};
}

/// visit(term), with the term whose minimum bounds f over the set.
template <class Visit>
void with_term(Region& set, const EntropyTerm* entropy, Visit visit) {
  if (entropy) {
    visit(static_cast<const SimpleTerm&>(*entropy));
  } else {
    visit(static_cast<const SimpleTerm&>(SetTerm(set)));
  }
}

[[gnu::cold]] ICNN_INLINE void finish_certificate(ConvexModel& model, Region& set, const EntropyTerm* entropy,
                                                  MethodWorkspace& ws, Result& result) {
  Certificate& certificate = result.certificate;
  if (certificate.empty()) return;
  certificate.y = result.y;
  certificate.value = result.value;
  model.make_slopes(certificate.slopes);
  if (certificate.multipliers.size() > 0) static_cast<void>(set.assign_multipliers(certificate.multipliers));
  with_term(set, entropy, [&](const SimpleTerm& term) {
    GradientWorkspace& scratch = ws.rooms().gradient;
    const double upper = result.value + result.value_error;
    const Proof proof = prove(model, term, certificate, upper, scratch.region, scratch.g);
    certificate.lower_bound = proof.lower_bound - proof.error;  // where sums round otherwise, it is to hold as well
  });
}

[[gnu::cold]] ICNN_INLINE Verification verify(ConvexModel& model, Region& set, const EntropyTerm* entropy,
                                              const Certificate& certificate) {
  const Index n = model.inputs();
  const auto fits = [](const Vector<double>& part, Index size) { return part.size() == size && vec::all_finite(part); };
  if (!fits(certificate.y, n) || !fits(certificate.center, n) || !fits(certificate.slopes, model.neurons()) ||
      !fits(certificate.multipliers, set.multiplier_count()) || std::isnan(certificate.value) ||
      std::isnan(certificate.lower_bound)) {
    return {.flaw = Flaw::incomplete};
  }
  if (!set.contains(certificate.y)) return {.flaw = Flaw::outside};
  if (!set.assign_multipliers(certificate.multipliers)) return {.flaw = Flaw::multiplier};

  Verification result;
  Vector<double> h(n), g(n);
  with_term(set, entropy, [&](const SimpleTerm& term) {
    result.value = model.value(kernels::Order::value, certificate.y) + term.value(certificate.y);
    result.value_error =
        model.value_error(certificate.y) + term.value_error(certificate.y) + 4 * epsilon * std::abs(result.value);
    const double noise = 2 * result.value_error;
    result.value_error += term.violation_cost(certificate.y);
    const Proof proof = prove(model, term, certificate, result.value + result.value_error, h, g);
    result.lower_bound = proof.lower_bound;
    if (!(std::abs(certificate.value - result.value) <= noise)) {
      result.flaw = Flaw::value;
    } else if (!proof.admissible) {
      result.flaw = Flaw::slope;
    } else if (!(proof.lower_bound >= certificate.lower_bound)) {
      result.flaw = Flaw::bound;
    }
  });
  return result;
}

}  // namespace icnn::inline ICNN_ISA::detail
