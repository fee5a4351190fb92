// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>
#include <icnn/inference/verify.hpp>
#include <icnn/sets/ball.hpp>
#include <icnn/solvers/bundle/neuron_folding.hpp>

#include <algorithm>
#include <vector>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/zoo.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

constexpr double tight_gap = 1e-8;

struct Evaluations {
  std::vector<Index> counts{};
  int open = 0;

  void note(const Result& r) {
    counts.push_back(r.evaluations);
    open += r.status == Status::optimal ? 0 : 1;
  }
  [[nodiscard]] Index median() {
    std::sort(counts.begin(), counts.end());
    return counts[counts.size() / 2];
  }
  [[nodiscard]] Index most() const { return *std::max_element(counts.begin(), counts.end()); }
};

/// Solves with a certificate that holds, and proves the gap; the bundle method by name finds the same minimum.
template <class F, class Set>
void compare(const F& f, const Set& set, Evaluations& evaluations) {
  const Result folded = argmin(f, set, {.relative_gap = tight_gap, .certificate = true});
  const Result cut = argmin(f, set, {.relative_gap = tight_gap, .method = Method::bundle});
  INFO("n " << f.inputs() << ", folding " << folded << "; bundle " << cut);
  CHECK(folded.lower_bound <= cut.value + cut.value_error);
  CHECK(cut.lower_bound <= folded.value + folded.value_error);
  const Verification proof = verify(f, set, folded.certificate);
  CHECK(proof.holds());
  CHECK(proof.gap() <= 10 * tight_gap * std::max(1.0, std::abs(folded.value)));
  evaluations.note(folded);
}

Ficnn<double, Relu> piecewise(Random& random, Index n, OutputTermShape output = {}) {
  Ficnn<double, Relu> f({.inputs = n, .hidden = {12 + random.index(20), 12 + random.index(20)}, .output = output});
  randomize(f, random);
  balance(f, 2, random, [&] { return f.gradient(Vector<double>::Constant(n, 0.5).eval()); });
  return f;
}

}  // namespace

TEST_CASE("neuron folding takes a handful of evaluations on all kinds of ReLU networks", "[argmin]") {
  Random random(1);
  const int count = cases(1200, 200, 20);
  Evaluations all;
  for (int k = 0; k < count; ++k) {
    const Index n = std::vector<Index>{1, 2, 6, 20, 50}[static_cast<std::size_t>(k % 5)];
    const Index width = 10 + random.index(40), depth = 1 + random.index(4);
    const Trait trait = all_traits[static_cast<std::size_t>(random.index(all_traits.size()))];
    const auto problem = zoo_problem<Relu>(random, n, depth, width, trait);
    const Settings settings{.relative_gap = tight_gap};
    const Result r =
        k % 2 == 0 ? argmin(problem.objective(), Box::unit(n), settings) : argmin(problem.objective(), Simplex(n), settings);
    INFO("problem " << k << ", n " << n << ", depth " << depth << ", " << to_string(trait) << ": " << r);
    CHECK(r.status == Status::optimal);
    CHECK(r.evaluations <= 14);
    if (problem.minimizer.size() > 0)
      CHECK(r.lower_bound <=
            problem.f(problem.minimizer) - problem.tilt.dot(problem.minimizer) + 1e-12 * (1 + std::abs(r.value)));
    all.note(r);
  }
  CHECK(all.median() <= 7);
}

TEST_CASE("with an entropy it takes even fewer", "[argmin]") {
  Random random(6);
  Evaluations all;
  for (int k = 0; k < cases(1200, 200, 20); ++k) {
    const Index n = std::vector<Index>{1, 2, 6, 20, 50}[static_cast<std::size_t>(k % 5)];
    const Index width = 10 + random.index(40), depth = 1 + random.index(4);
    const Trait trait = k % 3 < 2 ? Trait(k % 3) : all_traits[static_cast<std::size_t>(random.index(all_traits.size()))];
    const auto problem = zoo_problem<Relu>(random, n, depth, width, trait);
    const Settings settings{.relative_gap = tight_gap};
    const Result r = k % 2 == 0 ? argmin(problem.objective(1), Box::unit(n), settings)
                                : argmin(problem.objective(1, EntropyOn::simplex), Simplex(n), settings);
    INFO("problem " << k << ", n " << n << ", depth " << depth << ", " << to_string(trait) << ": " << r);
    CHECK(r.status == Status::optimal);
    CHECK(r.evaluations <= (k % 3 < 2 ? 8 : 20));  // well scaled or growing from layer to layer, and any kind
    all.note(r);
  }
  CHECK(all.median() <= 4);
}

TEST_CASE("functions made from networks keep what folding needs", "[argmin]") {
  Random random(2);
  Evaluations all;
  for (int k = 0; k < cases(60, 10, 2); ++k) {
    const Index n = 3 + random.index(10);
    const auto f = piecewise(random, n), g = piecewise(random, n), curved = piecewise(random, n, {.diagonal = true});
    const auto low = piecewise(random, n, {.rank = 2});
    const Vector<double> q = random_vector<double>(random, n), half = q.head(n / 2 + 1);
    const Matrix<double> a = random_matrix<double>(random, n / 2 + 1, n), e = random_matrix<double>(random, n, n / 2 + 1);
    const Box box = Box::cube(n, -1, 1);
    const Polyhedron rows(box, a, Vector<double>(Vector<double>::Constant(n / 2 + 1, 0.3)),
                          random_matrix<double>(random, 1, n), Vector<double>(Vector<double>::Zero(1)));
    compare(f, box, all);
    compare(f, rows, all);
    compare(f, Product(Simplex(n / 2 + 1), Box::cube(n - n / 2 - 1, -1, 1)), all);
    compare(regularized(f, {.proximal = 0.1, .linear = q}), box, all);
    compare(regularized(f, {.proximal = 0.1, .linear = q}), WholeSpace(n), all);
    compare(regularized(f, {.proximal = 0.1, .linear = q}), HalfSpace(q, 0.1), all);
    compare(curved, box, all);
    compare(low, rows, all);
    compare(sum(f, scaled(g, 0.3)), box, all);
    compare(sum(curved, g), rows, all);
    compare(maximum(f, g), box, all);
    compare(precompose(f, e, q), Box::cube(n / 2 + 1, -1, 1), all);
    compare(precompose(curved, e, q), Box::cube(n / 2 + 1, -1, 1), all);
    compare(restrict_to(curved, q, {0, 2}), Box::cube(2, -1, 1), all);
    compare(regularized(f, {.entropy = 0.1, .linear = q}), Box::unit(n), all);
    compare(regularized(f, {.entropy = 0.01, .on = EntropyOn::simplex, .linear = q}), Simplex(n), all);
    compare(regularized(curved, {.entropy = 0.1, .proximal = 0.2}), Box::unit(n), all);
    compare(regularized(maximum(f, g), {.entropy = 0.1}), Box::unit(n), all);
    compare(regularized(sum(f, low), {.entropy = 1.0, .on = EntropyOn::simplex}), Simplex(n), all);
  }
  CHECK(all.open == 0);
  CHECK(all.median() <= 7);
  CHECK(all.most() <= 30);
}

TEST_CASE("a warm start follows a problem that moves slowly in two evaluations", "[argmin]") {
  Random random(7);
  for (const double entropy : {0.0, 1.0}) {
    int steps = 0, two = 0;
    for (int k = 0; k < cases(20, 6, 2); ++k) {
      const Index n = 2 + random.index(20);
      Picnn<double, Relu> g({.context = 3, .inputs = n, .hidden = {30, 30}, .context_hidden = {10, 10}});
      randomize(g, random);
      Vector<double> x = random_vector<double>(random, 3);
      balance(g, 2, random, [&] { return g.at(x).gradient(Vector<double>::Constant(n, 0.5).eval()); });
      Matrix<double> points(n, 30);
      random.fill_uniform(points, 0, 1);
      auto f = g.at(x);
      const Vector<double> tilt = f.gradient(points).rowwise().mean();  // a minimum inside, at kinks
      auto objective = regularized(std::move(f), {.entropy = entropy, .linear = tilt});
      ArgminWorkspace ws(objective);
      Result r = argmin(objective, Box::unit(n), {.relative_gap = tight_gap}, ws);
      for (int step = 0; step < 30; ++step, ++steps) {
        x += 1e-3 * random_vector<double>(random, 3);
        objective.assign_function(g.at(x));
        argmin(objective, Box::unit(n), {.relative_gap = tight_gap, .certificate = true, .warm_start = true}, ws, r);
        INFO("n " << n << ", step " << step << ": " << r);
        CHECK(r.status == Status::optimal);
        CHECK(r.evaluations <= 8);
        CHECK(verify(objective, Box::unit(n), r.certificate).holds());
        two += r.evaluations <= 2 ? 1 : 0;
      }
    }
    INFO("entropy " << entropy << ": " << two << " of " << steps);
    CHECK(20 * two >= 19 * steps);
  }
}

TEST_CASE("a warm start after another problem is no worse than a guess", "[argmin]") {
  Random random(8);
  Ficnn<double, Relu> f = piecewise(random, 8);
  ArgminWorkspace ws(f);
  Result r = argmin(f, Box::unit(8), {.relative_gap = tight_gap}, ws);
  for (int k = 0; k < 20; ++k) {
    randomize(f, random, std::pow(10.0, random.uniform(-1, 1)));
    argmin(f, Box::cube(8, -1, random.uniform(0, 1)), {.relative_gap = tight_gap, .warm_start = true}, ws, r);
    INFO(r);
    CHECK(r.status == Status::optimal);
    CHECK(r.evaluations <= 20);
  }
}

TEST_CASE("the same workspace folds one function after another, as a new one would", "[argmin]") {
  Random random(3);
  const auto f = piecewise(random, 6);
  auto objective = regularized(f, {.linear = Vector<double>(Vector<double>::Zero(6))});
  ArgminWorkspace ws(objective);
  const Polyhedron rows(Box::unit(6), Matrix<double>(Matrix<double>::Ones(1, 6)), Vector<double>(Vector<double>::Ones(1)));
  for (int k = 0; k < 6; ++k) {
    // Without a quadratic first, then with one, and without again: it may come and go.
    objective = regularized(f, {.proximal = k % 3 == 1 ? 0.5 : 0.0, .linear = random_vector<double>(random, 6)});
    const auto check = [&](const auto& set) {
      const Result reused = argmin(objective, set, {.relative_gap = tight_gap}, ws),
                   fresh = argmin(objective, set, {.relative_gap = tight_gap});
      INFO(k << ": " << reused << "; " << fresh);
      CHECK(reused.status == Status::optimal);
      CHECK(reused.y == fresh.y);
      CHECK(reused.lower_bound == fresh.lower_bound);
      CHECK(reused.evaluations == fresh.evaluations);
    };
    check(Box::unit(6));
    check(rows);
  }
}

TEST_CASE("whether a function folds is asked of the function at hand, not of the one that the workspace was made for",
          "[argmin]") {
  Random random(9);
  const auto f = piecewise(random, 5), g = piecewise(random, 5);
  const auto with = [&](double proximal) { return maximum(regularized(f, {.proximal = proximal}), g); };
  for (const double first : {0.0, 0.5}) {  // a maximum of quadratics does not fold
    const auto made_for = with(first);
    ArgminWorkspace ws(made_for);
    for (const double proximal : {0.5, 0.0, 0.5}) {
      const auto h = with(proximal);
      for (const bool on_ball : {false, true}) {
        const auto solve = [&](auto&... reused) {
          const Settings settings{.relative_gap = tight_gap};
          return on_ball ? argmin(h, Ball(Vector<double>::Zero(5), 0.5), settings, reused...)
                         : argmin(h, Box::unit(5), settings, reused...);
        };
        const Result reused = solve(ws), fresh = solve();
        INFO("made for " << first << ", now " << proximal << ": " << reused << "; " << fresh);
        CHECK(reused.lower_bound <= fresh.value + fresh.value_error);
        CHECK(fresh.lower_bound <= reused.value + reused.value_error);
        CHECK(std::abs(reused.value - fresh.value) <= 1e-6 * std::max(1.0, std::abs(fresh.value)));
      }
      const Settings by_name{.relative_gap = tight_gap, .method = Method::folding};
      if (proximal > 0) {
        CHECK_ERROR(argmin(h, Box::unit(5), by_name, ws), "two linear pieces");
      } else {
        CHECK(argmin(h, Box::unit(5), by_name, ws).status == Status::optimal);
      }
    }
  }
}

TEST_CASE("folding at the edges: constant and affine networks, one variable, small budgets, sets without a point",
          "[argmin]") {
  Random random(4);
  auto f = piecewise(random, 5);
  const Box box = Box::unit(5);
  for (Index most = 0; most < 6; ++most) {
    const Result r = argmin(f, box, {.relative_gap = tight_gap, .max_evaluations = most});
    CHECK(r.evaluations <= most);
    CHECK((r.status == Status::optimal || r.status == Status::budget_reached));
    CHECK(r.lower_bound <= argmin(f, box).value);
  }
  CHECK(argmin(f, box, {.time_limit = 0}).status == Status::deadline_reached);
  const Matrix<double> one = Matrix<double>::Ones(1, 5);
  CHECK(argmin(f, Polyhedron(box, one, Vector<double>::Constant(1, -1).eval())).status == Status::infeasible);
  const Result corner = argmin(f, Box(Vector<double>::Ones(5), Vector<double>::Ones(5)), {.relative_gap = tight_gap});
  CHECK(corner.status == Status::optimal);
  CHECK(corner.value == f(Vector<double>::Ones(5)));
  f.edit([](auto& w) {
    for (const char* name : {"Wy[0]", "Wy[1]", "Wy[2]"}) w[name].setZero();
  });
  const Result constant = argmin(f, box, {.relative_gap = tight_gap});
  CHECK(constant.status == Status::optimal);
  CHECK(constant.evaluations <= 6);
  Ficnn<double, Relu> affine({.inputs = 5, .hidden = {}});
  randomize(affine, random);
  const Result slope =
      argmin(affine, Polyhedron(box, one, Vector<double>::Constant(1, 1.5).eval()), {.relative_gap = tight_gap});
  CHECK(slope.status == Status::optimal);
}

TEST_CASE("folding by name is for functions that fold", "[argmin]") {
  Random random(5);
  const auto f = piecewise(random, 4);
  const Settings folding{.relative_gap = tight_gap, .method = Method::folding};
  CHECK(argmin(f, Box::unit(4), folding).status == Status::optimal);
  Ficnn<double, Softplus> soft({.inputs = 4, .hidden = {6}});
  const auto black_box = [](const Vector<double>& y, Vector<double>& g) {
    g.setOnes();
    return y.sum();
  };
  CHECK_ERROR(argmin(soft, Box::unit(4), folding), "two linear pieces");
  CHECK_ERROR(argmin(black_box, Box::unit(4), folding), "black box");
  CHECK_ERROR(argmin(f, Ball(Vector<double>::Zero(4), 1), folding), "Method::folding");
  CHECK(argmin(regularized(f, {.entropy = 1.0}), Box::unit(4), folding).status == Status::optimal);
}
