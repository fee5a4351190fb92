// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/kernels/products.hpp>
#include <limits>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

/// The products against the portable path, which the tests of this machine's registers and the portable ones both run: they
/// are one and the same without vector registers.
using namespace icnn;
using namespace icnn::test;

namespace {

const bool fewer_cases = cases(0, 0, 1) == 1;  // large products are slow without optimization

/// A matrix inside a larger one: unaligned, strided, with a frame that must stay as it is.
template <class S>
struct Framed {
  Matrix<S> all;
  Index rows, cols;

  Framed(const Matrix<S>& inside, Index shift) : rows(inside.rows()), cols(inside.cols()) {
    all = Matrix<S>::Constant(rows + 3 + shift, cols + 2, S(7));
    view() = inside;
  }
  auto view() { return all.block(1 + (all.rows() - rows - 3), 1, rows, cols); }
  bool frame_is_intact() {
    view().setConstant(S(7));
    return (all.array() == S(7)).all();
  }
};

enum class Kind { plain, transposed, outer };

template <class S, class A, class B, class Out>
void add(Kind product, const A& a, const B& b, Out&& out) {
  if (product == Kind::plain) kernels::add_product(a, b, out);
  if (product == Kind::transposed) kernels::add_transposed_product(a, b, out);
  if (product == Kind::outer) kernels::add_outer_product(a, b, out);
}

/// Operands of one product with W of m x k and n columns.
template <class S>
struct Operands {
  Matrix<S> a, b, out;
  Index terms;

  Operands(Kind product, Index m, Index k, Index n, Random& random)
      : a(random_matrix<S>(random, m, product == Kind::outer ? n : k)),
        b(random_matrix<S>(random, product == Kind::transposed ? m : k, n)),
        out(random_matrix<S>(random, product == Kind::transposed ? k : m, product == Kind::outer ? k : n)),
        terms(product == Kind::plain        ? k
              : product == Kind::transposed ? m
                                            : n) {}

  /// out + the product in another scalar, by loops, and the same with the magnitudes of all terms.
  template <class T>
  struct Sums {
    Matrix<T> values, magnitudes;
  };
  template <class T>
  Sums<T> loops(Kind product) const {
    Sums<T> sums{out.template cast<T>(), out.template cast<T>().cwiseAbs()};
    // From one term of an entry to the next.
    const Index of_a = product == Kind::transposed ? 1 : a.rows(), of_b = product == Kind::outer ? b.rows() : 1;
    for (Index j = 0; j < out.cols(); ++j)
      for (Index i = 0; i < out.rows(); ++i) {
        const S *x = a.data() + (product == Kind::transposed ? i * a.rows() : i),
                *y = b.data() + (product == Kind::outer ? j : j * b.rows());
        T value = sums.values(i, j), magnitude = sums.magnitudes(i, j);
        for (Index t = 0; t < terms; ++t, x += of_a, y += of_b) {
          const T term = static_cast<T>(*x) * static_cast<T>(*y);
          value += term;
          magnitude += std::abs(term);
        }
        sums.values(i, j) = value;
        sums.magnitudes(i, j) = magnitude;
      }
    return sums;
  }
};

/// The stated bound: gamma_{terms + 1} times the sum of the magnitudes, whatever the order of the sum.
template <class S>
void check(Kind product, Index m, Index k, Index n, Random& random) {
  const Operands<S> o(product, m, k, n, random);
  Framed<S> a(o.a, m % 3), b(o.b, n % 2), out(o.out, k % 3);
  add<S>(product, a.view(), b.view(), out.view());
  const auto exact = o.template loops<long double>(product);
  const auto u = static_cast<long double>(std::numeric_limits<S>::epsilon()) / 2;
  const long double gamma = static_cast<long double>(o.terms + 1) * u * (1 + 1000 * u);
  const Matrix<long double> error = (out.view().template cast<long double>() - exact.values).cwiseAbs();
  const Matrix<long double> bound = gamma * exact.magnitudes;
  const Matrix<S> result = out.view();
  // Alignment and strides change nothing but Eigen's products of one column, to which the outer product of a single unit
  // belongs, and, without vector registers, the order of the sums where a single row lies side by side.
  const bool by_strides = n == 1 || (m == 1 && (product == Kind::outer || !kernels::vectorized<S>));
  Matrix<S> again = o.out;
  if (!by_strides) add<S>(product, o.a, o.b, again);
  out.view() = o.out;
  if (by_strides) add<S>(product, a.view(), b.view(), out.view()), again = out.view();
  const bool good = (error.array() <= bound.array()).all() && out.frame_is_intact() && again == result;
  if (!good) {
    INFO("product " << static_cast<int>(product) << ": " << m << " x " << k << " x " << n << ", error " << error.maxCoeff());
    CHECK((error.array() <= bound.array()).all());
    CHECK(out.frame_is_intact());
    CHECK(again == result);
  }
}

template <class S>
void check_all(Index m, Index k, Index n, Random& random) {
  for (const Kind product : {Kind::plain, Kind::transposed, Kind::outer}) check<S>(product, m, k, n, random);
}

}  // namespace

TEST_CASE("every size from 1 to 33 stays within the bound of its sums", "[kernels]") {
  Random random(11);
  for (Index m = 1; m <= 33; ++m)
    for (Index k = 1; k <= 33; ++k)
      for (const Index n : {1, 2, 3, 4, 5, 7, 8, 9, 16, 23, 24, 25, 33}) {
        const bool large = m > 9 && k > 9;  // they resemble each other
        if ((m + k + n) % (fewer_cases ? (large ? 47 : 7) : (large ? 3 : 1)) != 0) continue;
        check_all<float>(m, k, n, random);
        check_all<double>(m, k, n, random);
      }
  SUCCEED();
}

TEST_CASE("sizes around the blocks stay within it too", "[kernels]") {
  Random random(12);
  for (const Index m : {95, 96, 97, 127, 128, 129, 200, 257})
    for (const Index n : {2, 11, 24, 70}) {
      if (fewer_cases && (m + n) % 9 != 0) continue;
      check_all<float>(m, 257, n, random);
      check_all<double>(300, m, n, random);
      check_all<float>(5, m, n, random);
      check_all<double>(m, 3, n, random);
      check_all<double>(m, 1, n, random);
    }
  check_all<float>(fewer_cases ? 7 : 40, 520, 300, random);
  check_all<double>(3, 700, 260, random);
  check_all<float>(33, 1050, 9, random);  // so many columns of an outer product come in parts
  check_all<double>(17, 531, 9, random);
}

TEST_CASE("so do transposed products of few columns, whose samples may stand in lanes", "[kernels]") {
  Random random(17);
  for (const Index n : {6, 7, 8, 13, 16, 19, 20, 24, 31, 40, 63, 64})
    for (const Index m : {9, 33, 129, 300})
      for (const Index k : {31, 32, 45, 253}) {
        if (fewer_cases && (m + n + k) % 7 != 0) continue;
        check<float>(Kind::transposed, m, k, n, random);
        check<double>(Kind::transposed, m, k, n, random);
      }
}

TEST_CASE("8 and 16 columns of a product are added up alike, as batches in lockstep have to have it", "[kernels]") {
  Random random(18);
  for (const Index m : {4, 17, 64, 200})
    for (const Index k : {1, 17, 32, 100, 300}) {
      INFO(m << " x " << k);
      const auto a = random_matrix<double>(random, m, k), v = random_matrix<double>(random, m, 16),
                 z = random_matrix<double>(random, k, 16);
      const Matrix<double> few_v = v.leftCols(8), few_z = z.leftCols(8);
      Matrix<double> back = Matrix<double>::Zero(k, 16), few_back = Matrix<double>::Zero(k, 8),
                     out = Matrix<double>::Zero(m, 16), few_out = Matrix<double>::Zero(m, 8);
      kernels::add_transposed_product(a, v, back);
      kernels::add_transposed_product(a, few_v, few_back);
      kernels::add_product(a, z, out);
      kernels::add_product(a, few_z, few_out);
      CHECK(back.leftCols(8) == few_back);
      CHECK(out.leftCols(8) == few_out);
    }
}

TEST_CASE("so do columns that lie half a page apart, whose panels are copied where registers are few", "[kernels]") {
  Random random(16);
  for (const Index n : {13, 16, 17, 64}) {
    check_all<double>(512, 140, n, random);
    if (fewer_cases) continue;
    check_all<double>(256, 130, n, random);
    check_all<float>(1024, 129, n, random);
    check_all<float>(512, 70, n, random);
  }
}

TEST_CASE("products with nothing in them change nothing", "[kernels]") {
  for (const Index m : {0, 1, 40})
    for (const Index k : {0, 1, 40})
      for (const Index n : {0, 1, 40}) {
        if (m * k * n > 0) continue;
        for (const Kind product : {Kind::plain, Kind::transposed, Kind::outer}) {
          Random random(13);
          const Operands<double> o(product, m, k, n, random);
          Matrix<double> out = o.out;
          add<double>(product, o.a, o.b, out);
          CHECK(out == o.out);
        }
      }
}

TEST_CASE("NaN and infinity reach exactly what they reach in plain loops", "[kernels]") {
  Random random(14);
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const auto alike = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  for (const Kind product : {Kind::plain, Kind::transposed, Kind::outer})
    for (const Index m : {1, 3, 8, 13, 37, 100})
      for (const Index k : {1, 6, 19, 33})
        for (const Index n : {1, 2, 9, 25})
          for (const double bad : {inf, -inf, nan}) {
            Operands<double> o(product, m, k, n, random);
            o.a(random.index(o.a.rows()), random.index(o.a.cols())) = bad;
            o.b(random.index(o.b.rows()), random.index(o.b.cols())) = -inf;
            Matrix<double> out = o.out;
            add<double>(product, o.a, o.b, out);
            const Matrix<double> expected = o.template loops<double>(product).values;
            Index wrong = 0;
            for (Index i = 0; i < out.size(); ++i) {
              const double x = out.data()[i], y = expected.data()[i];
              wrong += std::isfinite(y) ? !std::isfinite(x) : !alike(x, y);
            }
            INFO(static_cast<int>(product) << ": " << m << " x " << k << " x " << n << ", " << bad);
            CHECK(wrong == 0);
          }
}

TEST_CASE("denormal numbers are multiplied, not flushed", "[kernels]") {
  const double tiny = std::numeric_limits<double>::denorm_min();
  for (const Index n : {1, 2, 9, 30}) {
    const Matrix<double> w = Matrix<double>::Constant(19, 21, 3 * tiny), z = Matrix<double>::Constant(21, n, 2.0);
    const Matrix<double> v = Matrix<double>::Constant(19, n, 2.0);
    Matrix<double> out = Matrix<double>::Zero(19, n), back = Matrix<double>::Zero(21, n),
                   outer = Matrix<double>::Zero(19, 21);
    kernels::add_product(w, z, out);
    kernels::add_transposed_product(w, v, back);
    kernels::add_outer_product(Matrix<double>(v * tiny), z, outer);
    CHECK((out.array() == 126 * tiny).all());
    CHECK((back.array() == 114 * tiny).all());
    CHECK((outer.array() == static_cast<double>(4 * n) * tiny).all());
  }
}

TEST_CASE("the portable path stays within the same bound of the vectorized one", "[kernels]") {
  Random random(15);
  for (const Index m : {1, 6, 40, 130})
    for (const Index k : {1, 17, 150})
      for (const Index n : {2, 9, 140}) {
        const Operands<double> o(Kind::plain, m, k, n, random);
        Matrix<double> fast = o.out, plain = o.out;
        kernels::add_product(o.a, o.b, fast);
        kernels::portable::add_product<double>(kernels::detail::columns(o.a), kernels::detail::columns(o.b),
                                               kernels::detail::writable(plain));
        const double bound = 2 * std::numeric_limits<double>::epsilon() * static_cast<double>(k + 1);
        CHECK((fast - plain).cwiseAbs().maxCoeff() <= bound * o.template loops<double>(Kind::plain).magnitudes.maxCoeff());
      }
}
