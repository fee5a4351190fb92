// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/tanh.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/inference/method_rooms.hpp>
#include <icnn/networks/picnn.hpp>
#include <icnn/sets/ball.hpp>
#include <icnn/sets/product.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("the method follows regularity, set, entropy and size", "[argmin]") {
  const Regularity smooth{false, 2}, once{false, 1}, kinked{true, 0}, bent{false, 0}, affine{true, 2};
  CHECK(choose_method(smooth, 32, kind_of<Box>, false) == Plan{Method::newton, 0});
  CHECK(choose_method(once, 2, kind_of<Box>, false) == Plan{Method::newton, 0});
  CHECK(choose_method(smooth, 33, kind_of<Simplex>, false) == Plan{Method::truncated_newton, 22});
  CHECK(choose_method(smooth, 900, kind_of<Box>, false) == Plan{Method::truncated_newton, 60});
  CHECK(choose_method(smooth, 13, kind_of<Box>, true) == Plan{Method::newton, 13});
  CHECK(choose_method(smooth, 401, kind_of<Box>, true) == Plan{Method::mirror_gradient, 0});
  CHECK(choose_method(affine, 2, kind_of<Box>, true) == Plan{Method::mirror_gradient, 0});
  for (const Regularity r : {kinked, bent}) CHECK(choose_method(r, 2, kind_of<Box>, true) == Plan{Method::bundle, 0});
  for (const Regularity r : {kinked, bent, affine}) {
    CHECK_ERROR(choose_method(r, 2, kind_of<Box>, false, Method::newton), "a smooth function");
  }
  for (const Regularity r : {kinked, bent}) CHECK(choose_method(r, 900, kind_of<Box>, false) == Plan{Method::bundle, 0});
  for (const Regularity r : {kinked, bent}) CHECK(choose_method(r, 2, kind_of<Ball>, false) == Plan{Method::level, 60});
  CHECK(choose_method(affine, 2, kind_of<Ball>, false) == Plan{Method::projected_gradient, 0});
  CHECK(choose_method(affine, 2, kind_of<Polyhedron>, false) == Plan{Method::bundle, 0});
  CHECK(choose_method(smooth, 900, kind_of<Polyhedron>, false) == Plan{Method::newton, 0});
  CHECK(choose_method(smooth, 2, kind_of<Ball>, false, Method::level) == Plan{Method::level, 0});
  CHECK(choose_method(smooth, 2, kind_of<Box>, false, Method::cutting_plane) == Plan{Method::cutting_plane, 0});
  CHECK_ERROR(choose_method(smooth, 2, kind_of<Box>, true, Method::level), "without an entropy");
  CHECK(choose_method(affine, 2, kind_of<Box>, false) == Plan{Method::projected_gradient, 0});
  CHECK(choose_method(smooth, 2, kind_of<Simplex>, false, Method::bundle) == Plan{Method::bundle, 0});
  CHECK_ERROR(choose_method(smooth, 2, kind_of<Ball>, false, Method::bundle), "a box, simplex");
  CHECK(choose_method(smooth, 2, kind_of<Simplex>, true, Method::bundle) == Plan{Method::bundle, 0});
  CHECK(choose_method(smooth, 2, kind_of<Ball>, false) == Plan{Method::projected_gradient, 0});
  CHECK(choose_method(smooth, 2, kind_of<Product<Box, Simplex>>, false) == Plan{Method::newton, 0});
  CHECK(choose_method(smooth, 1000, kind_of<Box>, false, Method::newton) == Plan{Method::newton, 0});
  CHECK_ERROR(choose_method(smooth, 2, kind_of<Ball>, false, Method::newton), "a box, simplex");
  CHECK(choose_method(smooth, 2, kind_of<Product<Box, Simplex>>, false, Method::truncated_newton) ==
        Plan{Method::truncated_newton, 0});
  CHECK_ERROR(choose_method(smooth, 2, kind_of<Ball>, false, Method::truncated_newton), "a box, simplex");
  CHECK_ERROR(choose_method(smooth, 2, kind_of<Polyhedron>, false, Method::truncated_newton), "a box, simplex");
  CHECK_ERROR(choose_method(smooth, 2, kind_of<Box>, true, Method::truncated_newton), "without an entropy");
  CHECK_ERROR(choose_method(kinked, 2, kind_of<Box>, false, Method::truncated_newton), "a smooth function");
  CHECK_ERROR(choose_method(smooth, 2, kind_of<Box>, true, Method::projected_gradient), "Method::mirror_gradient");
  CHECK_ERROR(choose_method(smooth, 2, kind_of<Box>, false, Method::mirror_gradient), "an entropy");
}

TEST_CASE("named methods agree on the minimum", "[argmin]") {
  Random random(1);
  for (const Index n : {2, 9, 40}) {
    Ficnn<double, Softplus> f({.inputs = n, .hidden = {30, 30}, .output = {.rank = 2}});
    randomize(f, random);
    Picnn<float, Celu, Tanh> network({.context = 2, .inputs = n, .hidden = {20}, .context_hidden = {5}});
    randomize(network, random);
    const auto at = network.at(Vector<float>::Ones(2));
    const auto check = [&](const auto& function, const auto& set, Method other, double tolerance) {
      const Settings settings{.relative_gap = 1e-8, .max_evaluations = 5000};
      Settings named = settings;
      named.method = Method::newton;
      const Result newton = argmin(function, set, named);
      named.method = other;
      const Result gradient = argmin(function, set, named), automatic = argmin(function, set, settings);
      INFO("n " << n << ": " << newton << "; " << gradient << "; " << automatic);
      CHECK(newton.status == Status::optimal);
      CHECK(automatic.status == Status::optimal);
      CHECK(newton.evaluations <= 12);
      CHECK(std::abs(newton.value - gradient.value) <= tolerance * std::max(1.0, std::abs(newton.value)));
      CHECK(std::abs(newton.value - automatic.value) <= tolerance * std::max(1.0, std::abs(newton.value)));
    };
    check(f, Box::cube(n, -1, 2), Method::projected_gradient, 1e-7);
    check(f, Simplex(n), Method::projected_gradient, 1e-7);
    check(at, Box::cube(n, -1, 2), Method::projected_gradient, 1e-7);
    check(at, Product(Simplex(1), Box::unit(n - 1)), Method::projected_gradient, 1e-7);
    check(regularized(f, {.proximal = 0.1}), WholeSpace(n), Method::projected_gradient, 1e-7);
    check(regularized(f, {.entropy = 0.3}), Box::unit(n), Method::mirror_gradient, 1e-7);
    check(regularized(at, {.entropy = 0.3F, .on = EntropyOn::simplex}), Simplex(n), Method::mirror_gradient, 1e-7);
    check(sum(f, precompose(f, Matrix<double>(random_matrix<double>(random, n, n)))), Box::unit(n),
          Method::projected_gradient, 1e-7);
  }
}

TEST_CASE("Newton by name beyond what a workspace was made for", "[argmin]") {
  Random random(2);
  const Index n = 1001;
  Ficnn<double, Softplus> f({.inputs = n, .hidden = {10}});
  randomize(f, random);
  ArgminWorkspace ws(f);
  CHECK(!ws.methods.rooms().newton);
  const Result r = argmin(f, Box::unit(n), {.method = Method::newton}, ws);
  CHECK(r.status == Status::optimal);
  CHECK(ws.methods.rooms().newton);
}
