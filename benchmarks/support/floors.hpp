// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <array>
#include <cstddef>

/// What the machine can do at most, measured by itself: the floors that every row of the report is compared with.
namespace icnn::benchmarks {

/// Floating-point operations per second in registers alone, in 1e9: a fused multiply-add counts as two.
struct FmaPeak {
  double single = 0;         ///< float, one thread
  double twice = 0;          ///< double, one thread
  double single_on_two = 0;  ///< float, two threads at once
  double twice_on_two = 0;   ///< double, two threads at once
};

/// One level of the memory hierarchy: the working set at which it was read, and the bytes that it holds.
struct MemoryLevel {
  const char* name;
  std::size_t probe;     ///< bytes of the working set that was read
  std::size_t holds;     ///< bytes of the largest working set that is taken to live there
  double bandwidth = 0;  ///< of reading with one thread, 1e9 bytes per second
};

struct Floors {
  FmaPeak before;  ///< measured as the run begins
  FmaPeak after;   ///< and as it ends: clocks drift
  std::array<MemoryLevel, 4> memory{};
  int flops_per_cycle = 32;  ///< of float, as assumed for the clock

  /// The larger one of the peaks before and after, of float or double, on one thread or two.
  [[nodiscard]] double peak(bool of_double, bool two_threads) const;
  /// The level that holds that many bytes.
  [[nodiscard]] const MemoryLevel& level(double bytes) const;
  /// The clock, in 1e9 per second, as the first FMA peak tells it.
  [[nodiscard]] double clock() const { return before.single / flops_per_cycle; }
};

/// About a quarter of a second.
[[nodiscard]] FmaPeak measure_fma_peak();

/// The floors of this run, measured at the first call (about a second). The caller sets `after` at the end.
[[nodiscard]] Floors& floors();

}  // namespace icnn::benchmarks
