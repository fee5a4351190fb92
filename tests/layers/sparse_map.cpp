// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/layers/sparse_map.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("SparseMap: the products of a DenseMap with the same numbers", "[layers]") {
  Layout layout, same;
  for (Layout* l : {&layout, &same}) l->add({.name = "other", .rows = 2, .cols = 3});
  const Block block{.name = "W", .rows = 4, .cols = 9};
  const SparseMap<double> sparse(layout, block);
  const DenseMap<double> dense(same, block);
  CHECK((sparse.exists() && sparse.rows() == 4 && sparse.cols() == 9 && sparse.block() == 1));
  CHECK_FALSE(SparseMap<double>().exists());

  Random random(1);
  const Vector<double> p = random_vector<double>(random, layout.size());
  SparseColumns<double> x(9);
  for (Index c = 0; c < 5; ++c) {  // the fourth is empty
    for (Index r = 0; r < 9 && c != 3; ++r)
      if (random.uniform() < 0.4) x.add(r, random.normal());
    x.end_column();
  }
  Matrix<double> out = random_matrix<double>(random, 4, 5), expected = out;
  sparse.add(p.data(), x, out);
  dense.add(p.data(), x.dense(), expected);
  CHECK((out - expected).norm() <= 1e-13);

  const Matrix<double> v = random_matrix<double>(random, 4, 5);
  Vector<double> g = random_vector<double>(random, layout.size()), h = g;
  const Vector<double> before = g;
  sparse.add_outer(ParameterSink<double>{g.data()}, v, x);
  dense.add_outer(ParameterSink<double>{h.data()}, v, x.dense());
  CHECK((g - h).norm() <= 1e-13);
  CHECK((g - before).norm() > 1);
  const Selection other = {1, 0};
  const Vector<double> now = g;
  sparse.add_outer(ParameterSink<double>{g.data(), other}, v, x);
  CHECK(g == now);
}
