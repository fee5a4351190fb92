// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/view.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("a view writes through to matrices, vectors, blocks, maps and rows", "[core]") {
  Matrix<double> m = Matrix<double>::Zero(4, 3);
  Vector<double> v = Vector<double>::Zero(4);
  RowVector<double> r = RowVector<double>::Zero(3);
  MatrixView<double>(m).map()(2, 1) = 1;
  CHECK(m(2, 1) == 1);
  MatrixView<double>(m.block(1, 1, 2, 2)).map().setConstant(5);
  CHECK(m.sum() == 20);
  MatrixView<double>(v).rows_from(1, 2).map().setOnes();
  CHECK(v == Vector<double>(Eigen::Vector4d(0, 1, 1, 0)));
  const MatrixView<double> row(r);
  CHECK(row.rows() == 1);
  CHECK(row.cols() == 3);
  row.map().setOnes();
  CHECK(r.sum() == 3);
  auto strided_row = m.row(0);
  MatrixView<double>(strided_row).map().setConstant(7);
  CHECK(m.row(0).sum() == 21);
  CHECK_FALSE(MatrixView<double>());
  MatrixView<double>().set_zero();
  MatrixView<double>(m).set_zero();
  CHECK(m.isZero());
}

TEST_CASE("a view reads constants", "[core]") {
  const Vector<double> v = Vector<double>::Ones(3);
  CHECK(MatrixView<const double>(v).map().sum() == 3);
}

TEST_CASE("a view refuses columns with gaps", "[core]") {
  Matrix<double> m(4, 4);
  auto gaps = Eigen::Map<Vector<double>, 0, Eigen::InnerStride<2>>(m.data(), 4);
  CHECK_ERROR(MatrixView<double>(gaps), "contiguous columns");
}

TEST_CASE("first_columns() is the first columns of a buffer", "[core]") {
  Matrix<double> m = Matrix<double>::Ones(2, 5);
  first_columns(m, 3).setZero();
  CHECK(m.sum() == 4);
  Matrix<double, 2, 1> fixed;
  STATIC_REQUIRE(decltype(first_columns(fixed, 1))::SizeAtCompileTime == 2);
}
