// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <algorithm>
#include <cmath>
#include <icnn/activations/any.hpp>
#include <icnn/core/random.hpp>
#include <limits>
#include <string>
#include <vector>

#include "benchmarks/kernels/plain_activations.hpp"
#include "benchmarks/support/floors.hpp"
#include "benchmarks/support/measure.hpp"
#include "benchmarks/support/registry.hpp"

/// Activations with their slopes over an array that fits the first cache: the kernel, the portable loop, and Eigen's array
/// expressions. Counters: nanoseconds and cycles of one element, and the largest error of the values in units in the last
/// place.
namespace icnn::benchmarks {

namespace {

constexpr Index size = 1000;  // no power of two: arrays that far apart would compete for the same lines of the cache

template <class S>
Vector<S> arguments(Index count) {
  Vector<S> t(count);
  Random random(1);
  random.fill_normal(t, 3);
  return t;
}

long double exact(Softplus, long double t) { return std::max(t, 0.0L) + std::log1p(std::exp(-std::abs(t))); }
long double exact(Tanh, long double t) { return std::tanh(t); }
long double exact(Elu, long double t) { return t > 0 ? t : std::expm1(t); }
long double exact(Relu, long double t) { return std::max(t, 0.0L); }

struct Ours {
  template <class A, class S>
  static void apply(A activation, Vector<S>& z, Vector<S>& slope) {
    kernels::apply(activation, kernels::Order::first, z.size(), z.data(), slope.data(), static_cast<S*>(nullptr));
  }
};

/// One number after another: what an activation without packs gets.
struct Portable {
  template <class A, class S>
  static void apply(A activation, Vector<S>& z, Vector<S>& slope) {
    kernels::detail::apply_each<kernels::Order::first>(activation, z.size(), z.data(), slope.data(),
                                                       static_cast<S*>(nullptr));
  }
};

struct PlainEigen {
  template <class A, class S>
  static void apply(A activation, Vector<S>& z, Vector<S>& slope) {
    plain::activate_all<S>(activation, z, slope);
  }
};

template <class Contestant, class A, class S>
double largest_error() {
  const Vector<S> t = arguments<S>(20'000);
  Vector<S> z = t, slope = t;
  Contestant::apply(A{}, z, slope);
  double largest = 0;
  for (Index i = 0; i < t.size(); ++i) {
    const long double right = exact(A{}, static_cast<long double>(t(i)));
    const S near = std::abs(static_cast<S>(right));
    const S unit = std::nextafter(near, std::numeric_limits<S>::infinity()) - near;
    largest = std::max(largest, static_cast<double>(std::abs(static_cast<long double>(z(i)) - right) / unit));
  }
  return largest;
}

template <class Contestant, class A, class S>
void run(benchmark::State& state) {
  const Vector<S> t = arguments<S>(size);
  Vector<S> z = t, slope = t;
  measure(state, {}, [&] {
    z = t;
    Contestant::apply(A{}, z, slope);
    return slope.data();
  });
  using Counter = benchmark::Counter;
  const auto per_call = Counter::kIsIterationInvariantRate | Counter::kInvert;
  state.counters["ns"] = Counter(1e-9 * static_cast<double>(size), per_call);
  state.counters["cycles"] = Counter(1e-9 * static_cast<double>(size) / floors().clock(), per_call);
  state.counters["ulp"] = largest_error<Contestant, A, S>();
}

template <class A, class S>
void add_activation(const std::string& name) {
  const std::string test = name + " with slopes, " + std::to_string(size) + " numbers";
  add({"elementwise", test, scalar_name<S>, "icnn"}, run<Ours, A, S>);
  add({"elementwise", test, scalar_name<S>, "portable"}, run<Portable, A, S>);
  add({"elementwise", test, scalar_name<S>, "eigen"}, run<PlainEigen, A, S>);
}

const Registration elementwise([] {
  add_activation<Softplus, float>("softplus");
  add_activation<Softplus, double>("softplus");
  add_activation<Tanh, float>("tanh");
  add_activation<Tanh, double>("tanh");
  add_activation<Elu, float>("elu");
  add_activation<Elu, double>("elu");
  add_activation<Relu, float>("relu");
  add_activation<Relu, double>("relu");
});

}  // namespace

}  // namespace icnn::benchmarks
