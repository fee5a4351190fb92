// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// What surrounds our headers in the programs of users: macros of other libraries before them, and options of Eigen. The
// headers compile, the macros are there again afterwards, what has the name of one has a second name, and the numbers that
// this program prints are the same whatever the options.

#if defined(ICNN_TEST_MACROS)
// windows.h
#define near
#define far
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define small char
#define interface struct
#define ERROR 0
#define DELETE 1
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define TRUE 1
#define FALSE 0
// complex.h
#define I (__extension__ 1.0iF)
#define complex _Complex
// Unreal
#define check(expression) this is no expression
#define verify(expression) this is no expression
#define ensure(expression) this is no expression
#define require(expression) this is no expression
// X11
#define Status int
#define Bool int
#define None 0L
#define Success 0
#define Convex 2
#define Complex 0
#define Always 2
#define True 1
#define False 0
// Arduino
#define abs(x) ((x) > 0 ? (x) : -(x))
#define round(x) ((x) >= 0 ? (long)((x) + 0.5) : (long)((x)-0.5))
#define sq(x) ((x) * (x))
#define constrain(x, low, high) ((x) < (low) ? (low) : ((x) > (high) ? (high) : (x)))
#define bit(b) (1UL << (b))
#define F(text) text
#define B1 1
#define PI 3.1415926535897932384626433832795
#endif

#include <icnn/icnn.hpp>

#if defined(ICNN_TEST_MACROS)
#if !defined(near) || !defined(min) || !defined(I) || !defined(check) || !defined(Status) || !defined(abs)
#error "icnn: a macro is gone"
#endif
static_assert(max(1, 2) == 2 && sq(3) == 9 && Convex == 2 && TRUE);
#endif

#include <cstdio>

int main() {
  using namespace icnn;
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {5, 4}});
  initialize(f, Random(1));
  const Vector<double> y{{0.1, 0.2, 0.3}};
  Matrix<double> batch(3, 4);
  for (Index c = 0; c < 4; ++c) {
    for (Index r = 0; r < 3; ++r) batch(r, c) = 0.1 * static_cast<double>(r + 3 * c);
  }
  const Vector<double> g = f.gradient(y);
  const auto values = f(batch);
  std::printf("%.12g %.12g %.12g %.12g, %.12g %.12g\n", f(y), g(0), g(1), g(2), values(0), values(3));
  // Arguments as users have them: row-major, mapped, unaligned.
  const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = batch;
  double memory[8] = {0, 0.1, 0.2, 0.3};
  const Eigen::Map<const Eigen::VectorXd, Eigen::Unaligned> mapped(memory + 1, 3);
  std::printf("%.12g %.12g\n", f(by_rows)(3), f(mapped));
  const Result smooth = argmin(f, Box::unit(3), {.certificate = true});
  Ficnn<double, Relu> h({.inputs = 3, .hidden = {5, 4}});
  initialize(h, Random(2));
  const Matrix<double> ones = Matrix<double>::Ones(1, 3);
  const Result kinked = argmin(h, Polyhedron(Box::unit(3), ones, Vector<double>::Ones(1)));
  const bool good = smooth.status == ArgminStatus::optimal && kinked.status == ArgminStatus::optimal &&
                    verify_certificate(f, Box::unit(3), smooth.certificate).holds();
  std::printf("%.6f %.6f %d\n", smooth.value, kinked.value, good ? 1 : 0);
  const auto history = fit(f, batch, Matrix<double>(values * 1.1), {.epochs = 3});
  std::printf("%.9g\n", history.loss);
  return good ? 0 : 1;
}
