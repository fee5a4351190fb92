// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/learning/steps.hpp"

namespace icnn::benchmarks {

namespace {

template <class Case>
void ours(benchmark::State& state, Index columns) {
  using S = typename Case::Network::Scalar;
  const BatchOf<Case> batch(columns);
  auto network = Case::get();
  auto ws = network.workspace({.columns = columns, .hessian = false});
  Vector<S> gradient(batch.size()), before;
  const RowVector<S> seeds = RowVector<S>::Constant(columns, S(1) / static_cast<S>(columns));
  Adam<S> adam({.rate = 1e-8});  // so small that the network stays what it is, however many steps are timed
  measure(state, step_work<Case>(columns), [&] {
    const Wanted<S> wanted{.parameters = gradient, .seeds = seeds};
    if constexpr (Case::Network::has_context) {
      network.gradients(batch.x, batch.y, wanted, ws);
    } else {
      network.gradients(batch.y, wanted, ws);
    }
    if (!take_step(network, adam, gradient, 1, before)) state.SkipWithError("a step failed");
    return network.parameters().data();
  });
}

const Registration steps([] {
  for_each_step([]<class Case>(Index columns) {
    add(step_name<Case>(columns, "icnn"), [columns](benchmark::State& state) { ours<Case>(state, columns); });
  });
});

}  // namespace

}  // namespace icnn::benchmarks
