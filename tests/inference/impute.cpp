// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/impute.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("what is missing is the argmin over it, column by column", "[impute]") {
  Random random(1);
  const Index n = 4;
  Ficnn<double, Softplus> f({.inputs = n, .hidden = {8, 6}, .output = {.diagonal = true}});
  randomize(f, random);
  Matrix<double> data = random_matrix<double>(random, n, 6), known = Matrix<double>::Ones(n, 6);
  known(1, 0) = known(3, 0) = known(1, 1) = known(3, 1) = known(0, 2) = 0;
  known.col(3).setZero();  // column 4 has nothing missing
  known(2, 5) = 0;
  const auto each = [&](const auto& g, const auto& set) {
    const Imputation found = impute(g, data, known.cast<bool>(), set, {.relative_gap = 1e-9});
    REQUIRE(found.y.cols() == 6);
    for (Index c = 0; c < 6; ++c) {
      CAPTURE(c);
      for (Index j = 0; j < n; ++j) CHECK((known(j, c) == 0 || found.y(j, c) == data(j, c)));
      CHECK(std::abs(found.values(c) - g(Vector<double>(found.y.col(c)))) <= 1e-12 * (1 + std::abs(found.values(c))));
      CHECK(found.gaps(c) <= 1e-8 * (1 + std::abs(found.values(c))));
      // A column alone gives the same, bit for bit; and no other point is better.
      const Imputation alone = impute(g, data.col(c), known.col(c).cast<bool>(), set, {.relative_gap = 1e-9});
      CHECK(alone.y.col(0) == found.y.col(c));
      for (int k = 0; k < 50; ++k) {
        Vector<double> other = found.y.col(c);
        for (Index j = 0; j < n; ++j) other(j) += known(j, c) == 0 ? 0.3 * random.normal() : 0.0;
        if (set.violation(other) <= 0) CHECK(g(other) >= found.lower_bounds(c));
      }
    }
    CHECK(found.all_optimal());
  };
  const Polyhedron half(Box::cube(n, -9, 9), Matrix<double>::Ones(1, n), Vector<double>::Constant(1, 20));
  each(f, half);
  each(f, Polyhedron(Box::cube(n, -4, 4), {}, {}));

  const Imputation in_box = impute(f, data, known.cast<bool>(), Box::cube(n, -4, 4), {.relative_gap = 1e-9});
  const Imputation in_space = impute(f, data, known.cast<bool>(), WholeSpace(n));
  CHECK(in_box.all_optimal());
  CHECK(in_space.all_optimal());
  Matrix<double> with_nan = data;
  for (Index c = 0; c < 6; ++c)
    for (Index j = 0; j < n; ++j)
      if (known(j, c) == 0) with_nan(j, c) = std::nan("");
  CHECK(impute(f, with_nan, Box::cube(n, -4, 4), {.relative_gap = 1e-9}).y == in_box.y);
  const auto single = f.cast<float>();
  CHECK((impute(single, with_nan.cast<float>(), Box::cube(n, -4, 4)).y - in_box.y).cwiseAbs().maxCoeff() <= 1e-2);
}

TEST_CASE("known values that no point of the set has, and misuse", "[impute]") {
  Random random(2);
  Ficnn<double, Relu> f({.inputs = 3, .hidden = {8}});
  randomize(f, random);
  Matrix<double> data = Matrix<double>::Constant(3, 2, 0.2);
  data(0, 0) = 5;  // no distribution has that
  Matrix<bool> known = Matrix<bool>::Constant(3, 2, true);
  known(1, 0) = known(2, 0) = known(1, 1) = known(2, 1) = false;
  const Imputation found = impute(f, data, known, Simplex(3));
  CHECK(found.statuses[0] == Status::infeasible);
  CHECK(found.statuses[1] == Status::optimal);
  CHECK(std::abs(found.y.col(1).sum() - 1) <= 1e-9);
  CHECK_FALSE(found.all_optimal());
  CHECK(impute(f, Matrix<double>(3, 0), Matrix<bool>(3, 0), Simplex(3)).y.cols() == 0);

  CHECK_ERROR(impute(f, data, Matrix<bool>::Constant(3, 1, true), Box::unit(3)), "a mask of what is known");
  CHECK_ERROR(impute(f, Matrix<double>::Zero(2, 2), known, Box::unit(3)), "data");
  CHECK_ERROR(impute(f, data, known, Box::unit(2)), "a set in 3 dimensions");
  CHECK_ERROR(impute(f, data, known, Box::unit(3), {.relative_gap = -1}), "relative_gap");
  data(0, 1) = std::nan("");
  CHECK_ERROR(impute(f, data, known, Box::unit(3)), "row 0 of column 1");
}
