// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
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

/// The transport map's potential and the tags' energy, as smooth as projected gradients like it.
struct LargeTransport {
  static constexpr const char* name = "784-512-512-512-1 softplus";
  using Activation = Softplus;
  using Network = Ficnn<double, Softplus>;
  static const Network& get() {
    static const Network f = randomized(Network({.inputs = 784, .hidden = {512, 512, 512}}));
    return f;
  }
};
struct LargeMultiLabel {
  static constexpr const char* name = "1836+159-600-1 softplus";
  using Activation = Softplus;
  using Network = Picnn<double, Softplus>;
  static const Network& get() {
    static const Network f = randomized(Network({.context = 1836, .inputs = 159, .hidden = {600}, .context_hidden = {600}}));
    return f;
  }
};

/// f - <q, y>, with its minimum where two coordinates of three are inside of the box: that of random weights is a corner,
/// which every method finds at once.
template <class Case>
struct Planted {
  static constexpr const char* name = Case::name;
  using Network = Regularized<const typename Case::Network&>;  // which is there for good
  static const Network& get() {
    static const Network f = [] {
      const auto& network = Case::get();
      Vector<double> y(network.inputs()), q(network.inputs());
      Random random(3);
      random.fill_uniform(y, 0.2, 0.8);
      for (Index j = 0; j < y.size(); j += 3) y(j) = static_cast<double>(j % 2);
      auto ws = network.workspace();
      network.gradients(y, {.y = q}, ws);
      const double push = 0.1 * q.cwiseAbs().maxCoeff();
      for (Index j = 0; j < y.size(); j += 3) q(j) += y(j) == 0 ? -push : push;
      return regularized(network, {.linear = q});
    }();
    return f;
  }
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

/// The same for what is too large for a peer in Python.
template <class Visit>
void for_each_large_argmin(Visit visit) {
  visit.template operator()<Minimum<Planted<AtContext<LargeMultiLabel>>, 7>>();
  visit.template operator()<Minimum<Planted<LargeTransport>, 7>>();
}

template <class Case>
[[nodiscard]] Settings argmin_settings() {
  return {.relative_gap = 0, .absolute_gap = Case::gap, .start = Vector<double>::Constant(Case::get().inputs(), 0.5)};
}

/// The function that peers call, with our gradients, and how often.
template <class Case>
struct Objective {
  decltype(Case::get().workspace()) ws = Case::get().workspace();
  int evaluations = 0;

  template <class Point, class Gradient>
  double operator()(const Point& y, Gradient& g) {
    ++evaluations;
    return Case::get().gradients(y, {.y = g}, ws);
  }
};

/// Whether a value is the minimum, as far as a peer claims it.
template <class Case>
[[nodiscard]] bool is_minimum(double value) {
  const Result best = argmin(Case::get(), Box::unit(Case::get().inputs()), argmin_settings<Case>());
  return value - best.value <= 1e-4 * std::max(1.0, std::abs(best.value));
}

/// How much was done.
inline void count(benchmark::State& state, double evaluations) { state.counters["evaluations"] = evaluations; }

}  // namespace icnn::benchmarks
