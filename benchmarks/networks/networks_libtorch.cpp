// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/networks/in_libtorch.hpp"
#include "benchmarks/networks/tests.hpp"

/// What is measured of our networks, by libtorch.
namespace icnn::benchmarks {

namespace {

template <class Case>
void value(benchmark::State& state) {
  const Point<Case> point;
  TorchNetwork torch = in_libtorch<Case>();
  torch.set_points(nullptr, 0, point.y.data(), point.y.size(), 1);
  const auto call = [&] {
    torch.value();
    return &torch;
  };
  call();
  using S = typename Case::Network::Scalar;
  if (!agrees(state, static_cast<S>(torch.values()[0]), point.value)) return;
  measure(state, work_of(Case::get(), Pass::value, 1), call);
}

template <class Case>
void gradient(benchmark::State& state) {
  const Point<Case> point;
  TorchNetwork torch = in_libtorch<Case>();
  torch.set_points(nullptr, 0, point.y.data(), point.y.size(), 1);
  const auto call = [&] {
    torch.value_and_gradient();
    return &torch;
  };
  call();
  using S = typename Case::Network::Scalar;
  if (!agrees(state, vector_of<S>(torch.y_gradient()), point.gradient)) return;
  measure(state, work_of(Case::get(), Pass::value_and_gradient, 1), call);
}

void hessian(benchmark::State& state) {
  const Point<Tiny> point;
  TorchNetwork torch = in_libtorch<Tiny>();
  torch.set_points(nullptr, 0, point.y.data(), point.y.size(), 1);
  const auto call = [&] {
    torch.hessian();
    return &torch;
  };
  call();
  if (!agrees(state, vector_of<double>(torch.second_derivatives()),
              Vector<double>(Tiny::get().hessian(point.y).reshaped()))) {
    return;
  }
  measure(state, {}, call);
}

template <class Case>
void all_gradients(benchmark::State& state, Index columns) {
  using S = typename Case::Network::Scalar;
  const BatchOf<Case> batch(columns);
  TorchNetwork torch = in_libtorch<Case>();
  torch.set_points(batch.x.size() > 0 ? batch.x.data() : nullptr, batch.x.rows(), batch.y.data(), batch.y.rows(), columns);
  const auto call = [&] {
    torch.all_gradients();
    return &torch;
  };
  call();
  if (!agrees(state, vector_of<S>(torch.parameter_gradient()), batch.gradient) ||
      !agrees(state, vector_of<S>(torch.y_gradient()), Vector<S>(batch.y_gradient.reshaped()))) {
    return;
  }
  measure(state, work_of(Case::get(), Pass::all_gradients, columns), call);
}

template <class Case>
void add_point_tests() {
  add(point_name<Case>("value", "libtorch"), value<Case>);
  add(point_name<Case>("value_and_gradient", "libtorch"), gradient<Case>);
}

const Registration networks([] {
  add_point_tests<Tiny>();
  add_point_tests<AtContext<Critic<float, Relu>>>();
  add_point_tests<AtContext<Critic<float, Softplus>>>();
  add_point_tests<AtContext<MultiLabel>>();
  add_point_tests<Transport>();
  add(point_name<Tiny>("gradient_and_hessian", "libtorch"), hessian);
  for_each_batch([]<class Case>(Index columns) {
    add(batch_name<Case>(columns, "libtorch"), [columns](benchmark::State& state) { all_gradients<Case>(state, columns); });
  });
});

}  // namespace

}  // namespace icnn::benchmarks
