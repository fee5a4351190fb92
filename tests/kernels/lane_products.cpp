// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/kernels/products.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// Columns of packs, whose lanes are columns of numbers: lane l of column b is column b lanes + l.
template <class S>
struct Packed {
  using P = kernels::Pack<S>;

  explicit Packed(const Matrix<S>& numbers) : packs(numbers.rows(), numbers.cols() / P::size) {
    for (Index c = 0; c < numbers.cols(); ++c)
      for (Index r = 0; r < numbers.rows(); ++r) packs(r, c / P::size).v[c % P::size] = numbers(r, c);
  }
  [[nodiscard]] Matrix<S> numbers() const {
    Matrix<S> result(packs.rows(), packs.cols() * P::size);
    for (Index c = 0; c < result.cols(); ++c)
      for (Index r = 0; r < result.rows(); ++r) result(r, c) = packs(r, c / P::size).v[c % P::size];
    return result;
  }

  Matrix<P> packs;
};

template <class S>
void check_lanes(Index m, Index k, Index columns, Random& random) {
  INFO(m << " x " << k << ", " << columns << " columns of packs");
  const Index n = columns * kernels::Pack<S>::size;
  const auto w = random_matrix<S>(random, m, k), z = random_matrix<S>(random, k, n), v = random_matrix<S>(random, m, n);
  const auto start = random_matrix<S>(random, m, n), back = random_matrix<S>(random, k, n);
  const S tolerance = std::numeric_limits<S>::epsilon() * S(10 * (m + k + n));
  const auto close = [&](const Matrix<S>& a, const Matrix<S>& b) { CHECK((a - b).cwiseAbs().maxCoeff() <= tolerance); };

  const Packed<S> pz(z), pv(v);
  Packed<S> out(start), pulled(back);
  kernels::add_product(w, pz.packs, out.packs);
  close(out.numbers(), start + w * z);
  kernels::add_transposed_product(w, pv.packs, pulled.packs);
  close(pulled.numbers(), back + w.transpose() * v);
  Matrix<S> outer = w;
  kernels::add_outer_product(pv.packs, pz.packs, outer);
  close(outer, w + v * z.transpose());
  Vector<S> sums = w.col(0);
  kernels::add_row_sums(pv.packs, sums);
  close(sums, w.col(0) + v.rowwise().sum());
}

template <class S>
void check_gram(Index m, Index n, Random& random) {
  using P = kernels::Pack<S>;
  const auto j = random_matrix<S>(random, m, n * P::size), weights = random_matrix<S>(random, m, P::size);
  Matrix<P> packs(m, n), scratch(m, n), out(n, n);
  for (Index c = 0; c < n; ++c)
    for (Index r = 0; r < m; ++r)
      for (Index l = 0; l < P::size; ++l) packs(r, c).v[l] = j(r, c + n * l);
  out.setZero();
  kernels::add_gram(packs, Packed<S>(weights).packs.col(0), scratch, out);
  for (Index l = 0; l < P::size; ++l) {
    const Matrix<S> one = j.middleCols(n * l, n), exact = one.transpose() * weights.col(l).asDiagonal() * one;
    for (Index c = 0; c < n; ++c)
      for (Index r = c; r < n; ++r)
        CHECK(std::abs(out(r, c).v[l] - exact(r, c)) <= std::numeric_limits<S>::epsilon() * S(20 * m));
  }
}

template <class S>
void check_all() {
  if constexpr (kernels::vectorized<S>) {
    Random random(1);
    for (const Index m : {1, 2, 7, 8, 9, 16, 33})
      for (const Index k : {1, 3, 8, 17})
        for (const Index columns : {1, 2, 3}) check_lanes<S>(m, k, columns, random);
    for (const Index m : {1, 5, 16})
      for (const Index n : {1, 2, 6, 11}) check_gram<S>(m, n, random);
  } else {
    WARN("SKIPPED: no vector registers with these flags, hence no lanes");
  }
}

}  // namespace

TEST_CASE("products of weights with packs are those with their lanes", "[kernels]") {
  check_all<double>();
  check_all<float>();
}
