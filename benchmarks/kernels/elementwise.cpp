// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <benchmark/benchmark.h>

#include <icnn/activations/any.hpp>
#include <icnn/core/random.hpp>
#include <vector>

/// Activations with their slopes over an array that fits the first cache: the kernel, the portable loop, and Eigen's array
/// expressions. The counter is the time of one element.
using namespace icnn;

namespace {

constexpr Index size = 1024;

template <class S>
struct Arrays {
  std::vector<S> t = std::vector<S>(size), z = t, slope = t;
  Arrays() {
    Random random(1);
    for (S& x : t) x = static_cast<S>(3 * random.normal());
  }
};

void report(benchmark::State& state) {
  state.counters["element"] = benchmark::Counter(
      static_cast<double>(size), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

template <class A, class S>
void kernel(benchmark::State& state) {
  Arrays<S> a;
  for (auto _ : state) {
    a.z = a.t;
    kernels::apply(A{}, kernels::Order::first, size, a.z.data(), a.slope.data(), static_cast<S*>(nullptr));
    benchmark::DoNotOptimize(a.slope.data());
    benchmark::ClobberMemory();
  }
  report(state);
}

template <class A, class S>
void portable(benchmark::State& state) {
  Arrays<S> a;
  for (auto _ : state) {
    a.z = a.t;
    kernels::detail::apply_each<kernels::Order::first>(A{}, size, a.z.data(), a.slope.data(), static_cast<S*>(nullptr));
    benchmark::DoNotOptimize(a.slope.data());
    benchmark::ClobberMemory();
  }
  report(state);
}

template <class S>
void eigen_softplus(benchmark::State& state) {
  Arrays<S> a;
  using Array = Eigen::Array<S, Eigen::Dynamic, 1>;
  Eigen::Map<const Array> t(a.t.data(), size);
  Eigen::Map<Array> z(a.z.data(), size), slope(a.slope.data(), size);
  for (auto _ : state) {
    slope = (-t.abs()).exp();
    z = t.max(S(0)) + slope.log1p();
    slope = (t < S(0)).select(slope, S(1)) / (slope + S(1));
    benchmark::DoNotOptimize(a.slope.data());
    benchmark::ClobberMemory();
  }
  report(state);
}

BENCHMARK_TEMPLATE(kernel, Softplus, float);
BENCHMARK_TEMPLATE(portable, Softplus, float);
BENCHMARK_TEMPLATE(eigen_softplus, float);
BENCHMARK_TEMPLATE(kernel, Softplus, double);
BENCHMARK_TEMPLATE(portable, Softplus, double);
BENCHMARK_TEMPLATE(eigen_softplus, double);
BENCHMARK_TEMPLATE(kernel, Tanh, double);
BENCHMARK_TEMPLATE(portable, Tanh, double);
BENCHMARK_TEMPLATE(kernel, Elu, double);
BENCHMARK_TEMPLATE(portable, Elu, double);
BENCHMARK_TEMPLATE(kernel, Relu, float);
BENCHMARK_TEMPLATE(portable, Relu, float);

}  // namespace
