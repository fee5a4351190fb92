// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

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
}

const Registration minima([] { for_each_argmin([]<class Case> { add(argmin_name<Case>("icnn"), ours<Case>); }); });

}  // namespace

}  // namespace icnn::benchmarks
