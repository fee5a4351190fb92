// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <benchmark/benchmark.h>

#include <concepts>
#include <icnn/core/types.hpp>

namespace icnn::benchmarks {

/// What one call has to do at least.
struct Work {
  double flops = 0;  ///< two per multiply-add of the matrix products; nothing else counts
  double bytes = 0;  ///< of weights that are read, once per pass
  double set = 0;    ///< bytes of weights in all: what decides which cache they come from; 0: as `bytes`
  double threads = 1;
};

/// Times call(), which returns its result, or a pointer to it; not its first time, whose memory the system has yet to find.
template <class Call>
void measure(benchmark::State& state, const Work& work, Call call) {
  benchmark::DoNotOptimize(call());
  for (auto _ : state) {
    auto result = call();
    benchmark::DoNotOptimize(result);
    benchmark::ClobberMemory();
  }
  const auto count = [&](const char* name, double value) {
    if (value > 0) state.counters[name] = value;
  };
  count("flops", work.flops);
  count("bytes", work.bytes);
  if (work.set != work.bytes) count("set", work.set);
  if (work.threads > 1) count("threads", work.threads);
}

/// Whether two vectors or matrices are the same up to rounding: 1e-3 of their size in float, 1e-9 in double. Where not, the
/// row is an error instead of a time: what is wrong may be as fast as it likes.
template <class A, class B>
[[nodiscard]] bool agrees(benchmark::State& state, const Eigen::MatrixBase<A>& result,
                          const Eigen::MatrixBase<B>& expected) {
  using S = typename A::Scalar;
  const S tolerance = sizeof(S) == 4 ? S(1e-3) : S(1e-9);
  if (result.rows() == expected.rows() && result.cols() == expected.cols() &&
      (result - expected).norm() <= tolerance * expected.norm()) {
    return true;
  }
  state.SkipWithError("another result than ours");
  return false;
}

template <std::floating_point S>
[[nodiscard]] bool agrees(benchmark::State& state, S result, S expected) {
  return agrees(state, Vector<S, 1>(result), Vector<S, 1>(expected));
}

}  // namespace icnn::benchmarks
