// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/inference/minimize_impl.hpp"
#include "icnn/inference/verify.hpp"
#include "icnn/solvers/slope_bound.hpp"

namespace icnn::inline ICNN_ISA::detail {

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
