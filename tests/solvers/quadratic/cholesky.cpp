// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <Eigen/Cholesky>
#include <icnn/solvers/quadratic/cholesky.hpp>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

constexpr double guard = 3;
constexpr Index around = 3;  ///< rows and columns of guards beyond the corner

const std::vector<Index>& sizes() {
  static const std::vector<Index> all = [] {
    std::vector<Index> result{100, 159, 200, 300};
    for (Index n = 1; n <= 40; ++n) result.push_back(n);
    return result;
  }();
  return all;
}

Matrix<double> random_definite(Random& random, Index n) {
  const auto root = random_matrix<double>(random, n, n, 1 / std::sqrt(static_cast<double>(n)));
  return root * root.transpose() + Matrix<double>::Identity(n, n);
}

/// The lower triangle in the corner of a larger matrix, which holds guards elsewhere and NaN above the diagonal.
Matrix<double> in_corner(const Matrix<double>& h) {
  const Index n = h.rows();
  Matrix<double> whole = Matrix<double>::Constant(n + around, n + around, guard);
  whole.topLeftCorner(n, n).setConstant(std::nan(""));
  whole.topLeftCorner(n, n).triangularView<Eigen::Lower>() = h;
  return whole;
}

bool guards_untouched(const Matrix<double>& whole) {
  return (whole.rightCols(around).array() == guard).all() && (whole.bottomRows(around).array() == guard).all();
}

}  // namespace

TEST_CASE("systems of all sizes solved in place, in corners of larger matrices", "[solvers]") {
  Random random(1);
  for (const Index n : sizes()) {
    INFO("n " << n);
    const Matrix<double> h = random_definite(random, n);
    Matrix<double> whole = in_corner(h);
    const SquareView corner(whole, n);
    REQUIRE(factor_in_place(corner));
    CHECK(guards_untouched(whole));

    Matrix<double> l = whole.topLeftCorner(n, n).triangularView<Eigen::Lower>();
    l.diagonal() = l.diagonal().cwiseInverse().eval();
    CHECK((l * l.transpose() - h).norm() <= 1e-14 * h.norm());

    const Matrix<double> factor = whole.topLeftCorner(n, n).triangularView<Eigen::Lower>();
    const Vector<double> b = random_vector<double>(random, n);
    Vector<double> x = Vector<double>::Constant(n + around, guard);  // with guards, too
    const auto head = x.head(n);
    x.head(n) = b;
    solve_lower(corner, x.data());
    CHECK((l * head - b).norm() <= 1e-14 * (l.norm() * head.norm() + b.norm()));
    const Vector<double> half = head;
    solve_upper(corner, x.data());
    CHECK((l.transpose() * head - half).norm() <= 1e-14 * (l.norm() * head.norm() + half.norm()));
    CHECK((h * head - b).norm() <= 1e-14 * (h.norm() * head.norm() + b.norm()));
    CHECK((x.tail(around).array() == guard).all());
    CHECK(guards_untouched(whole));
    CHECK(factor == Matrix<double>(whole.topLeftCorner(n, n).triangularView<Eigen::Lower>()));
  }
}

TEST_CASE("what is not definite, or not a number, is refused wherever that shows", "[solvers]") {
  Random random(2);
  for (const Index n : sizes()) {
    INFO("n " << n);
    const Matrix<double> h = random_definite(random, n);
    const auto refused = [](const Matrix<double>& matrix) {
      Matrix<double> whole = in_corner(matrix);
      const bool factored = factor_in_place(SquareView(whole, matrix.rows()));
      return !factored && guards_untouched(whole);
    };
    CHECK_FALSE(refused(h));
    CHECK(refused(-h));
    CHECK(refused(Matrix<double>::Zero(n, n)));
    const Vector<double> pivots = Matrix<double>(h.llt().matrixL()).diagonal().cwiseAbs2();
    for (const Index at : {Index{0}, n / 2, n - 1}) {
      Matrix<double> indefinite = h, nan = h;
      indefinite(at, at) -= 0.999 * pivots(at);
      CHECK((at < n - 1 || !refused(indefinite)));
      indefinite(at, at) -= 0.002 * pivots(at);
      CHECK(refused(indefinite));
      nan(n - 1, at) = std::nan("");
      CHECK(refused(nan));
      nan(n - 1, at) = h(n - 1, at);
      nan(at, at) = std::nan("");
      CHECK(refused(nan));
    }
  }
}

TEST_CASE("a matrix of compile-time size is factored as its own corner", "[solvers]") {
  Matrix<double, 2, 2> h{{4, 0}, {2, 10}};
  REQUIRE(factor_in_place(h));
  CHECK((h(0, 0) == 0.5 && h(1, 0) == 1 && h(1, 1) == 1.0 / 3));  // L = (2, 0; 1, 3)
  double x[] = {8, 26};
  solve_lower(h, x);
  solve_upper(h, x);
  CHECK(std::abs(x[0] - 7.0 / 9) <= 1e-15);
  CHECK(std::abs(x[1] - 22.0 / 9) <= 1e-15);
}
