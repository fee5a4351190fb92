// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/icnn.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "tests/support/zoo.hpp"

/// How many evaluations argmin takes for a certified gap of 1e-8 max(1, |value|), by method, number of variables and kind of
/// problem, and whether every lower bound lies below f at the best known points (in long double). argmin_calls [SOLVES]
using namespace icnn;
using namespace icnn::test;

namespace {

struct Tally {
  std::vector<Index> evaluations;
  std::map<std::string, long> not_optimal;
  long lies = 0, wrong_planted = 0;

  void note(const Result& r) {
    evaluations.push_back(r.evaluations);
    if (r.status != Status::optimal) ++not_optimal[std::string(to_string(r.status))];
  }
  void note(const Tally& other) {
    evaluations.insert(evaluations.end(), other.evaluations.begin(), other.evaluations.end());
    for (const auto& [status, count] : other.not_optimal) not_optimal[status] += count;
    lies += other.lies;
    wrong_planted += other.wrong_planted;
  }
  [[nodiscard]] Index quantile(double share) {
    std::ranges::sort(evaluations);
    const auto at = static_cast<std::size_t>(share * static_cast<double>(evaluations.size()));
    return evaluations[std::min(at, evaluations.size() - 1)];
  }
  void print(const char* problem, const std::string& n, const char* kind) {
    std::printf("| %s | %s | %s | %zu | %ld | %ld | %ld | ", problem, n.c_str(), kind, evaluations.size(),
                static_cast<long>(quantile(0.5)), static_cast<long>(quantile(0.999)), static_cast<long>(quantile(1)));
    for (const auto& [status, count] : not_optimal) std::printf("%ld %s; ", count, status.c_str());
    std::printf("| %ld | %ld |\n", lies, wrong_planted);
    std::fflush(stdout);
  }
};

/// One solve, and its bound against f at its own point and at the known minimiser.
template <class F, class G, class Set>
void solve(const ZooProblem<F>& problem, const G& objective, const Set& set, double entropy, Tally& tally) {
  constexpr double gap = 1e-8;
  const Result r = argmin(objective, set, {.relative_gap = gap, .max_evaluations = 1000});
  tally.note(r);
  const auto exact = objective.template cast<long double>();
  const auto at = [&](const Vector<double>& y) { return exact(Vector<long double>(y.cast<long double>())); };
  const long double doubt = static_cast<long double>(r.value_error) / 500;
  if (at(r.y) + doubt < static_cast<long double>(r.lower_bound)) ++tally.lies;
  if (entropy > 0 || problem.minimiser.size() == 0) return;
  const long double least = at(problem.minimiser);
  if (least + doubt + 1e-15L * (1 + std::abs(least)) < static_cast<long double>(r.lower_bound)) ++tally.lies;
  const double most = gap * std::max(1.0, std::abs(r.value)) + r.value_error;
  if (r.status == Status::optimal && r.value > static_cast<double>(least) + 2 * most) ++tally.wrong_planted;
}

template <class F>
void solve_once(const ZooProblem<F>& problem, double entropy, bool on_simplex, Tally& tally) {
  const Index n = problem.f.inputs();
  const auto objective = problem.objective(entropy, on_simplex ? EntropyOn::simplex : EntropyOn::box);
  if (on_simplex) {
    solve(problem, objective, Simplex(n), entropy, tally);
  } else {
    solve(problem, objective, Box::unit(n), entropy, tally);
  }
}

/// Rows of the table for one kind of objective; the number of solves, which falls with n.
template <class Activation>
long run(const char* name, double entropy, long solves, Random& random) {
  long total = 0;
  Tally hard;
  for (const auto& [n, share] :
       {std::pair<Index, double>{1, 0.2}, {2, 0.2}, {6, 0.2}, {20, 0.1}, {50, 0.02}, {159, 2e-3}, {784, 1e-4}}) {
    const long count = std::max(4L, static_cast<long>(share * static_cast<double>(solves)));
    Tally plain, others;
    for (long k = 0; k < count; ++k) {
      const bool well_scaled = k % 4 != 0;
      const Trait trait = well_scaled ? Trait::plain : all_traits[1 + static_cast<std::size_t>(random.index(10))];
      const auto problem =
          zoo_problem<Activation>(random, n, 1 + random.index(4), 10 + random.index(n > 100 ? 90 : 40), trait);
      solve_once(problem, entropy, random.uniform() < 0.5, well_scaled ? plain : others);
    }
    plain.print(name, std::to_string(n), "well scaled");
    hard.note(others);
    total += count;
  }
  hard.print(name, "all", "scaled or degenerate");
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  const long solves = argc > 1 ? std::atol(argv[1]) : 100000;
  if (solves < 1) {
    std::fprintf(stderr, "argmin_calls [SOLVES], 100000 by default\n");
    return 2;
  }
  std::printf(
      "Certified gap 1e-8 max(1, |value|); half boxes [0, 1]^n, half simplices; 1 to 4 hidden layers.\n\n"
      "| f | n | problems | solves | median | 99.9 %% | most evaluations | not optimal | bounds too high | planted minima "
      "missed |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n");
  Random random(1);
  long total = run<Softplus>("softplus", 0, solves / 3, random);
  total += run<Softplus>("softplus - H", 1, solves / 3, random);
  total += run<Relu>("ReLU", 0, solves / 3, random);
  total += run<Relu>("ReLU - H", 1, solves / 3, random);
  std::printf("\n%ld solves\n", total);
}
