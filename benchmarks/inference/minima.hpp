// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>

#include "benchmarks/networks/cases.hpp"
#include "benchmarks/support/registry.hpp"

/// The global minimum over the box [0, 1]^n, from its center: ours stops when it has proved the gap, others where the value
/// no longer moves by more than that, with nothing proved.
namespace icnn::benchmarks {

/// A network to minimize, and how exactly.
template <class Case, int Digits>
struct Minimum : Case {
  static constexpr double gap = [] {
    double power = 1;
    for (int i = 0; i < Digits; ++i) power /= 10;
    return power;
  }();
};

struct TinyFixed : TinyStatic {
  static constexpr const char* name = "tiny 6-16-16-1 softplus, compile-time sizes";
};

template <class Case>
[[nodiscard]] Name argmin_name(const std::string& contestant) {
  return {"argmin", std::string(Case::name) + " over a box", "double", contestant};
}

/// Calls visit.template operator()<Case>() for everything that is minimized.
template <class Visit>
void for_each_argmin(Visit visit) {
  visit.template operator()<Minimum<Tiny, 10>>();
  visit.template operator()<Minimum<TinyFixed, 10>>();
  visit.template operator()<Minimum<AtContext<Critic<double, Softplus>>, 7>>();
}

template <class Case>
[[nodiscard]] Settings argmin_settings() {
  return {.relative_gap = 0, .absolute_gap = Case::gap, .start = Vector<double>::Constant(Case::get().inputs(), 0.5)};
}

/// How much was done.
inline void count(benchmark::State& state, double evaluations) { state.counters["evaluations"] = evaluations; }

}  // namespace icnn::benchmarks
