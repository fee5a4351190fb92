// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>

#include "benchmarks/networks/cases.hpp"
#include "benchmarks/support/registry.hpp"

namespace icnn::benchmarks {

/// One sample, and what is right there.
template <class Case>
struct Point {
  using S = typename Case::Network::Scalar;
  Vector<S> y = samples<S>(Case::get().inputs(), 1).col(0);
  S value = Case::get()(y);
  Vector<S> gradient = Case::get().gradient(y);
};

template <class Case>
[[nodiscard]] Name point_name(const std::string& what, const std::string& contestant) {
  return {"network", std::string(Case::name) + ' ' + what + " n=1", scalar_name<typename Case::Network::Scalar>, contestant};
}

/// A batch and the gradients of the sum of its values, in y and in all parameters.
template <class Case>
struct BatchOf {
  using Network = typename Case::Network;
  using S = typename Network::Scalar;

  explicit BatchOf(Index columns) : y(samples<S>(Case::get().inputs(), columns)), y_gradient(y), gradient(size()) {
    const Network& f = Case::get();
    if constexpr (Network::has_context) x = samples<S>(f.context_size(), columns);
    auto ws = f.workspace({.columns = columns, .hessian = false});
    ours(y_gradient, gradient, ws);
  }

  /// What icnn does.
  template <class Ws>
  void ours(Matrix<S>& in_y, Vector<S>& in_parameters, Ws& ws) const {
    if constexpr (Network::has_context) {
      Case::get().gradients(x, y, {.y = in_y, .parameters = in_parameters}, ws);
    } else {
      Case::get().gradients(y, {.y = in_y, .parameters = in_parameters}, ws);
    }
  }

  [[nodiscard]] static Index size() { return Case::get().parameter_count(); }

  Matrix<S> x, y, y_gradient;
  Vector<S> gradient;
};

template <class Case>
[[nodiscard]] Name batch_name(Index columns, const std::string& contestant) {
  return {"network", std::string(Case::name) + " all_gradients n=" + std::to_string(columns),
          scalar_name<typename Case::Network::Scalar>, contestant};
}

/// Calls visit.template operator()<Case>(columns) for every network and batch whose gradients are measured.
template <class Visit>
void for_each_batch(Visit visit) {
  for (const Index columns : {64, 256}) visit.template operator()<Critic<float, Relu>>(columns);
  for (const Index columns : {64, 256}) visit.template operator()<Critic<float, Softplus>>(columns);
  visit.template operator()<MultiLabel>(128);
  for (const Index columns : {64, 256}) visit.template operator()<Transport>(columns);
}

}  // namespace icnn::benchmarks
