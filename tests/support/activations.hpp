// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <icnn/activations/properties.hpp>

#include "tests/support/finite_differences.hpp"
#include "tests/support/networks.hpp"

/// The property suite of activations: derivatives by differences, declared properties by sampling, limits.
namespace icnn::test {

/// The first chord or slope that contradicts what the activation declares; none: true. Also the suite's negative control.
template <class A>
bool declared_properties_hold(const A& g, Random& random) {
  for (int trial = 0; trial < 20000; ++trial) {
    const double spread = std::pow(10.0, random.uniform(-8, 3));
    const double a = random.uniform(-spread, spread), b = random.uniform(-spread, spread), t = random.uniform();
    const double middle = t * a + (1 - t) * b;
    const double fa = g.jet(a).value, fb = g.jet(b).value, fm = g.jet(middle).value;
    const double slack =
        8 * std::numeric_limits<double>::epsilon() *
        (std::abs(fa) + std::abs(fb) + std::abs(a) + std::abs(b) + std::abs(g.jet(middle).first * middle) + 1e-300);
    if (is_convex<A>()) {
      if (fm > t * fa + (1 - t) * fb + slack) return false;
      if (fb < fa + g.jet(a).first * (b - a) - slack - slack * std::abs(g.jet(a).first)) return false;
      if (g.jet(a).second < 0) return false;
    }
    if (is_non_decreasing<A>()) {
      if ((a - b) * (fa - fb) < 0 && std::abs(fa - fb) > slack) return false;
      if (g.jet(a).first < 0) return false;
    }
  }
  return true;
}

/// Whether g(s) >= t s - g*(t) for all s and t, with equality where t is the slope at s, and g* infinite beyond all slopes.
template <class A>
bool conjugate_holds(const A& g, Random& random) {
  const auto sample = [&] { return random.normal() * std::pow(10.0, random.uniform(-6, 3)); };
  const double least = g.jet(-1e300).first, most = g.jet(1e300).first;
  for (int trial = 0; trial < 20000; ++trial) {
    const double s = sample(), touching = g.jet(s).first;
    const double conjugate = conjugate_of(g, touching);
    const Real there = g.jet(Real(s)).value, size = std::abs(there) + std::abs(Real(s)) * (1 + std::abs(touching)) + 10;
    if (!(std::abs(Real(s) * touching - there - conjugate) <= 1e-13 * size)) return false;
    for (const double t : {touching, std::clamp(touching + sample(), least, most), random.uniform()}) {
      const double at = random.uniform() < 0.5 ? s : sample();
      if (t < least || t > most) continue;
      const Real product = Real(t) * at, value = g.jet(Real(at)).value;
      const Real slack = 4 * std::numeric_limits<Real>::epsilon() * (std::abs(product) + std::abs(value));
      if (Real(conjugate_of(g, t)) < product - value - slack) return false;
    }
  }
  const double eps = std::numeric_limits<double>::epsilon(), nan = std::numeric_limits<double>::quiet_NaN();
  if (std::isfinite(most / 1e10) && conjugate_of(g, most + 4 * eps) != infinity) return false;
  if (std::isfinite(least / 1e10) && conjugate_of(g, least - 4 * eps) != infinity) return false;
  return !(conjugate_of(g, nan) < infinity);
}

/// Whether the conjugate is finite at the ends of the slope range and infinite outside of it.
template <class A>
bool conjugate_ends_with_slopes(const A& g) {
  const SlopeRange range = slope_range_of(g);
  for (const double beyond : {1e-300, 1e-15, 1e-3, 1.0, 1e300, infinity}) {
    const double above = std::max(range.most + beyond, std::nextafter(range.most, infinity));
    const double below = std::min(range.least - beyond, std::nextafter(range.least, -infinity));
    if (range.most < infinity && conjugate_of(g, above) != infinity) return false;
    if (range.least > -infinity && conjugate_of(g, below) != infinity) return false;
  }
  return (range.most == infinity || conjugate_of(g, range.most) < infinity) &&
         (range.least == -infinity || conjugate_of(g, range.least) < infinity);
}

/// Whether all derivatives lie in the slope range and those far out come close to its ends, or grow without bound where an
/// end is infinite.
template <class A>
bool slope_range_holds(const A& g, Random& random) {
  const SlopeRange range = slope_range_of(g);
  for (int trial = 0; trial < 20000; ++trial) {
    const double slope = g.jet(random.normal() * std::pow(10.0, random.uniform(-8, 300))).first;
    if (!(slope >= range.least && slope <= range.most)) return false;
  }
  const auto reaches = [&](double end, double side) {
    if (std::isfinite(end)) return std::abs(g.jet(side * 1e6).first - end) <= 1e-9;
    double before = 0;
    for (double far = 1e3; far < 1e150; far *= 10) {
      const double slope = g.jet(side * far).first * (end > 0 ? 1 : -1);
      if (!(slope > 2 * before)) return false;
      before = slope;
    }
    return true;
  };
  return reaches(range.least, -1) && reaches(range.most, 1);
}

/// Whether an activation is what its pieces say, value and slope, exactly; and has some just where it is piecewise linear.
template <class A>
bool pieces_hold(const A& g, Random& random) {
  const LinearPieces pieces = pieces_of(g);
  const int count = pieces.count;
  if ((count > 0) != regularity_of(g).piecewise_linear) return false;
  for (int i = 0; i < count; ++i) {
    if (!(pieces.piece[i].end < infinity) != (i + 1 == count)) return false;
    if (i > 0 && pieces.piece[i].slope < pieces.piece[i - 1].slope) return false;  // convex
    if (i > 0 && i + 1 < count && pieces.piece[i].end <= pieces.piece[i - 1].end) return false;
  }
  const auto holds_at = [&](double t) {
    int i = 0;
    while (i + 1 < count && t > pieces.piece[i].end) ++i;
    const auto [slope, offset, end] = pieces.piece[i];
    const auto jet = g.jet(t);
    if (jet.value != slope * t + offset || jet.second != 0) return false;
    if (t != end) return jet.first == slope;
    const LinearPiece& next = pieces.piece[i + 1];  // at a kink: on both, and a subgradient
    return next.slope * t + next.offset == jet.value && jet.first >= slope && jet.first <= next.slope;
  };
  for (int i = 0; i + 1 < count; ++i) {
    const double end = pieces.piece[i].end;
    for (const double t : {end, std::nextafter(end, -infinity), std::nextafter(end, infinity)}) {
      if (!holds_at(t)) return false;
    }
  }
  for (int trial = 0; trial < 2000 && count > 0; ++trial) {
    if (!holds_at(random.normal() * std::pow(10.0, random.uniform(-8, 8)))) return false;
  }
  return true;
}

/// Whether value and slope in double are as accurate as the activation declares, measured against long double.
template <class A>
bool declared_error_holds(const A& g, Random& random) {
  const Real error = accuracy_of(g), at_0 = std::abs(g.jet(Real(0)).value);
  for (int trial = 0; trial < 20000; ++trial) {
    const double t = random.normal() * std::pow(10.0, random.uniform(-8, 4));
    const auto jet = g.jet(t);
    const auto exact = g.jet(Real(t));
    if (std::abs(Real(jet.value) - exact.value) >
        error * (at_0 + std::abs(exact.value) + std::abs(exact.first * t)) + std::numeric_limits<double>::min())
      return false;
    if (std::abs(Real(jet.first) - exact.first) > error * (1 + std::abs(exact.first))) return false;
  }
  return true;
}

template <class A>
void check_activation(const A& g, const std::vector<double>& kinks = {}) {
  Random random(1);
  CHECK(declared_properties_hold(g, random));
  if constexpr (HasConjugate<A>) CHECK(conjugate_holds(g, random));
  if constexpr (HasConjugate<A>) CHECK(conjugate_ends_with_slopes(g));
  if constexpr (is_convex<A>()) CHECK(slope_range_holds(g, random));
  CHECK(pieces_hold(g, random));
  CHECK(declared_error_holds(g, random));
  const bool smooth = regularity_of(g).derivatives == 2;
  for (int trial = 0; trial < 200; ++trial) {
    const double t = random.uniform(-4, 4);
    bool near = false;
    for (const double kink : kinks) near = near || std::abs(t - kink) < 1e-2;
    if (near) continue;
    const auto jet = g.jet(t);
    check_derivative([&](Real h) { return g.jet(Real(t) + h).value; }, jet.first, 0, smooth);
    check_derivative([&](Real h) { return g.jet(Real(t) + h).first; }, jet.second, 0, smooth);
    const auto single = g.jet(static_cast<float>(t));
    const auto real = g.jet(static_cast<Real>(static_cast<float>(t)));
    CHECK(std::abs(Real(single.value) - real.value) <=
          4 * std::numeric_limits<float>::epsilon() * std::max<Real>(1, std::abs(real.value)));
    CHECK(std::abs(Real(single.first) - real.first) <=
          8 * std::numeric_limits<float>::epsilon() * std::max<Real>(1, std::abs(real.first)));
    CHECK(std::abs(Real(single.second) - real.second) <=
          8 * std::numeric_limits<float>::epsilon() * std::max<Real>(1, std::abs(real.second)));
  }
  // Continuity of value and, as declared, derivatives across every kink.
  for (const double kink : kinks) {
    const auto left = g.jet(std::nextafter(kink, -10.0)), right = g.jet(std::nextafter(kink, 10.0));
    CHECK(std::abs(left.value - right.value) <= 1e-14);
    CHECK((std::abs(left.first - right.first) <= 1e-14) == (regularity_of(g).derivatives >= 1));
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(g.jet(nan).value));
  if (regularity_of(g) != Regularity{true, 2}) CHECK(std::isnan(g.jet(nan).first));
  CHECK(std::isfinite(g.jet(0.0).value));
  for (const double far : {-700.0, 700.0, -1e150, 1e150}) {
    CHECK_FALSE(std::isnan(g.jet(far).value));
    CHECK_FALSE(std::isnan(g.jet(far).first));
    CHECK_FALSE(std::isnan(g.jet(far).second));
  }
  const A copy = g;
  CHECK(copy == g);
  CHECK_FALSE(name_of(g).empty());
}

}  // namespace icnn::test
