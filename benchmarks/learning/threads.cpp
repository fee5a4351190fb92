// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/functions/batches.hpp>

#include "benchmarks/networks/tests.hpp"

/// All gradients of a large batch, on one thread and on two. Compiled with OpenMP where there is any; without it, both rows
/// are of one thread, and the second is left out.
namespace icnn::benchmarks {

namespace {

void ours(benchmark::State& state, Index threads) {
  constexpr Index columns = 256;
  const BatchOf<Transport> batch(columns);
  Batches batches(Transport::get(), {.columns = columns, .threads = threads});
  Vector<float> gradient(batch.size());
  Matrix<float> y_gradient(batch.y.rows(), columns);
  Wanted<float> wanted{.y = y_gradient, .parameters = gradient};
  batches.gradients(batch.y, wanted);
  if (!agrees(state, gradient, batch.gradient)) return;
  Work work = work_of(Transport::get(), Pass::all_gradients, columns);
  work.threads = static_cast<double>(threads);
  measure(state, work, [&] {
    batches.gradients(batch.y, wanted);
    return gradient.data();
  });
}

const Registration rows([] {
  const std::string test = std::string(Transport::name) + " all_gradients n=256";
  add({"threads", test, "float", "icnn"}, [](benchmark::State& state) { ours(state, 1); });
#ifdef _OPENMP
  add({"threads", test, "float", "icnn_two_threads"}, [](benchmark::State& state) { ours(state, 2); });
#endif
});

}  // namespace

}  // namespace icnn::benchmarks
