// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/icnn.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/quadruple.hpp"
#include "tests/support/zoo.hpp"

/// How many evaluations argmin takes for a certified gap of 1e-8 max(1, |value|), by method, number of variables and kind of
/// problem; whether every lower bound lies below f at the best known points, in quadruple precision; and whether verify()
/// accepts the certificates, one in eight. argmin_calls [SOLVES [SEED]]
using namespace icnn;
using namespace icnn::test;

namespace {

struct Tally {
  std::vector<Index> evaluations;
  std::map<std::string, long> not_optimal;
  long lies = 0, wrong_planted = 0, certificates = 0, refused = 0;

  void note(const Result& r) {
    evaluations.push_back(r.evaluations);
    if (r.status != Status::optimal) ++not_optimal[std::string(to_string(r.status))];
  }
  void note(const Tally& other) {
    evaluations.insert(evaluations.end(), other.evaluations.begin(), other.evaluations.end());
    for (const auto& [status, count] : other.not_optimal) not_optimal[status] += count;
    lies += other.lies;
    certificates += other.certificates;
    refused += other.refused;
    wrong_planted += other.wrong_planted;
  }
  [[nodiscard]] Index quantile(double share) {
    std::ranges::sort(evaluations);
    const auto at = static_cast<std::size_t>(share * static_cast<double>(evaluations.size()));
    return evaluations[std::min(at, evaluations.size() - 1)];
  }
  void print(const char* problem, const std::string& n, const std::string& kind) {
    if (evaluations.empty()) return;
    std::printf("| %s | %s | %s | %zu | %ld | %ld | %ld | ", problem, n.c_str(), kind.c_str(), evaluations.size(),
                static_cast<long>(quantile(0.5)), static_cast<long>(quantile(0.999)), static_cast<long>(quantile(1)));
    for (const auto& [status, count] : not_optimal) std::printf("%ld %s; ", count, status.c_str());
    std::printf("| %ld | %ld | %ld of %ld |\n", lies, wrong_planted, refused, certificates);
    std::fflush(stdout);
  }
};

/// One solve, and its bound against f at its own point and at the known minimizer.
template <class F, class G, class Set>
void solve(const ZooProblem<F>& problem, const G& objective, const Set& set, double entropy, Method method, Tally& tally) {
  constexpr double gap = 1e-8;
  const bool asked = tally.evaluations.size() % 8 == 0;
  const Result r =
      argmin(objective, set, {.relative_gap = gap, .max_evaluations = 1000, .method = method, .certificate = asked});
  tally.note(r);
  if (asked) {
    ++tally.certificates;
    tally.refused += verify(objective, set, r.certificate).holds() ? 0 : 1;
  }
  const auto above_bound = [&](const auto& value) { return value >= r.lower_bound; };
  if (!holds(objective, r.y, r.value_error, above_bound)) ++tally.lies;
  if (entropy > 0 || problem.minimizer.size() == 0) return;
  if (!holds(objective, problem.minimizer, r.value_error, [&](const auto& value) {
        using std::abs;
        return value + 1e-15 * (1 + abs(value)) >= r.lower_bound;  // the minimizer is one but for its own rounding
      })) {
    ++tally.lies;
  }
  const double least = objective(problem.minimizer), most = gap * std::max(1.0, std::abs(r.value)) + r.value_error;
  if (r.status == Status::optimal && r.value > least + 2 * most) ++tally.wrong_planted;
}

template <class F>
void solve_once(const ZooProblem<F>& problem, double entropy, bool on_simplex, Method method, Tally& tally) {
  const Index n = problem.f.inputs();
  const auto objective = problem.objective(entropy, on_simplex ? EntropyOn::simplex : EntropyOn::box);
  if (on_simplex) {
    solve(problem, objective, Simplex(n), entropy, method, tally);
  } else {
    solve(problem, objective, Box::unit(n), entropy, method, tally);
  }
}

/// One kind of smooth problem, solved by the method that argmin chooses and, where that is another, by Newton's; or of
/// kinked problems, which have but the first.
template <class Activation>
struct Kind {
  static constexpr bool curved = detail::is_curved(Activation{}.regularity());
  Tally chosen, newton;

  void note(const Kind& other) {
    chosen.note(other.chosen);
    if (curved) newton.note(other.newton.evaluations.empty() ? other.chosen : other.newton);
  }
  void print(const char* problem, const std::string& n, const std::string& kind) {
    chosen.print(problem, n, kind);
    newton.print(problem, n, kind + ", Method::newton");
  }
};

/// Rows of the table for one kind of objective; the number of solves, which falls with n.
template <class Activation>
long run(const char* name, double entropy, long solves, Random& random) {
  long total = 0;
  Kind<Activation> well_scaled, with_unbalanced;
  Tally all_hard;
  for (const auto& [n, share] :
       {std::pair<Index, double>{1, 0.2}, {2, 0.2}, {6, 0.2}, {20, 0.1}, {50, 0.02}, {159, 6e-3}, {784, 3e-3}}) {
    const long count = std::max(8L, static_cast<long>(share * static_cast<double>(solves)));
    // Beyond so many variables gradient steps come first, for they are cheaper. Newton by name counts without.
    const bool by_name =
        Kind<Activation>::curved && n > (entropy > 0 ? detail::mirror_newton_at_once : detail::newton_at_once);
    Kind<Activation> plain, at_contexts, trained, unbalanced, deep;
    Tally hard;
    std::optional<ZooProblem<Ficnn<double, Activation>>> taught;
    for (long k = 0; k < count; ++k) {
      const Index width = 10 + random.index(n > 100 ? 90 : 40), depth = 1 + random.index(4);
      const bool on_simplex = random.uniform() < 0.5;
      const auto solve = [&](const auto& problem, Tally& tally, Method method = Method::automatic) {
        solve_once(problem, entropy, on_simplex, method, tally);
        ++total;
      };
      const auto solve_both = [&](const auto& problem, Kind<Activation>& kind) {
        solve(problem, kind.chosen);
        if (by_name) solve(problem, kind.newton, Method::newton);
      };
      if (k % 4 == 0) {
        const Trait trait = all_traits[2 + static_cast<std::size_t>(random.index(all_traits.size() - 2))];
        solve(zoo_problem<Activation>(random, n, depth, width, trait), hard);
      } else if (k % 8 == 5) {
        solve_both(zoo_problem<Activation>(random, n, depth, width, Trait::growing), depth <= 2 ? unbalanced : deep);
      } else if (k % 8 == 1 && n <= 50) {
        solve_both(zoo_problem_at_context<Activation>(random, n, depth, width), at_contexts);
      } else if (k % 8 == 2 && n > 1 && n <= 20) {
        if (k % 400 == 2) taught = ZooProblem<Ficnn<double, Activation>>{trained_network<Activation>(random, n, 40), {}, {}};
        taught->tilt = random_vector<double>(random, n, 0.5);
        solve_both(*taught, trained);
      } else {
        solve_both(zoo_problem<Activation>(random, n, depth, width, Trait::plain), plain);
      }
    }
    const std::string size = std::to_string(n);
    plain.print(name, size, "random");
    at_contexts.print(name, size, "PICNN");
    trained.print(name, size, "trained");
    unbalanced.print(name, size, "unbalanced, 1 or 2 layers");
    deep.print(name, size, "unbalanced, 3 or 4 layers");
    hard.print(name, size, "scaled or degenerate");
    for (const Kind<Activation>* kind : {&plain, &at_contexts, &trained}) well_scaled.note(*kind);
    with_unbalanced.note(unbalanced);
    all_hard.note(hard);
    all_hard.note(deep.chosen);
  }
  with_unbalanced.note(well_scaled);
  well_scaled.print(name, "all", "well scaled");
  with_unbalanced.print(name, "all", "these and unbalanced ones of 1 or 2 layers");
  all_hard.print(name, "all", "scaled, degenerate, or unbalanced in 3 or 4 layers");
  return total;
}

/// A network of which a solver sees but values and subgradients.
long run_black_boxes(long solves, Random& random) {
  long total = 0;
  Tally well_scaled, with_unbalanced;
  for (const auto& [n, share] :
       {std::pair<Index, double>{2, 0.25}, {6, 0.25}, {20, 0.25}, {50, 0.05}, {159, 0.05}, {784, 0.02}}) {
    Tally plain, unbalanced, deep;
    for (long k = 0; k < std::max(8L, static_cast<long>(share * static_cast<double>(solves))); ++k, ++total) {
      const Index width = 10 + random.index(n > 100 ? 90 : 40), depth = 1 + random.index(4);
      const Trait trait = k % 4 == 0 ? Trait::growing : Trait::plain;
      const auto problem = zoo_problem<Relu>(random, n, depth, width, trait);
      auto ws = problem.f.workspace();
      const auto f = [&](const Vector<double>& y, Vector<double>& g) { return problem.f.gradients(y, {.y = g}, ws); };
      const Settings settings{.relative_gap = 1e-8, .method = Method::bundle, .oracle_error = 1e-12};
      Tally& tally = trait == Trait::plain ? plain : depth <= 2 ? unbalanced : deep;
      tally.note(random.uniform() < 0.5 ? argmin(f, Box::unit(n), settings) : argmin(f, Simplex(n), settings));
    }
    const std::string size = std::to_string(n);
    plain.print("ReLU, a black box", size, "random");
    unbalanced.print("ReLU, a black box", size, "unbalanced, 1 or 2 layers");
    deep.print("ReLU, a black box", size, "unbalanced, 3 or 4 layers");
    well_scaled.note(plain);
    with_unbalanced.note(unbalanced);
  }
  with_unbalanced.note(well_scaled);
  well_scaled.print("ReLU, a black box", "all", "well scaled");
  with_unbalanced.print("ReLU, a black box", "all", "these and unbalanced ones of 1 or 2 layers");
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  const long solves = argc > 1 ? std::atol(argv[1]) : 100000;
  const long seed = argc > 2 ? std::atol(argv[2]) : 1;
  if (solves < 1 || seed < 0 || argc > 3) {
    std::fprintf(stderr, "argmin_calls [SOLVES [SEED]], 100000 and 1 by default\n");
    return 2;
  }
  std::printf(
      "Certified gap 1e-8 max(1, |value|); half boxes [0, 1]^n, half simplices; 1 to 4 hidden layers.\n\n"
      "| f | n | problems | solves | median | 99.9 %% | most evaluations | not optimal | bounds too high | planted minima "
      "missed | certificates refused |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|\n");
  Random random(static_cast<std::uint64_t>(seed));
  long total = run<Softplus>("softplus", 0, solves / 3, random);
  total += run<Softplus>("softplus - H", 1, solves / 3, random);
  total += run<Relu>("ReLU", 0, solves / 3, random);
  total += run<Relu>("ReLU - H", 1, solves / 3, random);
  total += run_black_boxes(solves / 30, random);
  std::printf("\n%ld solves\n", total);
}
