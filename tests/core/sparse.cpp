// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/sparse.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("sparse columns grow, copy columns, and equal their dense form", "[core]") {
  SparseColumns<float> x(4);
  CHECK(x.cols() == 0);
  x.add(3, 2);
  x.add(0, -1);
  x.end_column();
  x.end_column();  // an empty one
  x.add(1, 5);
  x.end_column();
  CHECK((x.rows() == 4 && x.cols() == 3 && x.non_zeros() == 3));
  Matrix<float> dense = Matrix<float>::Zero(4, 3);
  dense(3, 0) = 2;
  dense(0, 0) = -1;
  dense(1, 2) = 5;
  CHECK(x.dense() == dense);
  SparseColumns<float> part(4);
  part.add_column(x, 2);
  part.add_column(x, 0);
  CHECK(part.dense().col(0) == dense.col(2));
  CHECK(part.dense().col(1) == dense.col(0));
  part.values(0)[0] = 7;
  CHECK(part.dense()(1, 0) == 7);
  part.clear();
  CHECK((part.cols() == 0 && part.non_zeros() == 0));
  const SparseColumns<float> copy = x;
  CHECK(copy == x);
  CHECK_FALSE(copy == part);
}

TEST_CASE("sparse columns refuse what does not fit", "[core]") {
  SparseColumns<double> x(2);
  CHECK_ERROR(x.add(2, 1), "rows in 0..1");
  CHECK_ERROR(x.add(-1, 1), "rows in 0..1");
  CHECK_ERROR(x.add(0, std::nan("")), "finite values");
  CHECK_ERROR(SparseColumns<double>(0), "at least one row");
  SparseColumns<double> other(3);
  other.end_column();
  CHECK_ERROR(x.add_column(other, 0), "columns of 2 rows");
  CHECK(x.cols() == 0);
  CHECK_ERROR(x.add_column(x, 5), "a column in 0..-1, got 5");
  CHECK_ERROR(other.values(-1), "a column in 0..0, got -1");
  other.add(1, 1);
  CHECK_ERROR(other.add_column(other, 0), "end_column() before add_column()");
}
