// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// Seeded random numbers, the same bits on every platform and the same real numbers up to rounding (the standard
/// distributions are not): xoshiro256++ of Blackman and Vigna, seeded by splitmix64. A regular value; satisfies
/// std::uniform_random_bit_generator.
class Random {
 public:
  using result_type = std::uint64_t;

  explicit Random(std::uint64_t seed = 0) noexcept {
    for (auto& word : state_) {
      seed += 0x9e3779b97f4a7c15U;
      std::uint64_t mixed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9U;
      mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
      word = mixed ^ (mixed >> 31U);
    }
  }

  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return std::numeric_limits<result_type>::max(); }

  result_type operator()() noexcept {
    const auto rotate = [](std::uint64_t x, unsigned k) { return (x << k) | (x >> (64U - k)); };
    const std::uint64_t result = rotate(state_[0] + state_[3], 23U) + state_[0];
    const std::uint64_t shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45U);
    return result;
  }

  /// Uniform in [0, 1), 53 bits.
  double uniform() noexcept { return static_cast<double>((*this)() >> 11U) * 0x1.0p-53; }
  double uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }

  /// Uniform in {0, ..., count - 1}; count >= 1. The bias is below count / 2^53.
  Index index(Index count) noexcept { return static_cast<Index>(uniform() * static_cast<double>(count)); }

  /// Standard normal (Box and Muller, the cosine branch).
  double normal() noexcept {
    const double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

  /// Fills with normal numbers of that standard deviation, column by column.
  template <class Derived>
  void fill_normal(const Eigen::DenseBase<Derived>& m, double deviation = 1) {
    fill(m, [&] { return deviation * normal(); });
  }

  template <class Derived>
  void fill_uniform(const Eigen::DenseBase<Derived>& m, double low, double high) {
    fill(m, [&] { return uniform(low, high); });
  }

  /// An independent stream, seeded from this one.
  Random split() noexcept { return Random((*this)()); }

  friend bool operator==(const Random&, const Random&) = default;

  /// Where the sequence is, for files; from_state() goes on there. All zero is no such state, and becomes that of seed 0.
  [[nodiscard]] const std::array<std::uint64_t, 4>& state() const noexcept { return state_; }
  [[nodiscard]] static Random from_state(const std::array<std::uint64_t, 4>& state) noexcept {
    Random random;
    if ((state[0] | state[1] | state[2] | state[3]) != 0) random.state_ = state;
    return random;
  }

 private:
  // Eigen's idiom for a writable expression argument: blocks and maps bind to a const reference.
  template <class Derived, class Draw>
  static void fill(const Eigen::DenseBase<Derived>& m, Draw draw) {
    auto& writable = const_cast<Eigen::DenseBase<Derived>&>(m);
    for (Index c = 0; c < m.cols(); ++c)
      for (Index r = 0; r < m.rows(); ++r) writable.coeffRef(r, c) = static_cast<typename Derived::Scalar>(draw());
  }

  std::array<std::uint64_t, 4> state_{};
};

}  // namespace icnn::inline ICNN_ISA
