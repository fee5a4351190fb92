// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/learning/steps.hpp"
#include "benchmarks/networks/in_libtorch.hpp"

namespace icnn::benchmarks {

namespace {

template <class Case>
void step(benchmark::State& state, Index columns) {
  using S = typename Case::Network::Scalar;
  const BatchOf<Case> batch(columns);
  TorchNetwork torch = in_libtorch<Case>();
  torch.set_points(batch.x.size() > 0 ? batch.x.data() : nullptr, batch.x.rows(), batch.y.data(), batch.y.rows(), columns);
  const auto call = [&] {
    torch.training_step();
    return &torch;
  };
  call();
  const Vector<S> mean = batch.gradient / static_cast<S>(columns);
  if (!agrees(state, vector_of<S>(torch.parameter_gradient()), mean)) return;
  measure(state, step_work<Case>(columns), call);
}

const Registration steps([] {
  for_each_step([]<class Case>(Index columns) {
    add(step_name<Case>(columns, "libtorch"), [columns](benchmark::State& state) { step<Case>(state, columns); });
  });
});

}  // namespace

}  // namespace icnn::benchmarks
