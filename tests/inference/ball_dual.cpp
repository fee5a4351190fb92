// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>
#include <icnn/inference/ball_dual.hpp>
#include <icnn/sets/ball.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/quadruple.hpp"

/// Minima over balls by those over boxes.
using namespace icnn;
using namespace icnn::test;

namespace {

template <class F>
Result by_duality(const F& f, const Ball& ball, const Settings& settings, Method method) {
  const ModelPointer model = make_model(f, true);
  MethodWorkspace ws(f.inputs());
  Result result;
  result.y = ball.center();
  result.value = infinity;
  result.lower_bound = -infinity;
  result.status = Status::uncertified;
  detail::minimize_by_duality(*model, ball, Stopwatch(), method, settings, ws, result);
  return result;
}

}  // namespace

TEST_CASE("the minimum over a ball, inside or on its sphere, by minima over boxes", "[argmin]") {
  Random random(1);
  int on_sphere = 0, inside = 0, solved = 0;
  for (int k = 0; k < 60; ++k) {
    const Index n = 1 + random.index(6);
    const bool kinked = k % 3 == 2;
    AnyFicnn<double> f({.inputs = n, .hidden = {2 * n + 4}, .output = {.linear = k % 2 == 0}},
                       kinked ? AnyActivation(Relu{}) : AnyActivation(Softplus{}),
                       kinked ? AnyFirstActivation(Relu{}) : AnyFirstActivation(Softplus{}), Identity{});
    randomize(f, random, k % 2 == 0 ? 1 : 3);
    const Ball ball(random_vector<double>(random, n), random.uniform(0.1, 6));
    // Beside kinks the point on the sphere is only as good as the square root of a problem's gap.
    const Settings settings{.relative_gap = kinked ? 1e-4 : 1e-7, .max_evaluations = 3000};
    const Result r = by_duality(f, ball, settings, kinked ? Method::bundle : Method::newton);
    INFO("problem " << k << ", n " << n << ": " << r);
    solved += r.status == Status::optimal ? 1 : 0;  // rounding, another one with every compiler, may keep a gap open
    CHECK(r.gap() <= 1e-4 * std::max(1.0, std::abs(r.value)));
    CHECK((r.y - ball.center()).norm() <= ball.radius() * (1 + 1e-12));
    CHECK(holds(f, r.y, r.value_error, [&](const auto& value) { return value + r.value_error >= r.lower_bound; }));
    const Result other =
        argmin(f, ball, {.max_evaluations = 20000, .method = kinked ? Method::level : Method::projected_gradient});
    const double size = std::max(1.0, std::abs(r.value));
    CHECK(r.lower_bound <= other.value + other.value_error);
    CHECK(r.value >= other.lower_bound - r.value_error);
    CHECK((other.status != Status::optimal || std::abs(r.value - other.value) <= (kinked ? 2e-4 : 5e-6) * size));
    ((r.y - ball.center()).norm() > 0.999 * ball.radius() ? on_sphere : inside) += 1;
  }
  CHECK((on_sphere > 10 && inside > 3));
  CHECK(solved >= 54);
}

TEST_CASE("steep and flat coordinates on a ball", "[argmin]") {
  Random random(2);
  for (int k = 0; k < 20; ++k) {
    const Index n = 2 + random.index(6);
    Ficnn<double, Softplus> f({.inputs = n, .hidden = {3 * n, 3 * n}, .output = {.linear = true}});
    randomize(f, random);
    scale_inputs(f, random);
    const Result r = argmin(f, Ball(random_vector<double>(random, n, 0.3), random.uniform(0.1, 2)), {.relative_gap = 1e-7});
    INFO(r);
    CHECK(r.status == Status::optimal);
  }
}

TEST_CASE("a ball of no radius, a budget and a deadline end the search with what is known", "[argmin]") {
  Random random(3);
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {8}});
  randomize(f, random);
  const Vector<double> c = random_vector<double>(random, 3);
  CHECK(by_duality(f, Ball(c, 0), {}, Method::newton).evaluations == 0);
  const double least = argmin(f, Ball(c, 1)).value;
  for (const Index budget : {1, 2, 3, 5, 8, 13}) {
    const Result r = by_duality(f, Ball(c, 1), {.relative_gap = 1e-12, .max_evaluations = budget}, Method::newton);
    CHECK(r.evaluations <= budget);
    CHECK(r.lower_bound <= least + 1e-12);
  }
  CHECK(by_duality(f, Ball(c, 1), {.time_limit = 0}, Method::newton).evaluations <= 1);
}

TEST_CASE("black boxes are evaluated in the ball alone", "[argmin]") {
  const auto wall = [](const Vector<double>& y, Vector<double>& g) {
    REQUIRE(y.norm() <= 1 + 1e-12);
    const double root = std::sqrt(std::max(0.0, 1 - y.squaredNorm()));
    g = y / root;
    g(0) -= 1e4;
    return -root - 1e4 * y(0);
  };
  const Result r = argmin(wall, Ball(Vector<double>::Zero(2), 1));
  CHECK(r.lower_bound <= -std::sqrt(1 + 1e8) + 1e-6);
}
