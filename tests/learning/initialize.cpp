// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/any.hpp>
#include <icnn/learning/initialize.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("moments of activations are those that are known", "[learning]") {
  const auto check = [](const auto& activation, double mean, double square, double product) {
    const auto m = detail::moments(activation);
    CHECK(std::abs(m.mean - mean) < 1e-3);
    CHECK(std::abs(m.square - square) < 1e-3);
    CHECK(std::abs(m.product - product) < 1e-3);
  };
  check(Relu{}, .39894, .5, .30450);
  check(Softplus{}, .80606, .92125, .78008);
  check(LeakyRelu(0.2), .31915, .52, .29488);
  check(Elu(1), .16052, .64495, .32478);
  check(Identity{}, 0, 1, 0.5);
}

TEST_CASE("at the start, pre-activations have about mean 0 and variance 1 in every layer", "[learning]") {
  Random random(1);
  const auto check = [&](const auto& make) {
    Vector<double> mean = Vector<double>::Zero(3), square = mean;  // of the outputs of networks of depth 1, 2 and 3
    const int networks = cases(60, 60, 20);
    for (int k = 0; k < networks; ++k) {
      for (Index depth = 1; depth <= 3; ++depth) {
        auto f = make(depth);
        initialize(f, random);
        CHECK(audit(f.layout(), f.parameters().vector()).empty());
        auto values = [&] {
          const Matrix<double> y = random_matrix<double>(random, f.inputs(), 64);
          if constexpr (std::remove_cvref_t<decltype(f)>::has_context) {
            return f(random_matrix<double>(random, f.context_size(), 64), y);
          } else {
            return f(y);
          }
        }();
        mean(depth - 1) += values.mean() / networks;
        square(depth - 1) += values.squaredNorm() / 64 / networks;
      }
    }
    INFO(mean.transpose() << " / " << square.transpose());
    CHECK(mean.cwiseAbs().maxCoeff() < 0.5);
    CHECK(square.minCoeff() > 0.3);
    CHECK(square.maxCoeff() < 3);
  };
  const auto widths = [](Index depth) { return std::vector<Index>(static_cast<std::size_t>(depth), 64); };
  check([&](Index depth) { return Ficnn<double, Softplus>({.inputs = 8, .hidden = widths(depth)}); });
  check([&](Index depth) { return Ficnn<double, Relu>({.inputs = 8, .hidden = widths(depth)}); });
  check([&](Index depth) { return Ficnn<double, Softplus>({.inputs = 8, .hidden = widths(depth), .quadratic_rank = 1}); });
  check([&](Index depth) { return Ficnn<double, Relu>({.inputs = 8, .hidden = widths(depth), .quadratic_rank = 4}); });
  check([&](Index depth) {
    return Picnn<double, Relu>({.context = 6, .inputs = 4, .hidden = widths(depth), .context_hidden = widths(depth)});
  });
}

TEST_CASE("initialize keeps gates open, monotone inputs monotone, and is the same for the same seed", "[learning]") {
  Picnn<float, Softplus> g({.context = 2, .inputs = 3, .hidden = {4}, .context_hidden = {5}, .output = {.rank = 2}});
  initialize(g, Random(3));
  CHECK((g.parameters()["by[0]"].array() == 1).all());
  CHECK((g.parameters()["Wzu[1]"].array() == 0).all());
  CHECK(g.parameters()["L"].norm() > 0);
  auto again = g;
  initialize(again, Random(3));
  CHECK(again == g);
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {4, 4}, .non_decreasing = {1}});
  initialize(f, Random(4));
  CHECK(f.parameters()["Wy[1]"].col(1).minCoeff() >= 0);
  CHECK(f.parameters()["Wy[0]"].col(0).minCoeff() < 0);
  FeedForward<double, Relu> h({.inputs = 100, .hidden = {100, 100}, .outputs = 50});
  Random random(5);
  initialize(h, random);
  const Matrix<double> out = h(random_matrix<double>(random, 100, 200));
  CHECK(std::abs(out.squaredNorm() / static_cast<double>(out.size()) - 1) < 0.4);
  SparseFeedForward<double, Relu> s({.inputs = 10, .width = 4});
  CHECK_ERROR(initialize(s, 0.0, random), "non_zeros > 0");
}

TEST_CASE("the identity start has gradients of about y", "[learning]") {
  Random random(6);
  const Matrix<double> y = random_matrix<double>(random, 3, 40), x = random_matrix<double>(random, 2, 40);
  const auto check = [&](auto f, const auto&... contexts) {
    initialize_identity(f, Random(7));
    CHECK(audit(f.layout(), f.parameters().vector()).empty());
    Matrix<double> gradient(3, 40);
    auto ws = f.workspace({.columns = 40});
    static_cast<void>(f.gradients(contexts..., y, {.y = gradient}, ws));
    CHECK((gradient - y).cwiseAbs().maxCoeff() < 0.1);
    initialize_identity(f, random, 0);
    static_cast<void>(f.gradients(contexts..., y, {.y = gradient}, ws));
    CHECK((gradient - y).cwiseAbs().maxCoeff() < 1e-12);
  };
  check(Ficnn<double, Softplus>({.inputs = 3, .hidden = {8, 8}, .output = {.diagonal = true, .rank = 2, .linear = true}}));
  check(Ficnn<double, Softplus>({.inputs = 3, .hidden = {8}, .output = {.rank = 4}}));
  check(Ficnn<double, Softplus>({.inputs = 3, .hidden = {8}, .quadratic_rank = 2, .output = {.diagonal = true}}));
  check(
      Picnn<double, Softplus>(
          {.context = 2, .inputs = 3, .hidden = {8}, .context_hidden = {8}, .output = {.diagonal = true, .bilinear = true}}),
      x);
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {8}, .output = {.rank = 2}});
  CHECK_ERROR(initialize_identity(f, random), "an output term with a diagonal, or of rank 3 or more");
  Ficnn<double, Softplus> g({.inputs = 3, .hidden = {8}, .output = {.diagonal = true}});
  CHECK_ERROR(initialize_identity(g, random, -1), "a finite rest >= 0");
}
