// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/layers/output_term.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("OutputTerm: value, gradient and Hessian are those of the quadratic", "[layers]") {
  for (const bool diagonal : {false, true})
    for (const Index rank : {0, 2})
      for (const bool linear : {false, true}) {
        Layout layout;
        const OutputTerm<double> term(layout, 3, {diagonal, rank, false, linear}, 3, 0, {});
        CHECK(term.shape() == OutputTermShape{diagonal, rank, false, linear});
        CHECK(term.empty() == (layout.size() == 0));
        Random random(1);
        const Vector<double> p = random_vector<double>(random, layout.size()).cwiseAbs();
        Matrix<double> q = Matrix<double>::Zero(3, 3);
        Vector<double> d = Vector<double>::Zero(3);
        if (diagonal) q += Matrix<double>(Vector<double>(term.D(p.data())).asDiagonal());
        if (rank > 0) q += term.L(p.data()).transpose() * term.L(p.data());
        if (linear) d = term.d(p.data());
        const Matrix<double> y = random_matrix<double>(random, 3, 2);
        OutputTermTape<double, Dynamic, Dynamic> tape(3, rank, 2);
        RowVector<double> values = RowVector<double>::Zero(2);
        const RowVector<double> seeds = RowVector<double>::Ones(2);
        Matrix<double> gy = Matrix<double>::Zero(3, 2), h = Matrix<double>::Zero(3, 3);
        term.forward(p.data(), y, d, tape, first_columns(values, 2), 2);
        term.backward(p.data(), y, Matrix<double>(0, 2), seeds, tape, ParameterSink<double>{}, gy, {}, 2);
        Matrix<double> gy_alone = Matrix<double>::Zero(3, 2);
        term.backward(p.data(), y, Matrix<double>(0, 2), seeds, tape, NoSink{}, gy_alone, {}, 2);
        CHECK(gy_alone == gy);
        term.add_hessian(p.data(), h);
        for (Index c = 0; c < 2; ++c) {
          CHECK(std::abs(values(c) - (0.5 * y.col(c).dot(q * y.col(c)) + d.dot(y.col(c)))) <= 1e-13);
          CHECK((gy.col(c) - (q * y.col(c) + d)).norm() <= 1e-13);
        }
        CHECK((h - q).norm() <= 1e-13);
      }
}

TEST_CASE("OutputTerm: bad input is refused", "[layers]") {
  Layout layout;
  CHECK_ERROR(OutputTerm<double>(layout, 0, {.rank = -1}, 2, 0, {}), "a rank >= 0");
  CHECK_ERROR(OutputTerm<double>(layout, 0, {.bilinear = true}, 2, 0, {}), "use a PICNN");
  CHECK_ERROR(OutputTerm<double>(layout, 0, {.rank = 1}, 2, 0, {0}), "only a linear output term");
  CHECK(layout.size() == 0);
}
