// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/kernels/products.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using Exact = Matrix<long double>;

template <class S>
Exact widened(const Matrix<S>& m) {
  return m.template cast<long double>();
}

/// What products make of their operands, written by hand in run-time sizes, for Eigen would unroll the fixed ones; \p scale
/// is above every sum of magnitudes here.
template <class S>
void check_error(const Matrix<S>& got, const Exact& exact, Index summands, int scale = 10) {
  const long double u = std::numeric_limits<S>::epsilon();
  CHECK((widened(got) - exact).cwiseAbs().maxCoeff() <= u * scale * (summands + 1));
}

/// One column and compile-time sizes.
template <class S, int M, int K>
void check_fixed() {
  Random random(M * 100 + K);
  const Matrix<S> w = random_matrix<S>(random, M, K), z = random_matrix<S>(random, K, 1), v = random_matrix<S>(random, M, 1);
  const Matrix<S> before = random_matrix<S>(random, M, 1), before_back = random_matrix<S>(random, K, 1);
  const Matrix<S, M, K> fixed = w;
  const Vector<S, K> fixed_z = z;
  const Vector<S, M> fixed_v = v;
  Vector<S, M> out = before;
  Vector<S, K> back = before_back;
  kernels::add_product(fixed, fixed_z, out);
  kernels::add_transposed_product(fixed, fixed_v, back);
  INFO(M << " x " << K);
  check_error<S>(out, widened(before) + widened(w) * widened(z), K);
  check_error<S>(back, widened(before_back) + widened(w).transpose() * widened(v), M);
}

/// Several columns, and the Gram matrix of J = W with its tiles of every size.
template <class S, int M, int K, int C>
void check_columns() {
  Random random(M * 100 + K * 10 + C);
  const Matrix<S> w = random_matrix<S>(random, M, K), z = random_matrix<S>(random, K, C);
  const Matrix<S> before = random_matrix<S>(random, M, C), weights = random_matrix<S>(random, M, 1).cwiseAbs();
  const Matrix<S, M, K> fixed = w;
  const Matrix<S, K, C> fixed_z = z;
  Matrix<S, M, C> out = before;
  kernels::add_product(fixed, fixed_z, out);
  INFO(M << " x " << K << " times " << C << " columns");
  check_error<S>(out, widened(before) + widened(w) * widened(z), K);

  const Vector<S, M> fixed_weights = weights;
  Matrix<S, M, K> scratch;
  Matrix<S> gram = Matrix<S>::Ones(K, K);
  kernels::add_gram(fixed, fixed_weights, scratch, gram);
  const Exact exact = Exact::Ones(K, K) + widened(w).transpose() * widened(weights).col(0).asDiagonal() * widened(w);
  gram.template triangularView<Eigen::StrictlyUpper>() = exact.template cast<S>();  // nobody's promise
  check_error(gram, exact, M + 1, 100);
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
