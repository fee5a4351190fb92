// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>

namespace icnn::benchmarks {

/// What a benchmark is called: group/test/scalar/contestant. Rows that differ in the contestant alone stand beside each
/// other.
struct Name {
  std::string group;
  std::string test;        ///< what is computed, of which size; without '/'
  std::string scalar;      ///< float or double
  std::string contestant;  ///< icnn, eigen, openblas, ...

  [[nodiscard]] std::string text() const { return group + '/' + test + '/' + scalar + '/' + contestant; }
};

template <class S>
inline constexpr const char* scalar_name = sizeof(S) == 4 ? "float" : "double";

/// Who measures: Google Benchmark or, by SetIterationTime(), the benchmark itself.
enum class Clock { usual, its_own };

/// Notes a benchmark. Called before main(), by a Registration in each file.
void add(Name name, std::function<void(benchmark::State&)> function, Clock clock = Clock::usual);

/// Hands everything to Google Benchmark, the contestants of a test one after another: a clock that drifts, or a neighbor
/// that comes and goes, then meets all of them.
void register_all();

/// Runs a function before main().
struct Registration {
  explicit Registration(void (*function)()) { function(); }
};

}  // namespace icnn::benchmarks
