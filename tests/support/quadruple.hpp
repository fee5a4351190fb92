// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <limits>

#include <icnn/core/types.hpp>

#ifdef ICNN_HAS_BOOST
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/eigen.hpp>
#endif

namespace icnn::test {

#ifdef ICNN_HAS_BOOST
using Quad = boost::multiprecision::cpp_bin_float_quad;
#else
using Quad = long double;  // SKIPPED: quadruple precision needs Boost; the build says so
#endif

/// Whether claim(f(y)) holds in quadruple precision. Asked in long double first, whose error is below value_error / 500:
/// that settles nearly every case for a thousandth of the time.
template <class F>
bool holds(const F& f, const Vector<double>& y, double error, auto claim) {
  if constexpr (std::numeric_limits<long double>::digits >= 64) {
    const long double value = f.template cast<long double>()(Vector<long double>(y.cast<long double>()));
    const long double doubt = static_cast<long double>(error) / 500;
    if (claim(value - doubt) && claim(value + doubt)) return true;
  }
  return claim(f.template cast<Quad>()(Vector<Quad>(y.cast<Quad>())));
}

}  // namespace icnn::test
