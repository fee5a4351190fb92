// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>
#include <icnn/sets/ball.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

/// Where methods go wrong when they do: very few dimensions, extreme scales, functions that are not what they claim to be.
using namespace icnn;
using namespace icnn::test;

namespace {

/// The least value of f - tau H on a grid of [0, 1]^n, n = 1 or 2.
template <class F>
double least_on_grid(const F& f, Index points) {
  const Index n = f.inputs();
  double least = infinity;
  for (Index i = 0; i <= points; ++i)
    for (Index k = 0; k <= (n == 2 ? points : 0); ++k) {
      Vector<double> y(n);
      y(0) = static_cast<double>(i) / static_cast<double>(points);
      if (n == 2) y(1) = static_cast<double>(k) / static_cast<double>(points);
      least = std::min(least, f(y));
    }
  return least;
}

}  // namespace

TEST_CASE("ReLU networks of one and two variables, with an entropy and without: all solved, and the grid agrees",
          "[argmin]") {
  // Here the gradients of the cuts become linearly dependent long before the gap is closed.
  Random random(1);
  int solved = 0;
  Index most = 0;
  const int count = cases(160, 160, 24);
  for (int k = 0; k < count; ++k) {
    const Index n = 1 + k % 2, points = n == 1 ? 2000 : 80;
    Ficnn<double, Relu> f({.inputs = n, .hidden = {16, 16}});
    randomize(f, random, k % 3 == 0 ? 3 : 1);
    const auto soft = regularized(f, {.entropy = 1.0});
    const auto check = [&](const auto& g) {
      const Result r = argmin(g, Box::unit(n), {.relative_gap = 1e-8});
      INFO(k << ": " << r);
      const double grid = least_on_grid(g, points);
      CHECK(r.status == Status::optimal);
      CHECK(r.lower_bound <= grid);
      CHECK(r.value <= grid + 1e-8 * (1 + std::abs(grid)));
      solved += r.status == Status::optimal ? 1 : 0;
      most = std::max(most, r.evaluations);
    };
    check(f);
    check(soft);
  }
  WARN(solved << " of " << 2 * count << " solved, in at most " << most << " evaluations");
  CHECK(most <= 30);
}

TEST_CASE("objectives of scale 1e-12 to 1e12 end with a clear status", "[argmin]") {
  Random random(2);
  for (const double scale : {1e-12, 1e-6, 1e6, 1e12}) {
    const auto check = [&](auto f, const auto& set) {
      randomize(f, random);
      f.edit([&](auto& w) { w["Wz[2]"] *= scale; });
      const Settings settings{.relative_gap = 1e-8, .absolute_gap = 1e-8 * scale, .max_evaluations = 2000};
      const Result r = argmin(f, set, settings);
      INFO("scale " << scale << ": " << r);
      CHECK(r.status == Status::optimal);
    };
    for (const Index n : {1, 3, 10}) {
      check(Ficnn<double, Softplus>({.inputs = n, .hidden = {12, 12}}), Box::cube(n, -1, 2));
      check(Ficnn<double, Softplus>({.inputs = n, .hidden = {12, 12}}), Simplex(n));
      check(Ficnn<double, Relu>({.inputs = n, .hidden = {12, 12}}), Box::cube(n, -1, 2));
      check(Ficnn<double, Relu>({.inputs = n, .hidden = {12, 12}}), Simplex(n));
      check(Ficnn<double, Relu>({.inputs = n, .hidden = {12, 12}}), Ball(Vector<double>::Zero(n), 1));
    }
  }
}

TEST_CASE("NaN from any call on ends as non_finite, with the best point before it; a single one is stepped back from",
          "[argmin]") {
  for (const Method method :
       {Method::automatic, Method::projected_gradient, Method::bundle, Method::level, Method::cutting_plane}) {
    for (int fatal = 1; fatal <= cases(12, 12, 3); ++fatal)
      for (const bool in_gradient : {false, true})
        for (const bool from_there_on : {false, true}) {
          int calls = 0;
          const auto f = [&](const Vector<double>& y, Vector<double>& g) {
            g = 2 * (y.array() - 0.3) + y.array().sign();
            const bool now = ++calls == fatal || (from_there_on && calls > fatal);
            if (now && in_gradient) g(0) = std::nan("");
            return now && !in_gradient ? std::nan("") : (y.array() - 0.3).square().sum() + y.cwiseAbs().sum();
          };
          const Result r = argmin(f, Box::cube(3, -1, 2), {.relative_gap = 1e-15, .max_evaluations = 100, .method = method});
          INFO(to_string(method) << ", call " << fatal << ": " << r);
          if (from_there_on && calls >= fatal && !in_gradient) CHECK(r.status == Status::non_finite);
          if (!from_there_on) CHECK(r.status != Status::not_convex);
          CHECK(r.lower_bound <= 1.0);
          if (calls > 1 && fatal > 1) CHECK(std::isfinite(r.value));
        }
  }
}

TEST_CASE("what is not convex is found out, not looped over", "[argmin]") {
  const auto hill = [](const Vector<double>& y, Vector<double>& g) {
    g = 0.1 - 2 * y.array();
    return 0.1 * y.sum() - y.squaredNorm();
  };
  const auto wrong_gradient = [](const Vector<double>& y, Vector<double>& g) {
    g = -2 * y;
    return y.squaredNorm();
  };
  for (const Method method : {Method::bundle, Method::level, Method::cutting_plane}) {
    for (const Result& r : {argmin(hill, Box::cube(2, -1, 2), {.method = method}),
                            argmin(wrong_gradient, Box::cube(2, -1, 2), {.method = method})}) {
      INFO(to_string(method) << ": " << r);
      CHECK(r.status == Status::not_convex);
      CHECK(r.evaluations <= 20);
    }
  }
}
