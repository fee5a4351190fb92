// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <nlopt.h>

#include <memory>

#include "benchmarks/inference/minima.hpp"

namespace icnn::benchmarks {

namespace {

/// The objective as NLopt calls it: its L-BFGS and SLSQP always ask for the gradient.
template <class Case>
double call(unsigned n, const double* y, double* gradient, void* objective) {
  const auto size = static_cast<Index>(n);
  Eigen::Map<Vector<double>> g(gradient, size);
  return (*static_cast<Objective<Case>*>(objective))(Eigen::Map<const Vector<double>>(y, size), g);
}

template <class Case>
void run(benchmark::State& state, nlopt_algorithm algorithm) {
  const auto n = static_cast<unsigned>(Case::get().inputs());
  const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> opt(nlopt_create(algorithm, n), nlopt_destroy);
  Objective<Case> objective;
  nlopt_set_min_objective(opt.get(), call<Case>, &objective);
  nlopt_set_lower_bounds1(opt.get(), 0);
  nlopt_set_upper_bounds1(opt.get(), 1);
  nlopt_set_ftol_abs(opt.get(), Case::gap);
  nlopt_set_maxeval(opt.get(), 1000);
  Vector<double> y(Case::get().inputs());
  double value = 0;
  const auto solve = [&] {
    y.setConstant(0.5);
    objective.evaluations = 0;
    return nlopt_optimize(opt.get(), y.data(), &value);
  };
  if (solve() < 0) return state.SkipWithError("it failed");
  if (!is_minimum<Case>(value)) return state.SkipWithError("not the minimum");
  measure(state, {}, solve);
  count(state, objective.evaluations);
}

const Registration minima([] {
  const auto add_lbfgs = []<class Case> {
    add(argmin_name<Case>("nlopt_lbfgs"), [](benchmark::State& state) { run<Case>(state, NLOPT_LD_LBFGS); });
  };
  for_each_argmin(add_lbfgs);
  for_each_argmin([]<class Case> {
    add(argmin_name<Case>("nlopt_slsqp"), [](benchmark::State& state) { run<Case>(state, NLOPT_LD_SLSQP); });
  });
  for_each_large_argmin(add_lbfgs);
});

}  // namespace

}  // namespace icnn::benchmarks
