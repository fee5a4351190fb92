// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/networks/plain_ficnn.hpp"
#include "benchmarks/networks/plain_picnn.hpp"
#include "benchmarks/networks/tests.hpp"

/// Batches: values, gradients in y, and the sum of the gradients in all parameters.
namespace icnn::benchmarks {

namespace {

template <class Case>
void ours(benchmark::State& state, Index columns) {
  using S = typename Case::Network::Scalar;
  const BatchOf<Case> batch(columns);
  auto ws = Case::get().workspace({.columns = columns, .hessian = false});
  Matrix<S> y = batch.y_gradient;
  Vector<S> gradient(batch.size());
  measure(state, work_of(Case::get(), Pass::all_gradients, columns), [&] {
    batch.ours(y, gradient, ws);
    return gradient.data();
  });
}

template <class Case>
void eigen(benchmark::State& state, Index columns) {
  using Network = typename Case::Network;
  using S = typename Network::Scalar;
  using A = typename Case::Activation;
  using Plain = std::conditional_t<Network::has_context, PlainPicnn<S, A>, PlainFicnn<S, A, Dynamic>>;
  const BatchOf<Case> batch(columns);
  Plain plain(Case::get(), columns);
  Matrix<S> y = batch.y_gradient;
  Vector<S> gradient(batch.size());
  const auto call = [&] {
    if constexpr (Network::has_context) {
      plain.gradients(batch.x, batch.y, y, gradient);
    } else {
      plain.gradients(batch.y, y, &gradient);
    }
    return gradient.data();
  };
  call();
  if (!agrees(state, gradient, batch.gradient) || !agrees(state, y, batch.y_gradient)) return;
  measure(state, work_of(Case::get(), Pass::all_gradients, columns), call);
}

const Registration batches([] {
  for_each_batch([]<class Case>(Index columns) {
    add(batch_name<Case>(columns, "icnn"), [columns](benchmark::State& state) { ours<Case>(state, columns); });
    add(batch_name<Case>(columns, "eigen"), [columns](benchmark::State& state) { eigen<Case>(state, columns); });
  });
});

}  // namespace

}  // namespace icnn::benchmarks
