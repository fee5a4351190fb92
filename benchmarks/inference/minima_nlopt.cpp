// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <nlopt.h>

#include <cmath>
#include <memory>

#include "benchmarks/inference/minima.hpp"

namespace icnn::benchmarks {

namespace {

/// The function as NLopt calls it, with our gradients.
template <class Case>
struct Objective {
  using Workspace = decltype(Case::get().workspace());
  Workspace ws = Case::get().workspace();
  int evaluations = 0;

  static double call(unsigned n, const double* y, double* gradient, void* self) {
    auto& objective = *static_cast<Objective*>(self);
    ++objective.evaluations;
    const auto size = static_cast<Index>(n);
    const Eigen::Map<const Vector<double>> point(y, size);
    if (gradient == nullptr) return Case::get().value(point, objective.ws);
    return Case::get().gradients(point, {.y = Eigen::Map<Vector<double>>(gradient, size)}, objective.ws);
  }
};

template <class Case>
void run(benchmark::State& state, nlopt_algorithm algorithm) {
  const auto n = static_cast<unsigned>(Case::get().inputs());
  const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> opt(nlopt_create(algorithm, n), nlopt_destroy);
  Objective<Case> objective;
  nlopt_set_min_objective(opt.get(), Objective<Case>::call, &objective);
  nlopt_set_lower_bounds1(opt.get(), 0);
  nlopt_set_upper_bounds1(opt.get(), 1);
  nlopt_set_ftol_abs(opt.get(), Case::gap);
  nlopt_set_maxeval(opt.get(), 1000);
  Vector<double> y(Case::get().inputs());
  double value = 0;
  const auto call = [&] {
    y.setConstant(0.5);
    objective.evaluations = 0;
    return nlopt_optimize(opt.get(), y.data(), &value);
  };
  if (call() < 0) return state.SkipWithError("it failed");
  const Result best = argmin(Case::get(), Box::unit(y.size()), argmin_settings<Case>());
  if (!(value - best.value <= 1e-4 * std::max(1.0, std::abs(best.value)))) {
    return state.SkipWithError("not the minimum");
  }
  measure(state, {}, call);
  count(state, objective.evaluations);
}

const Registration minima([] {
  for_each_argmin([]<class Case> {
    add(argmin_name<Case>("nlopt_lbfgs"), [](benchmark::State& state) { run<Case>(state, NLOPT_LD_LBFGS); });
    add(argmin_name<Case>("nlopt_slsqp"), [](benchmark::State& state) { run<Case>(state, NLOPT_LD_SLSQP); });
  });
});

}  // namespace

}  // namespace icnn::benchmarks
