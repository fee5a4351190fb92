// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <array>
#include <cmath>
#include <tuple>
#include <type_traits>

#include "icnn/kernels/pack.hpp"

/// exp and what activations make of it, on packs, over the whole range with infinities, NaN and denormals. Polynomials are
/// near-minimax (Chebyshev interpolation in 60 digits).
namespace icnn::inline ICNN_ISA::kernels {

namespace detail {

template <class S>
struct Constants;

template <>
struct Constants<double> {
  static constexpr double shifter = 0x1.8p52;  // adding it rounds to an integer, which then stands in the low bits
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double smallest = -746;  // exp is 0 below
  static constexpr double largest = 710;    // and infinite above
  static constexpr double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
  // (exp(r) - 1 - r) / r^2 on |r| <= ln(2) / 2
  static constexpr std::array exp_tail{
      0x1.0000000000001p-1,  0x1.5555555555556p-3,  0x1.5555555553d37p-5,  0x1.11111111109a6p-7,  0x1.6c16c1789d1d7p-10,
      0x1.a01a01a7cebcdp-13, 0x1.a019b8ca26fcfp-16, 0x1.71de0d85293b8p-19, 0x1.2891d4ffbb0f9p-22, 0x1.af390ba7e6f47p-26};
  // (atanh(s) - s) / s^3 as a polynomial in s^2, on s in [0, 1/3]
  static constexpr std::array atanh_tail{
      0x1.5555555555555p-2, 0x1.999999999a3ddp-3, 0x1.24924923d44c6p-3, 0x1.c71c727143318p-4, 0x1.745cf0b0e03bdp-4,
      0x1.3b18b294bebf9p-4, 0x1.10ac75dc602b1p-4, 0x1.eb905e8575054p-5, 0x1.687a6e7c95176p-5, 0x1.4b0a26c5f2aefp-4};
};

template <>
struct Constants<float> {
  static constexpr float shifter = 0x1.8p23F;
  static constexpr int mantissa = 23, bias = 127;
  static constexpr float smallest = -104, largest = 89;
  static constexpr float ln2_high = 0x1.62e4p-1F, ln2_low = 0x1.7f7d1cp-20F;
  static constexpr std::array exp_tail{0.5F, 0x1.5554dcp-3F, 0x1.555518p-5F, 0x1.120be2p-7F, 0x1.6d117cp-10F};
  static constexpr std::array atanh_tail{0x1.55554cp-2F, 0x1.99ad6cp-3F, 0x1.21249ap-3F, 0x1.12f598p-3F};
};

/// c[First] + c[First + 2] x + c[First + 4] x^2 + ..., unrolled.
template <std::size_t First, class P, class Coefficients>
[[nodiscard, gnu::always_inline]] inline P horner(const P& x, const Coefficients& c) {
  if constexpr (First + 2 >= std::tuple_size_v<Coefficients>) {
    return P(c[First]);
  } else {
    return horner<First + 2>(x, c) * x + P(c[First]);
  }
}

/// Even and odd powers apart: half the latency of Horner's scheme.
template <class P, class Coefficients>
[[nodiscard, gnu::always_inline]] inline P polynomial(const P& x, const Coefficients& c) {
  const P square = x * x;
  return horner<1>(square, c) * x + horner<0>(square, c);
}

/// x 2^k for an integer k, where the result may be denormal or infinite.
template <class P>
[[nodiscard, gnu::always_inline]] inline P scale(const P& x, const P& k) {
#if ICNN_REGISTER_BYTES == 64  // one instruction
  if constexpr (std::is_same_v<typename P::Scalar, double>) {
    return P(_mm512_maskz_scalef_pd(0xff, x.v, k.v));
  } else {
    return P(_mm512_maskz_scalef_ps(0xffff, x.v, k.v));
  }
#else  // in two steps, because 2^k itself may be out of range
  using K = Constants<typename P::Scalar>;
  const P shifter(K::shifter), half = k * P(typename P::Scalar(0.5)) + shifter;
  const auto power = [](const P& shifted) {
    return P(reinterpret_cast<typename P::Floats>((reinterpret_cast<typename P::Mask>(shifted.v) + K::bias) << K::mantissa));
  };
  return x * power(half) * power((k - (half - shifter)) + shifter);
#endif
}

}  // namespace detail

/// exp(t) = (1 + tail) 2^k, with |tail| < 0.42 to full relative accuracy.
template <class P>
struct SplitExp {
  P tail, k;
  [[nodiscard]] P value() const { return detail::scale(tail + P(1), k); }
};

/// For t <= 0 where `negative`, else for all t.
template <bool negative, class P>
[[nodiscard, gnu::always_inline]] inline SplitExp<P> split_exp(const P& t) {
  using S = typename P::Scalar;
  using K = detail::Constants<S>;
  P clamped = max(P(K::smallest), t);
  if constexpr (!negative) clamped = select(clamped > P(K::largest), P(K::largest), clamped);
  const P shifter(K::shifter);
  const P k = (clamped * P(S(1.4426950408889634)) + shifter) - shifter;
  const P r = (clamped - k * P(K::ln2_high)) - k * P(K::ln2_low);
  return {(r * r) * detail::polynomial(r, K::exp_tail) + r, k};
}

/// exp(t), to 1.1 ULP.
template <class S, int Bytes>
[[nodiscard, gnu::always_inline]] inline Pack<S, Bytes> exp(const Pack<S, Bytes>& t) {
  return split_exp<false>(t).value();
}

/// |t|. For scalars that carry derivatives: that of t at 0, where abs() may have any.
template <class S>
[[nodiscard, gnu::always_inline]] inline S magnitude(const S& t) {
  using std::abs;
  if constexpr (is_pack<S> || std::is_floating_point_v<S>) {
    return abs(t);
  } else {
    return t < S(0) ? S(-t) : t;
  }
}

/// exp(t) and exp(t) - 1.
template <class S>
struct Exponentials {
  S exp, expm1;
};

/// For t <= 0, to 2 ULP.
template <class S>
[[nodiscard, gnu::always_inline]] inline Exponentials<S> exponentials(const S& t) {
  if constexpr (is_pack<S>) {
    const auto split = split_exp<true>(t);
    const S power = detail::scale(S(1), split.k);
    return {split.value(), split.tail * power + (power - S(1))};
  } else {
    using std::exp, std::expm1;
    return {S(exp(t)), S(expm1(t))};
  }
}

/// log(1 + e), 1 / (1 + e) and e / (1 + e) at e = exp(-t).
template <class S>
struct Logistic {
  S log, larger, smaller;
};

/// For t >= 0, each to 3.1 ULP: one exponential, one division.
template <class S>
[[nodiscard, gnu::always_inline]] inline Logistic<S> logistic(const S& t) {
  if constexpr (is_pack<S>) {
    const S e = split_exp<true>(-t).value(), one = S(1) + e, two = S(2) + e;
    const S inverse = S(1) / (one * two), half = one * inverse, rough = two * inverse;  // 1 / (2 + e), 1 / (1 + e)
    // Each corrected by its residual, in which the subtractions are exact.
    const S larger = rough + ((S(1) - rough) - rough * e) * rough;
    const S q = e * half, s = q + ((e - S(2) * q) - q * e) * half;  // e / (2 + e) = tanh(log(1 + e) / 2)
    const S square = s * s;
    return {S(2) * (s + s * square * detail::polynomial(square, detail::Constants<typename S::Scalar>::atanh_tail)), larger,
            e * larger};
  } else {
    using std::exp, std::log1p;
    const S e = exp(S(-t)), larger = S(1) / (S(1) + e);
    return {S(log1p(e)), larger, S(e * larger)};
  }
}

}  // namespace icnn::inline ICNN_ISA::kernels
