// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <chrono>

#include "benchmarks/inference/minima.hpp"

namespace icnn::benchmarks {

namespace {

template <class Case>
void ours(benchmark::State& state) {
  const auto& f = Case::get();
  const Box box = Box::unit(f.inputs());
  const Settings settings = argmin_settings<Case>();
  ArgminWorkspace<typename Case::Network> ws(f);
  Result result;
  argmin(f, box, settings, ws, result);
  if (result.status != Status::optimal) return state.SkipWithError("not optimal");
  measure(state, {}, [&] {
    argmin(f, box, settings, ws, result);
    return result.value;
  });
  count(state, static_cast<double>(result.evaluations));
  state.counters["gap"] = result.gap();
  if (f.inputs() > detail::newton_at_once) return;  // with another mixture of gradients, Hessians and their products
  // How long the same evaluations take alone: the rest is the method's and the certificate's.
  const ModelPointer model = make_model(f, true);
  Vector<double> g(f.inputs());
  Matrix<double> h(f.inputs(), f.inputs());
  const auto evaluate = [&] {
    for (Index i = 0; i < result.evaluations; ++i) {
      const bool with_hessian = i < result.iterations;
      model->value(with_hessian ? Order::second : Order::first, result.y);
      model->gradient(g);
      if (with_hessian) model->hessian(h);
    }
  };
  constexpr int repetitions = 200;
  evaluate();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < repetitions; ++i) evaluate();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  state.counters["oracle_us"] = 1e6 * spent.count() / repetitions;
}

const Registration minima([] {
  const auto add_ours = []<class Case> { add(argmin_name<Case>("icnn"), ours<Case>); };
  for_each_argmin(add_ours);
  for_each_large_argmin(add_ours);
});

}  // namespace

}  // namespace icnn::benchmarks
