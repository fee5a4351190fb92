// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/networks/tests.hpp"

/// All gradients of a large batch, on one thread and on two, as far as workspaces have threads.
namespace icnn::benchmarks {

namespace {

template <class Options>
void ours(benchmark::State& state, Index columns, int threads) {
  const BatchOf<Transport> batch(columns);
  Options options{.columns = columns, .hessian = false};
  if constexpr (requires { options.threads; }) options.threads = threads;
  auto ws = Transport::get().workspace(options);
  Matrix<float> y = batch.y_gradient;
  Vector<float> gradient(batch.size());
  batch.ours(y, gradient, ws);
  if (!agrees(state, gradient, batch.gradient)) return;
  Work work = work_of(Transport::get(), Pass::all_gradients, columns);
  work.threads = threads;
  measure(state, work, [&] {
    batch.ours(y, gradient, ws);
    return gradient.data();
  });
}

template <class Options>
void add_threads() {
  const std::string test = std::string(Transport::name) + " all_gradients n=256";
  add({"threads", test, "float", "icnn"}, [](benchmark::State& state) { ours<Options>(state, 256, 1); });
  if constexpr (requires(Options o) { o.threads; }) {
    add({"threads", test, "float", "icnn_two_threads"}, [](benchmark::State& state) { ours<Options>(state, 256, 2); });
  }
}

const Registration threads([] { add_threads<WorkspaceOptions>(); });

}  // namespace

}  // namespace icnn::benchmarks
