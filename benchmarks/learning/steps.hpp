// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>

#include "benchmarks/networks/tests.hpp"

/// A step of training: the gradient of the mean of f over a batch in all parameters, one step of Adam, W^z projected.
namespace icnn::benchmarks {

template <class Case>
[[nodiscard]] Name step_name(Index columns, const std::string& contestant) {
  return {"training_step", std::string(Case::name) + " n=" + std::to_string(columns),
          scalar_name<typename Case::Network::Scalar>, contestant};
}

template <class Case>
[[nodiscard]] Work step_work(Index columns) {
  return work_of(Case::get(), Pass::parameter_gradients, columns);
}

/// Calls visit.template operator()<Case>(columns) for everything that is trained.
template <class Visit>
void for_each_step(Visit visit) {
  for (const Index columns : {64, 256}) {
    visit.template operator()<Critic<float, Relu>>(columns);
    visit.template operator()<Transport>(columns);
    visit.template operator()<MultiLabel>(columns);
  }
}

}  // namespace icnn::benchmarks
