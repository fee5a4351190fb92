// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/kernels/vectors.hpp>
#include <type_traits>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

const double not_a_number = std::nan("");

bool near(double a, double b, double size) { return std::abs(a - b) <= 1e-14 * (1 + size); }

}  // namespace

TEST_CASE("views see vectors, columns, blocks and maps in place", "[kernels]") {
  Vector<double> v{{1, 2, 3}};
  const ConstVectorView read = v;
  CHECK((read.data() == v.data() && read.size() == 3 && read(2) == 3 && read.map() == v));
  CHECK((read.segment(1, 2).data() == v.data() + 1 && read.segment(1, 2).size() == 2));
  const VectorView written = v;
  written(0) = 7;
  written.segment(1, 2)(1) = 9;
  written.map()(1) = 8;
  CHECK(v == Vector<double>{{7, 8, 9}});
  CHECK(ConstVectorView(written).data() == v.data());

  Matrix<double> m{{1, 2}, {3, 4}};
  CHECK(ConstVectorView(m.col(1)).map() == m.col(1));
  VectorView(m.col(1))(0) = 5;
  VectorView(m.col(0).tail(1))(0) = 6;
  CHECK(m == Matrix<double>{{1, 5}, {6, 4}});
  Vector<double, 2> fixed{1, 2};
  VectorView{fixed}(1) = 3;
  CHECK(ConstVectorView(fixed).map() == Vector<double>{{1, 3}});
  const Eigen::Map<const Vector<double>> map(v.data(), 2);
  CHECK(ConstVectorView(map).data() == v.data());
  CHECK(ConstVectorView(nullptr, 0).map().size() == 0);
}

TEST_CASE("no view of what is not a plain vector of double, or is gone before it is written", "[kernels]") {
  STATIC_REQUIRE(std::is_convertible_v<const Vector<double>&, ConstVectorView>);
  STATIC_REQUIRE(std::is_convertible_v<Vector<double>&, VectorView>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<const Vector<float>&, ConstVectorView>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<const RowVector<double>&, ConstVectorView>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<const Matrix<double>&, ConstVectorView>);
  using Row = decltype(std::declval<Matrix<double>&>().row(0).transpose());  // its numbers lie apart
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Row, ConstVectorView>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Vector<double>, VectorView>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<ConstVectorView, VectorView>);
}

TEST_CASE("columns of a matrix, and the first of them", "[kernels]") {
  const Matrix<double> m{{1, 2, 3}, {4, 5, 6}};
  const ConstColumns columns = m;
  CHECK((columns.rows() == 2 && columns.columns() == 3 && columns.stride() == 2 && columns.data() == m.data()));
  CHECK(columns(2).map() == m.col(2));
  CHECK(columns.map() == m);
  CHECK(columns.first(2).map() == m.leftCols(2));
  CHECK(columns.first(0).columns() == 0);
  const ConstColumns lower(m.data() + 1, 1, 3, 2);  // the second row
  CHECK(lower.map() == m.bottomRows(1));
  CHECK(lower.first(2)(1)(0) == 5);
  CHECK((ConstColumns().rows() == 0 && ConstColumns().columns() == 0));
}

TEST_CASE("a square view is a matrix, or a corner of one", "[kernels]") {
  Matrix<double> m{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  const SquareView all = m, corner(m, 2);
  CHECK((all.size == 3 && all.stride == 3 && all.map() == m));
  CHECK((corner.size == 2 && corner.stride == 3 && corner.map() == m.topLeftCorner(2, 2)));
  CHECK(corner.column(1) == m.data() + 3);
  corner(0, 1) = -2;
  CHECK(m == Matrix<double>{{1, -2, 3}, {4, 5, 6}, {7, 8, 9}});
  Matrix<double, 3, 3> fixed = m;
  CHECK((SquareView(fixed).size == 3 && SquareView(fixed, 1).stride == 3));
}

TEST_CASE("helpers do what their formulas say, short and long", "[kernels]") {
  Random random(1);
  for (Index n = 0; n <= 40; ++n) {
    INFO("n " << n);
    const Vector<double> x = random_vector<double>(random, n), y = random_vector<double>(random, n);
    const double a = random.normal(), size = x.squaredNorm() + y.squaredNorm();
    CHECK(near(vec::dot(x, y), x.dot(y), size));
    CHECK(near(vec::sum(x), x.sum(), size));
    CHECK(near(vec::absolute_dot(x, y), x.cwiseAbs().dot(y.cwiseAbs()), size));
    CHECK(near(vec::squared_norm(x), x.squaredNorm(), size));
    CHECK(near(vec::norm(x), x.norm(), size));
    CHECK(near(vec::squared_distance(x, y), (x - y).squaredNorm(), size));
    CHECK(near(vec::distance(x, y), (x - y).norm(), size));
    CHECK(vec::largest_magnitude(x) == (n > 0 ? x.cwiseAbs().maxCoeff() : 0.0));
    CHECK(vec::largest(x) == (n > 0 ? x.maxCoeff() : -infinity));

    Vector<double> out = y;
    vec::add_scaled(a, x, out);
    CHECK((out - (y + a * x)).norm() <= 1e-15 * size);
    vec::scale_to(a, x, out);
    CHECK(out == a * x);
    vec::subtract(x, y, out);
    CHECK(out == x - y);
    vec::step_to(x, a, y, out);
    CHECK((out - (x + a * y)).norm() <= 1e-15 * size);
    out = y;
    vec::step_to(x, a, out, out);  // in place
    CHECK((out - (x + a * y)).norm() <= 1e-15 * size);
    vec::copy(x, out);
    CHECK(out == x);
    vec::fill(out, 3);
    CHECK(out == Vector<double>::Constant(n, 3));
  }
}

TEST_CASE("helpers leave what lies beside their vectors alone", "[kernels]") {
  for (const Index n : {1, 7, 8, 21}) {
    const Vector<double> x = Vector<double>::Ones(n);
    Vector<double> out = Vector<double>::Constant(n + 1, -7);
    const VectorView head(out.data(), n);
    vec::copy(x, head);
    vec::add_scaled(1, x, head);
    vec::fill(head, 1);
    vec::scale_to(2, x, head);
    vec::subtract(x, x, head);
    vec::step_to(x, 1, x, head);
    vec::add_combination(Matrix<double>(Matrix<double>::Ones(n, 3)), Vector<double>{{1, 1, 1}}, head);
    CHECK((head.map().array() == 5).all());
    vec::dots(Matrix<double>(Matrix<double>::Ones(3, n)), Vector<double>{{1, 1, 1}}, head);
    CHECK((head.map().array() == 3).all());
    CHECK(out(n) == -7);
  }
}

TEST_CASE("combinations of columns, and products with each", "[kernels]") {
  Random random(2);
  for (const Index n : {1, 2, 7, 16, 33})
    for (const Index m : {0, 1, 2, 9, 20}) {
      INFO("n " << n << ", m " << m);
      const Matrix<double> whole = random_matrix<double>(random, n + 2, m);
      const ConstColumns columns(whole.data(), n, m, n + 2);
      const Vector<double> a = random_vector<double>(random, m), y = random_vector<double>(random, n);
      Vector<double> sum = y, products = Vector<double>::Constant(m, not_a_number);
      vec::add_combination(columns, a, sum);
      CHECK((sum - (y + whole.topRows(n) * a)).norm() <= 1e-14 * (1 + whole.norm() * a.norm()));
      vec::dots(columns, y, products);
      CHECK((products - whole.topRows(n).transpose() * y).norm() <= 1e-14 * (1 + whole.norm() * y.norm()));
    }
}

TEST_CASE("norms and distances neither overflow nor underflow", "[kernels]") {
  for (const double unit : {1e-310, 1e-300, 1e-200, 1e-150, 1e-140, 1e-100, 1.0, 1e100, 1e140, 1e150, 1e200, 1e300}) {
    INFO("unit " << unit);
    const Vector<double> x = unit * Vector<double>{{3, 0, -4}};
    const Vector<double> many = Vector<double>::Constant(25, unit), away = 2 * many;
    const auto is = [&](double norm) { return std::abs(norm / unit - 5) <= 1e-12; };
    CHECK(is(vec::norm(x)));
    CHECK(is(vec::norm(many)));
    CHECK(is(vec::distance(x, Vector<double>{{0, 0, 0}})));
    CHECK(is(vec::distance(many, away)));
  }
  const Vector<double> mixed{{1e200, 1e-200, 1}};
  CHECK(vec::norm(mixed) == 1e200);
  CHECK(vec::norm(Vector<double>{{0, 0}}) == 0);
  CHECK(vec::distance(mixed, mixed) == 0);
  CHECK((vec::norm(Vector<double>(0)) == 0 && vec::distance(Vector<double>(0), Vector<double>(0)) == 0));
}

TEST_CASE("NaN and infinity in norms, and in what is finite", "[kernels]") {
  for (const Index n : {1, 3, 8, 30}) {
    const Vector<double> zero = Vector<double>::Zero(n);
    for (const double fill : {0.0, 2.0, 1e200}) {
      const Vector<double> x = Vector<double>::Constant(n, fill);
      CHECK(vec::all_finite(x));
      for (const Index at : {Index{0}, n / 2, n - 1}) {
        INFO("n " << n << ", filled with " << fill << ", at " << at);
        Vector<double> bad = x;
        for (const double endless : {infinity, -infinity}) {
          bad(at) = endless;
          CHECK_FALSE(vec::all_finite(bad));
          CHECK((vec::norm(bad) == infinity && vec::distance(bad, zero) == infinity));
          CHECK(vec::largest_magnitude(bad) == infinity);
        }
        bad(at) = not_a_number;
        CHECK_FALSE(vec::all_finite(bad));
        CHECK(std::isnan(vec::norm(bad)));
        CHECK(std::isnan(vec::distance(bad, zero)));
        CHECK(vec::largest_magnitude(bad) == (n > 1 ? fill : 0.0));  // ignores NaN
      }
    }
  }
  CHECK_FALSE(vec::all_finite(Vector<double>{{infinity, -infinity}}));
  CHECK(vec::all_finite(Vector<double>{{1.7e308, 1.7e308, -1.7e308}}));
  CHECK(vec::all_finite(Vector<double>(0)));
}
