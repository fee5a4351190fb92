// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/layers/affine_map.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// W u + b and its reverse pass against plain Eigen, behind another block.
template <int Rows, int Cols>
void check_affine(bool bias, Index columns) {
  Layout layout;
  layout.add({.name = "other", .rows = 2, .cols = 1});
  const AffineMap<double, Rows, Cols> affine(layout, 3, 4, 5, "V", bias ? "c" : "");
  CHECK((affine.exists() && affine.has_bias() == bias && layout.contains("V[3]") && layout.contains("c[3]") == bias));
  Random random(1);
  const Vector<double> p = random_vector<double>(random, layout.size());
  const Matrix<double> w = Eigen::Map<const Matrix<double>>(p.data() + 2, 4, 5);
  const Vector<double> b = bias ? Vector<double>(p.tail(4)) : Vector<double>(Vector<double>::Zero(4));
  const Matrix<double> u = random_matrix<double>(random, 5, columns), v = random_matrix<double>(random, 4, columns);
  Matrix<double> out = random_matrix<double>(random, 4, columns);
  affine.forward(p.data(), u, out);
  CHECK((out - ((w * u).colwise() + b)).norm() <= 1e-13);

  Vector<double> gradient = Vector<double>::Zero(p.size());
  const Matrix<double> before = random_matrix<double>(random, 5, columns);
  Matrix<double> delta = before;
  affine.backward(p.data(), v, u, ParameterSink<double>{gradient.data()}, delta);
  CHECK((delta - before - w.transpose() * v).norm() <= 1e-13);
  CHECK(gradient.head(2).isZero(0));
  CHECK((Eigen::Map<const Matrix<double>>(gradient.data() + 2, 4, 5) - v * u.transpose()).norm() <= 1e-13);
  if (bias) CHECK((gradient.tail(4) - v.rowwise().sum()).norm() <= 1e-13);

  const Selection only = select(layout, [](const Block& block) { return block.name == "V[3]"; });
  const ParameterSink<double> weights{gradient.data(), only};
  CHECK((affine.wanted(weights) && !affine.wanted(ParameterSink<double>{})));
  gradient.setZero();
  affine.backward(p.data(), v, u, weights, {});
  CHECK((gradient.segment(2, 20).norm() > 0 && gradient.tail(bias ? 4 : 0).isZero(0)));
}

}  // namespace

TEST_CASE("AffineMap: W u + b and its reverse pass are those of plain Eigen", "[layers]") {
  for (const bool bias : {true, false}) {
    for (const Index columns : {1, 3, 17}) {
      check_affine<Dynamic, Dynamic>(bias, columns);
      check_affine<4, 5>(bias, columns);
    }
  }
}

TEST_CASE("AffineMap: one that is absent, and copies", "[layers]") {
  const AffineMap<double> absent;
  Layout layout;
  const AffineMap<double> there(layout, 0, 2, 3, "W", "b");
  const auto copy = there;
  CHECK((!absent.exists() && !absent.has_bias() && copy == there && !(absent == there)));
}
