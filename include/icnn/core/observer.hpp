// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <chrono>
#include <functional>

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

}  // namespace icnn::inline ICNN_ISA
