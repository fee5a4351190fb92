// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/tracker.hpp>

#include <memory>

#include <icnn/networks/picnn.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// How many evaluations a PICNN takes whose context moves by 1e-3 a step: those within the usual number, all, and the most.
template <class A>
void follow(Index n, Index usual, Index most, double share) {
  CAPTURE(n);
  Random random(static_cast<std::uint64_t>(n));
  Picnn<double, A, Tanh> f({.context = 3, .inputs = n, .hidden = {30, 30}, .context_hidden = {12, 12}});
  randomize(f, random);
  Tracker tracker(f, Box::cube(n, -1, 1), {.relative_gap = 1e-8});
  Vector<double> x = random_vector<double>(random, 3);
  (void)tracker.solve(x);
  const int steps = cases(3000, 300, 60);
  Index within = 0, total = 0, largest = 0;
  for (int k = 0; k < steps; ++k) {
    x += 1e-3 * random_vector<double>(random, 3).normalized();
    const Result& r = tracker.solve(x);
    REQUIRE(r.status == Status::optimal);
    within += r.evaluations <= usual;
    total += r.evaluations;
    largest = std::max(largest, r.evaluations);
    if (k % 50 != 0) continue;
    const Result alone = argmin(f.at(x), tracker.set(), {.relative_gap = 1e-10});
    CHECK(std::abs(r.value - alone.value) <= 2e-8 * std::max(1.0, std::abs(alone.value)));
    CHECK(r.lower_bound <= alone.value + alone.value_error);
  }
  INFO("mean " << static_cast<double>(total) / steps << ", most " << largest);
  CHECK(static_cast<double>(within) >= share * steps);
  CHECK(largest <= most);
}

}  // namespace

TEST_CASE("a slowly moving context takes a handful of evaluations, each step certified", "[tracker]") {
  for (const Index n : {2, 6, 20, 50}) {
    follow<Softplus>(n, 3, 4, 0.95);
    follow<Relu>(n, 2, 8, 0.95);
  }
}

TEST_CASE("bounds, right-hand sides, known values and offsets move in place", "[tracker]") {
  Random random(1);
  const Index n = 5;
  Ficnn<double, Softplus> smooth({.inputs = n, .hidden = {8, 6}});
  Ficnn<double, Relu> kinked({.inputs = n, .hidden = {9, 8}});
  randomize(smooth, random);
  randomize(kinked, random);
  const Settings settings{.relative_gap = 1e-9};
  const auto same = [&](const Result& r, const auto& f, const auto& set) {
    const Result alone = argmin(f, set, settings);
    REQUIRE(r.status == Status::optimal);
    CHECK(std::abs(r.value - alone.value) <= 4e-9 * std::max(1.0, std::abs(alone.value)));
    CHECK(r.lower_bound <= alone.value + alone.value_error);
    CHECK(alone.lower_bound <= r.value + r.value_error);
  };
  const auto each = [&](const auto& f) {
    Tracker in_box(f, Box::cube(n, -1, 1), settings);
    const Matrix<double> A = random_matrix<double>(random, 4, n), E = random_matrix<double>(random, 1, n);
    Tracker in_polyhedron(
        f, Polyhedron(Box::cube(n, -1, 1), A, Vector<double>::Constant(4, 0.5), E, Vector<double>::Zero(1)), settings);
    Matrix<double> known = random_matrix<double>(random, n, 1);
    auto restricted = restrict_to(f, known, {0, 2, 4});
    Tracker free(restricted, Box::cube(3, -1, 1), settings);
    const Matrix<double> M = random_matrix<double>(random, n, 3);
    auto composed = precompose(f, M, Vector<double>::Zero(n));
    Tracker moved(composed, Box::cube(3, -1, 1), settings);
    for (int k = 0; k < 25; ++k) {
      const double t = 0.1 * k;
      const Vector<double> lower = Vector<double>::Constant(n, -1 + 0.3 * std::sin(t)), upper = lower.array() + 1.5;
      in_box.set_bounds(lower, upper);
      same(in_box.solve(), f, Box(lower, upper));
      const Vector<double> b = Vector<double>::Constant(4, 0.4 + 0.3 * std::cos(t)),
                           e = Vector<double>::Constant(1, 0.1 * std::sin(t));
      in_polyhedron.set_right_hand_sides(b, e);
      in_polyhedron.set_bounds(Vector<double>::Constant(n, -1 - t), Vector<double>::Constant(n, 1 + t));
      same(in_polyhedron.solve(), f, Polyhedron(Box::cube(n, -1 - t, 1 + t), A, b, E, e));
      known(1, 0) = std::sin(t);
      restricted.set_known(known);
      same(free.solve(), restrict_to(f, known, {0, 2, 4}), Box::cube(3, -1, 1));
      const Vector<double> offset = Vector<double>::Constant(n, 0.4 * std::cos(t));
      composed.set_offset(offset);
      same(moved.solve(), precompose(f, M, offset), Box::cube(3, -1, 1));
    }
  };
  each(smooth);
  each(kinked);
}

TEST_CASE("a polyhedron that moves until it is empty, and back", "[tracker]") {
  Random random(2);
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {8}});
  randomize(f, random);
  const Matrix<double> A{{1, 1, 1}, {-1, -1, -1}};
  Tracker tracker(f, Polyhedron(Box::cube(3, -1, 1), A, Vector<double>{{1, 1}}));
  CHECK(tracker.solve().status == Status::optimal);
  tracker.set_right_hand_sides(Vector<double>{{1, -2}});  // the sum is at most 1 and at least 2
  CHECK(tracker.solve().status == Status::infeasible);
  tracker.set_right_hand_sides(Vector<double>{{2.5, -2}});
  CHECK(tracker.solve().status == Status::optimal);
  CHECK(tracker.result().y.sum() >= 2 - 1e-9);
}

TEST_CASE("budgets are kept, and what they leave open is certified", "[tracker]") {
  Random random(3);
  const Index n = 6;
  Picnn<double, Relu, Tanh> f({.context = 3, .inputs = n, .hidden = {20, 20}, .context_hidden = {8, 8}});
  randomize(f, random);
  Tracker tracker(f, Box::cube(n, -1, 1), {.relative_gap = 1e-10});
  Vector<double> x = random_vector<double>(random, 3);
  for (Index most = 1; most <= 6; ++most) {
    tracker.set_budget(most);
    x += 0.3 * random_vector<double>(random, 3);
    const Result& r = tracker.solve(x);
    CHECK(r.evaluations <= most);
    const Result exact = argmin(f.at(x), tracker.set(), {.relative_gap = 1e-10});
    CHECK(r.lower_bound <= exact.value + exact.value_error);
    CHECK(exact.lower_bound <= r.value + r.value_error);
  }
  tracker.set_budget(1000, 0);
  CHECK(tracker.solve(x).status == Status::deadline_reached);
  CHECK(tracker.result().evaluations <= 1);
}

TEST_CASE("a horizon that recedes begins with the latest plan moved forward", "[tracker]") {
  Ficnn<double, Identity> parabola({.inputs = 4, .output = {.diagonal = true}});
  parabola.edit([](auto& w) { w["D"].setOnes(); });
  const auto f = regularized(parabola, {.linear = Vector<double>{{1, 2, 3, 4}}});
  Tracker tracker(f, Box::cube(4, -9, 9), {.relative_gap = 1e-12});
  const Vector<double> y = tracker.solve().y;
  tracker.shift(1);
  CHECK(tracker.result().y == Vector<double>{{y(1), y(2), y(3), y(3)}});
  tracker.shift(2);
  CHECK(tracker.result().y == Vector<double>{{y(3), y(3), y(3), y(3)}});
  tracker.shift(4);
  CHECK(tracker.result().y(0) == y(3));
  CHECK_ERROR(tracker.shift(5), "0 to 4 coordinates");
  CHECK_ERROR(tracker.shift(-1), "0 to 4 coordinates");
  tracker.restart_at(y);
  CHECK(tracker.solve().evaluations <= 6);
  CHECK_ERROR(tracker.restart_at(Vector<double>::Zero(3)), "a start");
  CHECK_ERROR(tracker.restart_at(Vector<double>::Constant(4, std::nan(""))), "a finite start");
}

TEST_CASE("a tracker sees edits of its network, and refuses another one in its place", "[tracker]") {
  Random random(4);
  const Box box = Box::cube(3, -1, 1);
  Picnn<double, Softplus, Tanh> f({.context = 2, .inputs = 3, .hidden = {8}, .context_hidden = {4}});
  randomize(f, random);
  const Vector<double> x = random_vector<double>(random, 2);
  Tracker tracker(f, box, {.relative_gap = 1e-9});
  (void)tracker.solve(x);
  randomize(f, random);
  CHECK(std::abs(tracker.solve(x).value - argmin(f.at(x), box, {.relative_gap = 1e-9}).value) <= 1e-8);
  const Vector<double> kept = tracker.result().y;
  f = Picnn<double, Softplus, Tanh>({.context = 2, .inputs = 3, .hidden = {9}, .context_hidden = {4}});
  CHECK_ERROR(tracker.solve(x), "of another shape");
  CHECK(tracker.result().y == kept);

  Ficnn<double, Softplus> g({.inputs = 3, .hidden = {8}});
  randomize(g, random);
  const auto h = regularized(g, {.proximal = 0.1});
  Tracker of_function(h, box);
  (void)of_function.solve();
  g = Ficnn<double, Softplus>({.inputs = 3, .hidden = {5, 5}});
  CHECK_ERROR(of_function.solve(), "of another shape");

  auto gone = std::make_unique<Ficnn<double, Softplus>>(g);
  Tracker of_gone(*gone, box);
  gone.reset();
  CHECK_ERROR(of_gone.solve(), "destroyed");

  CHECK_ERROR(Tracker(g, Box::cube(2, -1, 1)), "a set in 3 dimensions");
  CHECK_ERROR(Tracker(g, box, {.relative_gap = -1}), "relative_gap");
  Tracker other(g, box);
  CHECK_ERROR(other.set_bounds(Vector<double>::Zero(2), Vector<double>::Ones(2)), "lower bounds");
  CHECK_ERROR(other.set_bounds(Vector<double>::Ones(3), Vector<double>::Zero(3)), "l <= u");
  CHECK(other.set() == box);
  CHECK_ERROR(other.set_budget(-1), "max_evaluations");
}
