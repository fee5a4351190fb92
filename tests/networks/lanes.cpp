// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/functions/regularized.hpp>
#include <icnn/networks/ficnn.hpp>

#include "tests/support/derivatives.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

constexpr int n = 5;

template <class S>
constexpr int rank = std::is_same_v<S, float> ? 2 : 0;  // of a quadratic passthrough

template <class S>
using Laned = FicnnOf<S, Inputs<n, rank<S>>, Dense<11, Softplus>, Dense<9, Celu>, Dense<1>>;

/// Everything that a batch can be asked for.
template <class S>
struct Results {
  template <class F>
  Results(const F& f, const Matrix<S>& y, const Matrix<S>& w, const Matrix<S>& seeds)
      : g(n, y.cols()), h(n, n * y.cols()), pulled(n, y.cols()), product(n, y.cols()), slopes(1, y.cols()) {
    auto ws = f.workspace({.columns = y.cols() + 3});  // room beyond the batch
    p = q = Vector<S>::Zero(f.parameter_count());
    pulled.setOnes();
    values = f.gradient_and_hessian(y, g, h, ws);
    f.pullback({.y = pulled, .parameters = p, .seeds = seeds, .accumulate = true}, ws);
    f.mixed_product(y, w, {.y = product, .parameters = q, .seeds = seeds}, ws);
    f.line(y, w, ws);
    along = f.along(seeds, ws, slopes);
  }

  Matrix<S> values, g, h, pulled, product, along, slopes;
  Vector<S> p, q;
};

template <class S>
void check(Index columns, Random& random) {
  INFO(columns << " columns");
  const OutputTermShape output{.diagonal = true, .rank = 2, .linear = true};
  Laned<S> f({.output = output});
  randomize(f, random);
  const AnyFicnn<S> columnwise({.inputs = n, .hidden = {11, 9}, .quadratic_rank = rank<S>, .output = output},
                               f.parameters().vector(), FicnnChoice{{Celu{}}, Softplus{}, Identity{}});
  const auto y = random_matrix<S>(random, n, columns), w = random_matrix<S>(random, n, columns),
             seeds = random_matrix<S>(random, 1, columns);
  const Results<S> lanes(f, y, w, seeds), expected(columnwise, y, w, seeds);
  const auto close = [](const auto& a, const auto& b) {
    CHECK((a - b).norm() <= 100 * std::numeric_limits<S>::epsilon() * (1 + b.norm()));
  };
  close(lanes.values, expected.values);
  close(lanes.g, expected.g);
  close(lanes.h, expected.h);
  close(lanes.pulled, expected.pulled);
  close(lanes.product, expected.product);
  close(lanes.along, expected.along);
  close(lanes.slopes, expected.slopes);
  close(lanes.p, expected.p);
  close(lanes.q, expected.q);
}

}  // namespace

TEST_CASE("samples as lanes: every call gives what columns give", "[lanes]") {
  STATIC_REQUIRE(detail::has_lanes<std::remove_cvref_t<decltype(Laned<double>().chain())>> == kernels::vectorized<double>);
  STATIC_REQUIRE(!detail::has_lanes<std::remove_cvref_t<decltype(Ficnn<double, Softplus>().chain())>>);
  Random random(1);
  for (const Index columns : {1, 2, 7, 8, 9, 16, 33}) {
    check<double>(columns, random);
    check<float>(columns, random);
  }
}

TEST_CASE("lanes do not mix: what is NaN or infinite in one sample stays there", "[lanes]") {
  Random random(2);
  Laned<double> f;
  randomize(f, random);
  const auto good = random_matrix<double>(random, n, 19);
  Matrix<double> y = good, g(n, 19), expected(n, 19);
  y(2, 4) = std::numeric_limits<double>::quiet_NaN();
  y(0, 17) = infinity;
  auto ws = f.workspace({.columns = 19});
  const RowVector<double> values = f.gradients(good, {.y = expected}, ws), with = f.gradients(y, {.y = g}, ws);
  CHECK(std::isnan(with(4)));
  CHECK(!std::isfinite(with(17)));
  for (const Index c : {0, 3, 5, 7, 8, 15, 16, 18}) {
    CHECK(with(c) == values(c));
    CHECK(g.col(c) == expected.col(c));
  }
}

TEST_CASE("lanes write into the caller's blocks, over the inputs if need be", "[lanes]") {
  Random random(3);
  Laned<double> f;
  randomize(f, random);
  Matrix<double> y = random_matrix<double>(random, n, 10), frame = Matrix<double>::Constant(n + 2, 12, 7), expected(n, 10);
  auto ws = f.workspace({.columns = 10});
  f.gradients(y, {.y = expected}, ws);
  f.gradients(y, {.y = frame.block(1, 1, n, 10)}, ws);
  CHECK(frame.block(1, 1, n, 10) == expected);
  frame.block(1, 1, n, 10).setConstant(7);
  CHECK(frame == Matrix<double>::Constant(n + 2, 12, 7));
  f.gradients(y, {.y = y}, ws);
  CHECK(y == expected);
}

TEST_CASE("regularized functions of networks with lanes", "[lanes]") {
  Random random(4);
  Laned<double> f;
  randomize(f, random);
  const auto g = regularized(f, {.proximal = 2, .center = Vector<double>::Ones(n)});
  const Matrix<double> x(0, 9), y = random_matrix<double>(random, n, 9);
  check_single_equals_batch(g, x, y, random);
}
