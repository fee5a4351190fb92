// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "icnn/core/types.hpp"

#if ICNN_REGISTER_BYTES == 64
#include <immintrin.h>
#endif

namespace icnn::inline ICNN_ISA::kernels {

inline constexpr int register_bytes = ICNN_REGISTER_BYTES;  ///< 0: the portable path

/// Whether there are vector kernels for a scalar.
template <class S>
inline constexpr bool vectorized = false;
template <>
inline constexpr bool vectorized<float> = register_bytes > 0;
template <>
inline constexpr bool vectorized<double> = register_bytes > 0;

namespace detail {

/// Vectors of `Bytes` bytes, by the extension that g++ and clang share: the compiler chooses the instructions.
template <class S, int Bytes>
struct Register {
  using Integer = std::conditional_t<sizeof(S) == 4, std::int32_t, std::int64_t>;
  typedef S Floats __attribute__((vector_size(Bytes)));
  typedef Integer Integers __attribute__((vector_size(Bytes)));
};

}  // namespace detail

/// A register full of numbers, with the arithmetic of one number. Comparisons give masks for select().
template <class S, int Bytes = register_bytes>
struct Pack {
  using Scalar = S;
  using Floats = typename detail::Register<S, Bytes>::Floats;
  using Mask = typename detail::Register<S, Bytes>::Integers;
  static constexpr Index size = Bytes / static_cast<int>(sizeof(S));

  Floats v;

  Pack() = default;
  explicit Pack(Floats floats) : v(floats) {}
  template <class N>
  requires std::is_arithmetic_v<N>
  explicit Pack(N number) : v(static_cast<S>(number) - Floats{}) {}

  /// `count` numbers, 1..size; zeros behind them.
  [[nodiscard]] static Pack load(const S* from, Index count = size) {
    Pack p;
    if (count == size) {
      std::memcpy(&p.v, from, sizeof(p.v));
    } else {
#if ICNN_REGISTER_BYTES == 64
      if constexpr (Bytes == 64) return load_first(from, static_cast<unsigned>((1 << count) - 1));
#endif
      S buffer[sizeof(Floats) / sizeof(S)] = {};
      std::copy_n(from, count, buffer);
      std::memcpy(&p.v, buffer, sizeof(p.v));
    }
    return p;
  }
  void store(S* to, Index count = size) const {
    if (count == size) {
      std::memcpy(to, &v, sizeof(v));
    } else {
#if ICNN_REGISTER_BYTES == 64
      if constexpr (Bytes == 64) return store_first(to, static_cast<unsigned>((1 << count) - 1));
#endif
      S buffer[sizeof(Floats) / sizeof(S)];
      std::memcpy(buffer, &v, sizeof(v));
      std::copy_n(buffer, count, to);
    }
  }

  friend Pack operator+(const Pack& a, const Pack& b) { return Pack(a.v + b.v); }
  friend Pack operator-(const Pack& a, const Pack& b) { return Pack(a.v - b.v); }
  friend Pack operator*(const Pack& a, const Pack& b) { return Pack(a.v * b.v); }
  friend Pack operator/(const Pack& a, const Pack& b) { return Pack(a.v / b.v); }
  friend Pack operator-(const Pack& a) { return Pack(-a.v); }
  Pack& operator+=(const Pack& b) { return *this = *this + b; }
  friend Mask operator<(const Pack& a, const Pack& b) { return a.v < b.v; }
  friend Mask operator<=(const Pack& a, const Pack& b) { return a.v <= b.v; }
  friend Mask operator>(const Pack& a, const Pack& b) { return a.v > b.v; }

  /// Where the mask is set the first, elsewhere the second.
  friend Pack select(const Mask& mask, const Pack& yes, const Pack& no) { return Pack(mask ? yes.v : no.v); }

  /// The larger one; where either is NaN, b.
  friend Pack max(const Pack& a, const Pack& b) { return Pack(a.v > b.v ? a.v : b.v); }

  friend Pack abs(const Pack& a) {
    constexpr auto magnitude = std::numeric_limits<typename detail::Register<S, Bytes>::Integer>::max();
    return Pack(reinterpret_cast<Floats>(reinterpret_cast<Mask>(a.v) & magnitude));
  }

#if ICNN_REGISTER_BYTES == 64
 private:  // AVX-512 has instructions for incomplete packs
  [[nodiscard]] static Pack load_first(const S* from, unsigned mask) {
    if constexpr (sizeof(S) == 8)
      return Pack(_mm512_maskz_loadu_pd(static_cast<__mmask8>(mask), from));
    else
      return Pack(_mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), from));
  }
  void store_first(S* to, unsigned mask) const {
    if constexpr (sizeof(S) == 8)
      _mm512_mask_storeu_pd(to, static_cast<__mmask8>(mask), v);
    else
      _mm512_mask_storeu_ps(to, static_cast<__mmask16>(mask), v);
  }
#endif
};

/// The same for one number, so that a formula can be written once.
template <class S>
[[nodiscard]] constexpr S select(bool mask, const S& yes, const S& no) {
  return mask ? yes : no;
}

template <class T>
inline constexpr bool is_pack = false;
template <class S, int Bytes>
inline constexpr bool is_pack<Pack<S, Bytes>> = true;

}  // namespace icnn::inline ICNN_ISA::kernels

namespace Eigen {

/// Packs as the numbers of an Eigen matrix.
template <class S, int Bytes>
struct NumTraits<icnn::kernels::Pack<S, Bytes>> : GenericNumTraits<icnn::kernels::Pack<S, Bytes>> {
  enum { IsComplex = 0, IsInteger = 0, IsSigned = 1, RequireInitialization = 0, ReadCost = 1, AddCost = 1, MulCost = 1 };
};

}  // namespace Eigen
