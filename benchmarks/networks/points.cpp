// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/networks/cases.hpp"
#include "benchmarks/networks/plain_ficnn.hpp"
#include "benchmarks/networks/tests.hpp"

/// One sample: values, and values with the gradient in y. PICNNs stand at a context, as in an argmin.
namespace icnn::benchmarks {

namespace {

template <class Case, class Reference>
void ours_value(benchmark::State& state) {
  const auto& f = Case::get();
  const auto point = Point<Reference>();
  auto ws = f.workspace();
  if (!agrees(state, f.value(point.y, ws), point.value)) return;
  measure(state, work_of(f, Pass::value, 1), [&] { return f.value(point.y, ws); });
}

template <class Case, class Reference>
void ours_gradient(benchmark::State& state) {
  const auto& f = Case::get();
  const auto point = Point<Reference>();
  auto ws = f.workspace();
  auto gradient = point.gradient;
  const auto call = [&] { return f.gradients(point.y, {.y = gradient}, ws); };
  call();
  if (!agrees(state, gradient, point.gradient)) return;
  benchmark::DoNotOptimize(gradient.data());
  measure(state, work_of(f, Pass::value_and_gradient, 1), call);
}

/// The compile-time sizes of the network reach as far as the point.
template <class Case, class Reference, int N>
void ours_static_gradient(benchmark::State& state) {
  const auto& f = Case::get();
  const auto point = Point<Reference>();
  using S = typename Case::Network::Scalar;
  const Vector<S, N> y = point.y;
  Vector<S, N> gradient = point.gradient;
  auto ws = f.workspace();
  const auto call = [&] { return f.gradients(y, {.y = gradient}, ws); };
  call();
  if (!agrees(state, gradient, point.gradient)) return;
  benchmark::DoNotOptimize(gradient.data());
  measure(state, work_of(f, Pass::value_and_gradient, 1), call);
}

template <class Case>
void eigen_value(benchmark::State& state) {
  using S = typename Case::Network::Scalar;
  const auto point = Point<Case>();
  PlainFicnn<S, typename Case::Activation, 1> plain(Case::get(), 1);
  if (!agrees(state, plain.value(point.y)(0), point.value)) return;
  measure(state, work_of(Case::get(), Pass::value, 1), [&] { return plain.value(point.y)(0); });
}

template <class Case>
void eigen_gradient(benchmark::State& state) {
  using S = typename Case::Network::Scalar;
  const auto point = Point<Case>();
  PlainFicnn<S, typename Case::Activation, 1> plain(Case::get(), 1);
  Vector<S> gradient = point.gradient;
  plain.gradients(point.y, gradient);
  if (!agrees(state, gradient, point.gradient)) return;
  benchmark::DoNotOptimize(gradient.data());
  measure(state, work_of(Case::get(), Pass::value_and_gradient, 1), [&] { return plain.gradients(point.y, gradient)(0); });
}

template <class Case>
void add_point_tests() {
  add(point_name<Case>("value", "icnn"), ours_value<Case, Case>);
  add(point_name<Case>("value", "eigen"), eigen_value<Case>);
  add(point_name<Case>("value_and_gradient", "icnn"), ours_gradient<Case, Case>);
  add(point_name<Case>("value_and_gradient", "eigen"), eigen_gradient<Case>);
}

const Registration points([] {
  add_point_tests<Tiny>();
  add(point_name<Tiny>("value_and_gradient", "icnn_compile_time_sizes"), ours_static_gradient<TinyStatic, Tiny, 6>);
  add(point_name<Tiny>("value_and_gradient", "icnn_run_time_activations"), ours_gradient<TinyAny, Tiny>);
  add_point_tests<AtContext<Critic<float, Relu>>>();
  add_point_tests<AtContext<Critic<float, Softplus>>>();
  add_point_tests<AtContext<MultiLabel>>();
  add_point_tests<Transport>();
});

}  // namespace

}  // namespace icnn::benchmarks
