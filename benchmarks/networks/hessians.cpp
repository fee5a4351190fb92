// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/networks/plain_ficnn.hpp"
#include "benchmarks/networks/tests.hpp"

/// Value, gradient and Hessian in y of the tiny network.
namespace icnn::benchmarks {

namespace {

/// Per layer of width m: two products m x m' x n and m x n x n, less the half of the latter that symmetry saves.
Work work() {
  const auto& f = Tiny::get();
  Work work = work_of(f, Pass::value_and_gradient, 1);
  const double n = 6, m = 16;
  work.flops += 2 * m * m * n + 2 * (m * n * n);
  return work;
}

template <int N, class Case>
void ours(benchmark::State& state) {
  const auto& f = Case::get();
  const Point<Tiny> point;
  const Matrix<double> expected = Tiny::get().hessian(point.y);
  const Vector<double, N> y = point.y;
  Vector<double, N> gradient(point.y.size());
  Matrix<double, N, N> h(6, 6);
  auto ws = f.workspace();
  const auto call = [&] { return f.gradient_and_hessian(y, gradient, h, ws); };
  call();
  if (!agrees(state, h, expected)) return;
  benchmark::DoNotOptimize(h.data());
  measure(state, work(), call);
}

void eigen(benchmark::State& state) {
  const Point<Tiny> point;
  PlainFicnn<double, Softplus, 1> plain(Tiny::get(), 1);
  Vector<double> gradient = point.gradient;
  Matrix<double> h(6, 6);
  const auto call = [&] {
    plain.hessian(point.y, gradient, h);
    return h.data();
  };
  call();
  if (!agrees(state, h, Tiny::get().hessian(point.y))) return;
  measure(state, work(), call);
}

const Registration hessians([] {
  add(point_name<Tiny>("gradient_and_hessian", "icnn"), ours<Dynamic, Tiny>);
  add(point_name<Tiny>("gradient_and_hessian", "icnn_compile_time_sizes"), ours<6, TinyStatic>);
  add(point_name<Tiny>("gradient_and_hessian", "eigen"), eigen);
});

}  // namespace

}  // namespace icnn::benchmarks
