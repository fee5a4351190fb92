// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <algorithm>
#include <array>
#include <limits>

#include "benchmarks/inference/minima.hpp"

namespace icnn::benchmarks {

namespace {

/// What users write by hand: a spectral projected gradient with a line search that may rise (Birgin, Martinez and Raydan,
/// SIAM Journal on Optimization 10, 2000, SPG2). Ends where the least value has not moved by more than the gap for as many
/// steps as the line search remembers; proves nothing.
template <class Case>
class SpectralGradient {
 public:
  SpectralGradient() : y(Case::get().inputs()), g_(y), trial_(y), trial_g_(y), d_(y) {}

  double solve() {
    constexpr double decrease = 1e-4, shortest = 1e-10, longest = 1e10;
    constexpr int most_evaluations = 10000;
    y.setConstant(0.5);
    objective.evaluations = 0;
    double value = objective(y, g_), least = value, last_least = value;
    values_.fill(-std::numeric_limits<double>::infinity());
    values_[0] = value;
    d_ = (y - g_).cwiseMax(0).cwiseMin(1) - y;
    double step = 1 / std::max(shortest, d_.cwiseAbs().maxCoeff());
    for (std::size_t k = 1; objective.evaluations < most_evaluations; ++k) {
      d_ = (y - step * g_).cwiseMax(0).cwiseMin(1) - y;
      const double slope = g_.dot(d_), highest = *std::ranges::max_element(values_);
      if (!(slope < 0)) break;
      double t = 1, next = 0;
      for (;;) {
        trial_ = y + t * d_;
        next = objective(trial_, trial_g_);
        if (next <= highest + decrease * t * slope || objective.evaluations >= most_evaluations) break;
        const double guess = -0.5 * t * t * slope / (next - value - t * slope);
        t = guess >= 0.1 * t && guess <= 0.9 * t ? guess : 0.5 * t;
      }
      d_ = trial_ - y;
      const double curvature = d_.dot(trial_g_ - g_);
      step = curvature > 0 ? std::clamp(d_.squaredNorm() / curvature, shortest, longest) : longest;
      y.swap(trial_);
      g_.swap(trial_g_);
      value = next;
      values_[k % values_.size()] = value;
      least = std::min(least, value);
      if (k % values_.size() != 0) continue;
      if (last_least - least <= Case::gap) break;
      last_least = least;
    }
    return least;
  }

  Vector<double> y;
  Objective<Case> objective{};

 private:
  Vector<double> g_, trial_, trial_g_, d_;
  std::array<double, 10> values_{};
};

template <class Case>
void run(benchmark::State& state) {
  SpectralGradient<Case> method;
  if (!is_minimum<Case>(method.solve())) return state.SkipWithError("not the minimum");
  measure(state, {}, [&] { return method.solve(); });
  count(state, method.objective.evaluations);
}

const Registration minima([] {
  const auto add_peer = []<class Case> { add(argmin_name<Case>("spg"), run<Case>); };
  for_each_argmin(add_peer);
  for_each_large_argmin(add_peer);
});

}  // namespace

}  // namespace icnn::benchmarks
