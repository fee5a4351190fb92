// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>

#include "benchmarks/networks/cases.hpp"
#include "benchmarks/support/registry.hpp"

/// The global minimum over the box [0, 1]^n, from its centre: ours stops when it has proved a relative gap of 1e-6, others
/// where they no longer move, with nothing proved.
namespace icnn::benchmarks {

template <class Case>
[[nodiscard]] Name argmin_name(const std::string& contestant) {
  return {"argmin", std::string(Case::name) + " over a box", "double", contestant};
}

/// Calls visit.template operator()<Case>() for everything that is minimised.
template <class Visit>
void for_each_argmin(Visit visit) {
  visit.template operator()<Tiny>();
  visit.template operator()<AtContext<Critic<double, Softplus>>>();
}

template <class Case>
[[nodiscard]] Settings argmin_settings() {
  return {.start = Vector<double>::Constant(Case::get().inputs(), 0.5)};
}

/// How much was done.
inline void count(benchmark::State& state, double evaluations) { state.counters["evaluations"] = evaluations; }

}  // namespace icnn::benchmarks
