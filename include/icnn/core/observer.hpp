// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <chrono>
#include <functional>
#include <limits>

#include "icnn/core/isa.hpp"

namespace icnn::inline ICNN_ISA {

/// Watches long work: called with what has happened, answers whether to go on. The library itself prints nothing. Runs on
/// the thread that does the work; what it throws passes through.
template <class Event>
using Observer = std::function<bool(const Event&)>;

/// Seconds since it was made.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// So many seconds on a clock; the clock is not asked where nobody waits for it.
struct Deadline {
  Stopwatch clock = {};
  double limit = std::numeric_limits<double>::infinity();

  [[nodiscard]] bool passed() const { return limit < std::numeric_limits<double>::infinity() && clock.seconds() >= limit; }
};

}  // namespace icnn::inline ICNN_ISA
