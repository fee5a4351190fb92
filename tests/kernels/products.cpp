// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/kernels/products.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class S>
Matrix<S> loops(const Matrix<S>& a, const Matrix<S>& b, Matrix<S> out) {  // the oracle: out + a b
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < b.cols(); ++j)
      for (Index k = 0; k < a.cols(); ++k) out(i, j) += a(i, k) * b(k, j);
  return out;
}

template <class S>
void check_products(Index m, Index k, Index n, Random& random) {
  const auto w = random_matrix<S>(random, m, k), z = random_matrix<S>(random, k, n), v = random_matrix<S>(random, m, n);
  const S tolerance = std::numeric_limits<S>::epsilon() * S(8 * (m + k + n + 1));
  const auto close = [&](const Matrix<S>& a, const Matrix<S>& b) {
    INFO(m << " x " << k << " x " << n);
    CHECK((a - b).cwiseAbs().maxCoeff() <= tolerance * S(3));
  };
  const auto start_mn = random_matrix<S>(random, m, n), start_kn = random_matrix<S>(random, k, n),
             start_mk = random_matrix<S>(random, m, k);
  Matrix<S> out = start_mn;
  kernels::add_product(w, z, out);
  close(out, loops<S>(w, z, start_mn));
  out = start_kn;
  kernels::add_transposed_product(w, v, out);
  close(out, loops<S>(w.transpose(), v, start_kn));
  out = start_mk;
  kernels::add_outer_product(v, z, out);
  close(out, loops<S>(v, z.transpose(), start_mk));
}

}  // namespace

TEST_CASE("products agree with plain loops, tails and tiles included", "[kernels]") {
  Random random(1);
  for (const Index m : {1, 2, 7, 33})
    for (const Index k : {1, 3, 16, 65})
      for (const Index n : {1, 2, 5, 17}) {
        check_products<double>(m, k, n, random);
        check_products<float>(m, k, n, random);
      }
  check_products<double>(130, 70, 129, random);
  check_products<float>(129, 200, 131, random);
}

TEST_CASE("products write into blocks and rows", "[kernels]") {
  Random random(2);
  const auto w = random_matrix<double>(random, 1, 4), z = random_matrix<double>(random, 4, 3);
  RowVector<double> row = RowVector<double>::Zero(3);
  kernels::add_product(w, z, row);
  CHECK((row - w * z).norm() <= 1e-14);
  Matrix<double> big = Matrix<double>::Zero(6, 6);
  kernels::add_product(z, w, big.block(1, 2, 4, 4).leftCols(3).topRows(4).leftCols(0));  // nothing to do
  CHECK(big.isZero());
  const auto a = random_matrix<double>(random, 3, 2), b = random_matrix<double>(random, 2, 4);
  kernels::add_product(a, b, big.block(1, 2, 3, 4));
  CHECK((big.block(1, 2, 3, 4) - a * b).norm() <= 1e-14);
  CHECK(std::abs(big.norm() - (a * b).norm()) <= 1e-13);
  const Matrix<double, 2, 2> fixed = Matrix<double, 2, 2>::Identity();
  Matrix<double, 2, 1> out = Matrix<double, 2, 1>::Zero();
  kernels::add_product(fixed, Matrix<double, 2, 1>(1, 2), out);
  CHECK(out == Matrix<double, 2, 1>(1, 2));
}

TEST_CASE("a weighted Gram matrix is symmetric", "[kernels]") {
  Random random(3);
  for (const Index m : {1, 7, 9})
    for (const Index n : {1, 5, 20, 150}) {
      const auto j = random_matrix<double>(random, m, n);
      const Matrix<double> weights = random_matrix<double>(random, m, 1).cwiseAbs();
      Matrix<double> scratch(m, n), h = Matrix<double>::Zero(n, n);
      kernels::add_gram(j, weights, scratch, h);
      kernels::mirror_lower<double>(kernels::detail::writable(h));
      CHECK(h == h.transpose());
      CHECK((h - j.transpose() * weights.col(0).asDiagonal() * j).norm() <= 1e-12 * h.norm());
    }
}
