// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/layers/dense_map.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class S>
bool close(const Matrix<S>& a, const Matrix<S>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         (a - b).norm() <= 100 * std::numeric_limits<S>::epsilon() * (1 + b.norm());
}

/// Products with the map, the second block of a layout, against those of Eigen's with its matrix.
template <class S, int Rows, int Cols>
void check_map(Index rows, Index cols, Index columns) {
  Layout layout;
  layout.add({.name = "other", .rows = 2, .cols = 3});
  const DenseMap<S, Rows, Cols> map(layout, {.name = "W", .rows = rows, .cols = cols});
  INFO(rows << " x " << cols << ", " << columns << " columns");
  CHECK((map.exists() && map.rows() == rows && map.cols() == cols && map.block() == 1 && map.fan_in() == cols));
  Random random(1);
  Vector<S> p = random_vector<S>(random, layout.size());
  const Matrix<S> w = Eigen::Map<const Matrix<S>>(p.data() + 6, rows, cols);
  CHECK(map.matrix(p.data()) == w);
  CHECK(map.matrix(std::as_const(p).data()) == w);
  STATIC_REQUIRE(std::is_same_v<decltype(map.matrix(std::as_const(p).data())), Eigen::Map<const Matrix<S, Rows, Cols>>>);

  const Matrix<S> z = random_matrix<S>(random, cols, columns), v = random_matrix<S>(random, rows, columns);
  Matrix<S> out = random_matrix<S>(random, rows, columns), back = random_matrix<S>(random, cols, columns);
  const Matrix<S> expected = out + w * z, expected_back = back + w.transpose() * v;
  map.add(p.data(), z, out);
  map.add_transposed(p.data(), v, back);
  CHECK(close(out, expected));
  CHECK(close(back, expected_back));

  const Vector<S> before = random_vector<S>(random, layout.size());
  const Matrix<S> outer = Eigen::Map<const Matrix<S>>(before.data() + 6, rows, cols) + v * z.transpose();
  const auto gradient = [&](const Selection& only) {
    Vector<S> g = before;
    map.add_outer(ParameterSink<S>{g.data(), only}, v, z);
    CHECK(g.head(6) == before.head(6));
    return g;
  };
  for (const Selection& only : {Selection{}, Selection{0, 1}, Selection{1, 1}}) {
    CHECK(close<S>(Eigen::Map<const Matrix<S>>(gradient(only).data() + 6, rows, cols), outer));
  }
  CHECK(gradient({1, 0}) == before);
  map.add_outer(ParameterSink<S>{}, v, z);  // nobody wants it
  map.add_outer(NoSink{}, v, z);
}

}  // namespace

TEST_CASE("DenseMap: products with the matrix and its gradient are those of plain Eigen", "[layers]") {
  for (const Index columns : {1, 2, 3, 17}) {
    for (const auto& [rows, cols] : {std::pair<Index, Index>{1, 1}, {1, 9}, {5, 1}, {4, 3}, {12, 30}}) {
      check_map<double, Dynamic, Dynamic>(rows, cols, columns);
      check_map<float, Dynamic, Dynamic>(rows, cols, columns);
      check_map<long double, Dynamic, Dynamic>(rows, cols, columns);
    }
    check_map<double, 5, 4>(5, 4, columns);
    check_map<double, 1, 4>(1, 4, columns);
    check_map<float, 5, Dynamic>(5, 4, columns);
  }
}

TEST_CASE("DenseMap: products in absolute values, for one row and for any number of columns", "[layers]") {
  Random random(2);
  for (const Index rows : {1, 2, 7}) {
    for (const Index cols : {1, 2, 3, 4, 5, 8, 11}) {
      Layout layout;
      layout.add({.name = "other", .rows = 3, .cols = 1});
      const DenseMap<double> map(layout, {.name = "W", .rows = rows, .cols = cols});
      const Vector<double> p = random_vector<double>(random, layout.size());
      const Matrix<double> w = map.matrix(p.data()).cwiseAbs();
      const Vector<double> z = random_vector<double>(random, cols).cwiseAbs(), v = random_vector<double>(random, rows);
      Vector<double> out = random_vector<double>(random, rows), back = random_vector<double>(random, cols);
      const Vector<double> expected = out + w * z, expected_back = back + w.transpose() * v.cwiseAbs();
      map.add_absolute(p.data(), z.data(), out.data());
      map.add_absolute_transposed(p.data(), v.data(), back.data());
      INFO(rows << " x " << cols);
      CHECK(close<double>(out, expected));
      CHECK(close<double>(back, expected_back));
    }
  }
}

TEST_CASE("DenseMap: one that is absent, and copies", "[layers]") {
  const DenseMap<double> absent;
  CHECK((!absent.exists() && absent.rows() == 0 && absent.cols() == 0 && absent.block() == -1 && absent.fan_in() == 0));
  double p = 7;
  Matrix<double> none(0, 3), back(0, 3);
  absent.add(&p, none, none);
  absent.add_transposed(&p, none, back);
  absent.add_outer(ParameterSink<double>{&p}, none, none);
  absent.add_absolute(&p, &p, &p);
  absent.add_absolute_transposed(&p, &p, &p);
  CHECK(p == 7);
  Layout layout, same, other;
  const Block block{.name = "W", .rows = 2, .cols = 3};
  const DenseMap<double> map(layout, block);
  const auto copy = map;
  CHECK(copy == map);
  CHECK(DenseMap<double>(same, block) == map);
  other.add(block);
  CHECK_FALSE(DenseMap<double>(other, block) == map);
  CHECK_FALSE(absent == map);
}
