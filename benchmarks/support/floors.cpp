// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/support/floors.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <icnn/core/isa.hpp>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace icnn::benchmarks {

namespace {

constexpr int register_bytes = ICNN_REGISTER_BYTES > 0 ? ICNN_REGISTER_BYTES : 16;

template <class S>
struct Register {
  typedef S Floats __attribute__((vector_size(register_bytes)));
  static constexpr std::size_t lanes = register_bytes / sizeof(S);
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The least time of several calls: whatever else the machine does can only add to it.
template <class Call>
double best_seconds(int repetitions, Call call) {
  double best = 1e300;
  for (int i = 0; i < repetitions; ++i) {
    const auto start = std::chrono::steady_clock::now();
    call();
    best = std::min(best, seconds_since(start));
  }
  return best;
}

/// Independent accumulators, enough to hide the latency of an FMA on two units; 12 and two constants fit 16 registers.
constexpr std::size_t accumulators = 12;

template <class S, std::size_t... I>
S multiply_add(long steps, std::index_sequence<I...>) {
  using Floats = typename Register<S>::Floats;
  S factor = S(0.999), term = S(0.001);  // towards 1: neither overflow nor denormals
  benchmark::DoNotOptimize(factor);
  benchmark::DoNotOptimize(term);
  const Floats a = factor - Floats{}, b = term - Floats{};
  Floats sums[accumulators] = {b * S(I + 1)...};  // all different: equal ones would be computed once
  for (long step = 0; step < steps; ++step) ((sums[I] = sums[I] * a + b), ...);
  S total = S(0);
  for (const Floats& sum : sums) {
    for (std::size_t lane = 0; lane < Register<S>::lanes; ++lane) total += sum[lane];
  }
  return total;
}

template <class S>
double fma_peak() {
  const long steps = 400'000;
  const double best = best_seconds(15, [&] {
    S total = multiply_add<S>(steps, std::make_index_sequence<accumulators>{});
    benchmark::DoNotOptimize(total);
  });
  return 2e-9 * static_cast<double>(steps) * static_cast<double>(accumulators * Register<S>::lanes) / best;
}

/// Both threads at once; the sum of what each has measured.
template <class S>
double fma_peak_on_two() {
  double first = 0, second = 0;
  std::thread other([&] { second = fma_peak<S>(); });
  first = fma_peak<S>();
  other.join();
  return first + second;
}

/// Sums whole registers, eight at a time, so that nothing but the loads can be the limit.
template <std::size_t... I>
float read_all(const float* data, std::size_t size, std::size_t sweeps, std::index_sequence<I...>) {
  using Floats = Register<float>::Floats;
  constexpr std::size_t lanes = Register<float>::lanes, stride = lanes * sizeof...(I);
  Floats sums[sizeof...(I)] = {};
  for (std::size_t sweep = 0; sweep < sweeps; ++sweep) {
    for (std::size_t i = 0; i + stride <= size; i += stride) {
      const auto load = [&](std::size_t k) {
        Floats floats;
        std::memcpy(&floats, data + i + k * lanes, sizeof(floats));
        return floats;
      };
      ((sums[I] += load(I)), ...);
    }
    benchmark::ClobberMemory();  // the next sweep has to read again
  }
  float total = 0;
  for (const Floats& sum : sums) {
    for (std::size_t lane = 0; lane < lanes; ++lane) total += sum[lane];
  }
  return total;
}

double read_bandwidth(std::size_t bytes) {
  constexpr std::size_t line = 64, mib = std::size_t{1} << 20U;
  std::vector<float> storage((bytes + line) / sizeof(float), 1.0F);  // written once, so that the pages are there
  void* start = storage.data();
  std::size_t room = storage.size() * sizeof(float);
  const auto* data = static_cast<const float*>(std::align(line, bytes, start, room));
  const std::size_t sweeps = std::max<std::size_t>(1, 64 * mib / bytes);
  const double best = best_seconds(bytes > 64 * mib ? 6 : 15, [&] {
    float total = read_all(data, bytes / sizeof(float), sweeps, std::make_index_sequence<8>{});
    benchmark::DoNotOptimize(total);
  });
  return 1e-9 * static_cast<double>(bytes * sweeps) / best;
}

/// What a cache of the first processor holds, or what is common where the system does not say so. (sysconf() would name the
/// L3 of a whole host, of which a virtual machine has a part.)
std::size_t cache_bytes(int index, std::size_t common) {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/size");
  std::size_t size = 0;
  char unit = 0;
  if (!(file >> size >> unit) || size == 0) return common;
  return size * (unit == 'M' ? std::size_t{1} << 20U : std::size_t{1} << 10U);
}

Floors measure() {
  constexpr std::size_t kib = 1024, mib = 1024 * kib;
  Floors result;
  result.before = measure_fma_peak();
  result.memory = {{{"L1", 16 * kib, cache_bytes(0, 32 * kib)},
                    {"L2", 512 * kib, cache_bytes(2, mib)},
                    {"L3", 8 * mib, cache_bytes(3, 16 * mib)},
                    {"DRAM", 256 * mib, ~std::size_t{0}}}};
  for (MemoryLevel& level : result.memory) level.bandwidth = read_bandwidth(level.probe);
  // Two multiply-adds of 32 bytes a cycle are what most cores do that have such registers, 64-byte ones being two halves.
  result.flops_per_cycle = register_bytes >= 32 ? 32 : 16;
  return result;
}

}  // namespace

FmaPeak measure_fma_peak() {
  return {fma_peak<float>(), fma_peak<double>(), fma_peak_on_two<float>(), fma_peak_on_two<double>()};
}

double Floors::peak(bool of_double, bool two_threads) const {
  const auto of = [&](const FmaPeak& p) {
    if (two_threads) return of_double ? p.twice_on_two : p.single_on_two;
    return of_double ? p.twice : p.single;
  };
  return std::max(of(before), of(after));
}

const MemoryLevel& Floors::level(double bytes) const {
  for (const MemoryLevel& level : memory) {
    if (bytes <= static_cast<double>(level.holds)) return level;
  }
  return memory.back();
}

Floors& floors() {
  static Floors result = measure();
  return result;
}

}  // namespace icnn::benchmarks
