// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/kernels/products.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// One column and compile-time sizes, beside the products of run-time sizes.
template <class S, int M, int K>
void check_fixed() {
  Random random(M * 100 + K);
  const Matrix<S> w = random_matrix<S>(random, M, K);
  const Matrix<S, M, K> fixed = w;
  const Vector<S, K> z = random_vector<S>(random, K);
  const Vector<S, M> v = random_vector<S>(random, M);
  Vector<S, M> out = random_vector<S>(random, M);
  Vector<S, K> back = random_vector<S>(random, K);
  const Matrix<long double> exact =
      out.template cast<long double>() + w.template cast<long double>() * z.template cast<long double>();
  const Matrix<long double> exact_back =
      back.template cast<long double>() + w.template cast<long double>().transpose() * v.template cast<long double>();
  kernels::add_product(fixed, z, out);
  kernels::add_transposed_product(fixed, v, back);
  INFO(M << " x " << K);
  const long double u = std::numeric_limits<S>::epsilon(), scale = 10;  // no sum of magnitudes here is larger
  CHECK((out.template cast<long double>() - exact).cwiseAbs().maxCoeff() <= u * scale * (K + 1));
  CHECK((back.template cast<long double>() - exact_back).cwiseAbs().maxCoeff() <= u * scale * (M + 1));
}

/// Several columns, and the Gram matrix of J = W with its tiles of every size. The truth is computed in run-time sizes, for
/// Eigen would unroll it.
template <class S, int M, int K, int C>
void check_columns() {
  using Exact = Matrix<long double>;
  Random random(M * 100 + K * 10 + C);
  const Matrix<S> w = random_matrix<S>(random, M, K), z = random_matrix<S>(random, K, C);
  const Matrix<S> before = random_matrix<S>(random, M, C), weights = random_matrix<S>(random, M, 1).cwiseAbs();
  const Exact wide = w.template cast<long double>();
  const Matrix<S, M, K> fixed = w;
  const Matrix<S, K, C> fixed_z = z;
  Matrix<S, M, C> out = before;
  kernels::add_product(fixed, fixed_z, out);
  INFO(M << " x " << K << " times " << C << " columns");
  const long double u = std::numeric_limits<S>::epsilon(), scale = 10;
  const Exact error = Exact(Matrix<S>(out).template cast<long double>()) - before.template cast<long double>() -
                      wide * z.template cast<long double>();
  CHECK(error.cwiseAbs().maxCoeff() <= u * scale * (K + 1));

  const Vector<S, M> fixed_weights = weights;
  Matrix<S, M, K> scratch;
  Matrix<S> gram = Matrix<S>::Ones(K, K);
  kernels::add_gram(fixed, fixed_weights, scratch, gram);
  const Exact weighted = weights.template cast<long double>().col(0).asDiagonal() * wide;
  const Exact gram_error = gram.template cast<long double>() - Exact::Ones(K, K) - wide.transpose() * weighted;
  for (Index c = 0; c < K; ++c) CHECK(gram_error.col(c).tail(K - c).cwiseAbs().maxCoeff() <= u * scale * scale * (M + 2));
}

template <class S>
void check_sizes() {
  check_fixed<S, 1, 1>();
  check_fixed<S, 1, 16>();
  check_fixed<S, 3, 2>();
  check_fixed<S, 8, 6>();
  check_fixed<S, 16, 6>();
  check_fixed<S, 16, 16>();
  check_fixed<S, 19, 11>();
  check_fixed<S, 33, 5>();
  check_fixed<S, 64, 9>();
  check_fixed<S, 7, 70>();
  check_fixed<S, 24, 70>();  // too many columns to be unrolled
  check_columns<S, 16, 6, 6>();
  check_columns<S, 19, 8, 5>();            // not whole packs
  if constexpr (kernels::vectorized<S>) {  // or Eigen would unroll them all
    check_columns<S, 8, 1, 2>();
    check_columns<S, 16, 3, 8>();
    check_columns<S, 32, 5, 4>();
    check_columns<S, 16, 11, 9>();  // more columns than a tile has
  }
}

}  // namespace

TEST_CASE("products of compile-time sizes, tails and sizes beyond the registers included", "[kernels]") {
  check_sizes<double>();
  check_sizes<float>();
}

TEST_CASE("a fixed column keeps what lies behind a block of it", "[kernels]") {
  Vector<double, 20> whole = Vector<double, 20>::Constant(7);
  const Matrix<double, 11, 3> w = Matrix<double, 11, 3>::Ones();
  Eigen::Map<Vector<double, 3>> front(whole.data() + 4);
  kernels::add_transposed_product(w, Vector<double, 11>(Vector<double, 11>::Ones()), front);
  CHECK((front.array() == 18).all());
  CHECK((whole.head(4).array() == 7).all());
  CHECK((whole.tail(13).array() == 7).all());
}
