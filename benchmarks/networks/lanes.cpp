// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/networks/plain_ficnn.hpp"
#include "benchmarks/networks/tests.hpp"

/// Batches of the tiny network, as a finite-element code asks for them: gradients and Hessians in y of some points at once.
namespace icnn::benchmarks {

namespace {

[[nodiscard]] Name lanes_name(const char* what, Index columns, const char* contestant) {
  return {"network", std::string(Tiny::name) + ' ' + what + " n=" + std::to_string(columns), "double", contestant};
}

template <class Case>
void gradients(benchmark::State& state, Index columns) {
  const auto y = samples<double>(6, columns);
  const Matrix<double> expected = Tiny::get().gradient(y);
  Matrix<double> gradient = expected;
  auto ws = Case::get().workspace({.columns = columns, .hessian = false});
  const auto call = [&] { return Case::get().gradients(y, {.y = gradient}, ws).data(); };
  call();
  if (!agrees(state, gradient, expected)) return;
  measure(state, work_of(Tiny::get(), Pass::value_and_gradient, columns), call);
}

void plain_gradients(benchmark::State& state, Index columns) {
  const auto y = samples<double>(6, columns);
  const Matrix<double> expected = Tiny::get().gradient(y);
  Matrix<double> gradient = expected;
  PlainFicnn<double, Softplus, Dynamic> plain(Tiny::get(), columns);
  const auto call = [&] { return plain.gradients(y, gradient).data(); };
  call();
  if (!agrees(state, gradient, expected)) return;
  measure(state, work_of(Tiny::get(), Pass::value_and_gradient, columns), call);
}

template <class Case>
void hessians(benchmark::State& state, Index columns) {
  const auto y = samples<double>(6, columns);
  const Matrix<double> expected = Tiny::get().hessian(y);
  Matrix<double> gradient(6, columns), h = expected;
  auto ws = Case::get().workspace({.columns = columns});
  const auto call = [&] { return Case::get().gradient_and_hessian(y, gradient, h, ws).data(); };
  call();
  if (!agrees(state, h, expected)) return;
  Work work = work_of(Tiny::get(), Pass::value_and_gradient, columns);
  work.flops += static_cast<double>(columns) * (2 * 16 * 16 * 6 + 2 * 16 * 6 * 6);  // as for one sample
  measure(state, work, call);
}

const Registration lanes([] {
  for (const Index n : {8, 256}) {
    const auto add_test = [n](const char* what, const char* contestant, void (*test)(benchmark::State&, Index)) {
      add(lanes_name(what, n, contestant), [n, test](benchmark::State& state) { test(state, n); });
    };
    add_test("value_and_gradient", "icnn", gradients<Tiny>);
    add_test("value_and_gradient", "icnn_compile_time_sizes", gradients<TinyStatic>);
    add_test("value_and_gradient", "eigen", plain_gradients);
    add_test("gradient_and_hessian", "icnn", hessians<Tiny>);
    add_test("gradient_and_hessian", "icnn_compile_time_sizes", hessians<TinyStatic>);
  }
});

}  // namespace

}  // namespace icnn::benchmarks
