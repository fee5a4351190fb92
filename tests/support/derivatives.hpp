// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <functional>

#include <icnn/activations/any.hpp>
#include <icnn/functions/convex_function.hpp>
#include <icnn/networks/ficnn_chain.hpp>
#include <icnn/networks/picnn_chain.hpp>

#include "tests/support/finite_differences.hpp"
#include "tests/support/networks.hpp"

/// The property suite of derivatives: run over every function that claims them.
namespace icnn::test {

/// The function under test once more, in long double and as a function of everything.
struct Reference {
  using V = Vector<Real>;
  std::function<Real(const V& theta, const V& x, const V& y)> value;
  std::function<V(const V& theta, const V& x, const V& y)> gradient;  ///< in y
};

/// Calls member(f, point...) with x where f takes one.
template <class F, class X, class Y, class Call>
decltype(auto) with_point(const F&, const X& x, const Y& y, Call call) {
  if constexpr (F::has_context) {
    return call(x, y);
  } else {
    return call(y);
  }
}

inline void check_close(const Matrix<double>& a, const Matrix<double>& b, double tolerance) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  const double scale = std::max(1e-3, b.size() > 0 ? b.cwiseAbs().maxCoeff() : 0.0);
  INFO("got\n" << a << "\nexpected\n" << b);
  CHECK((a - b).cwiseAbs().maxCoeff() / scale <= tolerance);
}

/// Everything ConvexFunction offers, at B samples (columns of x and y), against differences of the reference. `smooth`:
/// the error must be seen to fall as h^2. `theta` are the parameters of f.
template <class F>
void check_derivatives(const F& f, const Reference& reference, const Vector<double>& theta, const Matrix<double>& x,
                       const Matrix<double>& y, Random& random, bool smooth) {
  const Index n = f.inputs();
  const Index samples = y.cols();
  const bool bound_context = f.context_size() > 0;
  const auto real = [](const auto& m) { return Vector<Real>(m.template cast<Real>()); };
  const Vector<Real> theta_real = real(theta);
  const Matrix<double> w = random_matrix<double>(random, n, samples);
  const Matrix<double> seeds = random_matrix<double>(random, 1, samples);
  auto ws = f.workspace({.columns = samples});

  // Values, and all gradients at once, with seeds.
  Matrix<double> gy(n, samples), gx(f.context_size(), samples), values(1, samples);
  Vector<double> gp(f.parameter_count());
  Wanted<double> wanted{.y = gy, .parameters = gp, .seeds = seeds};
  if (bound_context) wanted.x = gx;
  values = with_point(f, x, y, [&](const auto&... p) { return f.gradients(p..., wanted, ws); });
  for (Index b = 0; b < samples; ++b) {
    const double expected = static_cast<double>(reference.value(theta_real, real(x.col(b)), real(y.col(b))));
    CHECK(std::abs(values(b) - expected) <= 1e-12 * std::max(1.0, std::abs(expected)));
  }
  {
    const Matrix<double> again = with_point(f, x, y, [&](const auto&... p) { return Matrix<double>(f.value(p..., ws)); });
    check_close(again, values, 1e-14);
  }
  for (Index b = 0; b < samples; ++b) {
    const Vector<Real> xb = real(x.col(b)), yb = real(y.col(b));
    const double scale_y = gy.col(b).cwiseAbs().maxCoeff() / std::max(1e-3, std::abs(seeds(b)));
    for (Index j = 0; j < n; ++j) {
      check_derivative(
          [&](Real h) { return reference.value(theta_real, xb, Vector<Real>(yb + h * Vector<Real>::Unit(n, j))); },
          gy(j, b) / seeds(b), scale_y, smooth);
    }
    const double scale_x = bound_context ? gx.col(b).cwiseAbs().maxCoeff() / std::max(1e-3, std::abs(seeds(b))) : 0;
    for (Index j = 0; j < f.context_size(); ++j) {
      check_derivative(
          [&](Real h) { return reference.value(theta_real, Vector<Real>(xb + h * Vector<Real>::Unit(xb.size(), j)), yb); },
          gx(j, b) / seeds(b), scale_x, smooth);
    }
  }
  const auto total = [&](const Vector<Real>& t, const auto& phi) {
    Real sum = 0;
    for (Index b = 0; b < samples; ++b) sum += Real(seeds(b)) * phi(t, real(x.col(b)), real(y.col(b)), real(w.col(b)));
    return sum;
  };
  const auto check_parameters = [&](const Vector<double>& got, const auto& phi) {
    for (Index i = 0; i < got.size(); ++i) {
      check_derivative([&](Real h) { return total(Vector<Real>(theta_real + h * Vector<Real>::Unit(got.size(), i)), phi); },
                       got(i), got.cwiseAbs().maxCoeff(), smooth);
    }
  };
  check_parameters(gp,
                   [&](const auto& t, const auto& xb, const auto& yb, const auto&) { return reference.value(t, xb, yb); });

  // Each alone equals the same together; other seeds through pullback; accumulation adds.
  {
    Matrix<double> y_alone(n, samples), x_alone(f.context_size(), samples);
    Vector<double> p_alone(gp.size());
    with_point(f, x, y, [&](const auto&... p) { return f.gradients(p..., {.y = y_alone, .seeds = seeds}, ws); });
    check_close(y_alone, gy, 1e-14);
    with_point(f, x, y, [&](const auto&... p) { return f.gradients(p..., {.parameters = p_alone, .seeds = seeds}, ws); });
    check_close(p_alone, gp, 1e-14);
    if (bound_context) {
      with_point(f, x, y, [&](const auto&... p) { return f.gradients(p..., {.x = x_alone, .seeds = seeds}, ws); });
      check_close(x_alone, gx, 1e-14);
    }
    f.pullback({.y = y_alone, .parameters = p_alone}, ws);
    f.pullback({.y = y_alone, .parameters = p_alone, .seeds = seeds}, ws);
    f.pullback({.y = y_alone, .parameters = p_alone, .seeds = seeds, .accumulate = true}, ws);
    check_close(y_alone, 2 * gy, 1e-14);
    check_close(p_alone, 2 * gp, 1e-14);
  }
  // A choice of blocks: those are right, the others untouched.
  for (std::size_t block = 0; block < f.layout().blocks().size(); ++block) {
    Selection only(f.layout().blocks().size(), 0);
    only[block] = 1;
    Vector<double> part = Vector<double>::Constant(gp.size(), 7);
    with_point(f, x, y,
               [&](const auto&... p) { return f.gradients(p..., {.parameters = part, .seeds = seeds, .only = only}, ws); });
    Vector<double> expected = Vector<double>::Constant(gp.size(), 7);
    const Block& b = f.layout().blocks()[block];
    expected.segment(b.offset, b.size()) = gp.segment(b.offset, b.size());
    check_close(part, expected, 1e-14);
  }

  // Hessian, against differences of the reference's gradient; symmetric and positive semidefinite.
  Matrix<double> h(n, n * samples), g(n, samples);
  with_point(f, x, y, [&](const auto&... p) { return f.gradient_and_hessian(p..., g, h, ws); });
  for (Index b = 0; b < samples; ++b) {
    const Vector<Real> xb = real(x.col(b)), yb = real(y.col(b));
    const auto hb = h.middleCols(b * n, n);
    check_close(seeds(b) * g.col(b), gy.col(b), 1e-13);
    check_close(hb, hb.transpose(), 0);
    for (Index j = 0; j < n; ++j) {
      const Vector<Real> e = Vector<Real>::Unit(n, j);
      for (Index i = 0; i < n; ++i) {
        check_derivative([&](Real t) { return reference.gradient(theta_real, xb, Vector<Real>(yb + t * e))(i); }, hb(i, j),
                         hb.cwiseAbs().maxCoeff(), smooth);
      }
      const Vector<double> v = random_vector<double>(random, n);
      CHECK(v.dot(hb * v) >= -1e-13 * hb.cwiseAbs().sum() * v.squaredNorm());
    }
  }

  // Hessian-vector and mixed products.
  Matrix<double> hw(n, samples), hw_only(n, samples);
  Wanted<double> mixed{.y = hw, .parameters = gp, .seeds = seeds};
  if (bound_context) mixed.x = gx;
  const Matrix<double> slopes =
      with_point(f, x, y, [&](const auto&... p) { return Matrix<double>(f.mixed_product(p..., w, mixed, ws)); });
  with_point(f, x, y, [&](const auto&... p) { return f.hessian_product(p..., w, hw_only, ws); });
  for (Index b = 0; b < samples; ++b) {
    CHECK(std::abs(slopes(b) - w.col(b).dot(g.col(b))) <= 1e-12 * std::max(1.0, g.col(b).norm()));
    check_close(hw_only.col(b), h.middleCols(b * n, n) * w.col(b), 1e-11);
    check_close(hw.col(b), seeds(b) * hw_only.col(b), 1e-12);
    const Vector<Real> xb = real(x.col(b)), yb = real(y.col(b)), wb = real(w.col(b));
    for (Index j = 0; j < f.context_size(); ++j) {
      check_derivative(
          [&](Real t) {
            return wb.dot(reference.gradient(theta_real, Vector<Real>(xb + t * Vector<Real>::Unit(xb.size(), j)), yb));
          },
          gx(j, b) / seeds(b), gx.col(b).cwiseAbs().maxCoeff() / std::max(1e-3, std::abs(seeds(b))), smooth);
    }
  }
  check_parameters(gp, [&](const auto& t, const auto& xb, const auto& yb, const auto& wb) {
    return wb.dot(reference.gradient(t, xb, yb));
  });

  // The line restriction.
  with_point(f, x, y, [&](const auto&... p) { f.line(p..., w, ws); });
  for (const double step : {0.0, 0.25, -0.5}) {
    const RowVector<double> alpha = RowVector<double>::LinSpaced(samples, step, 1.1 * step);
    RowVector<double> along_slopes(samples);
    const Matrix<double> with_slopes = f.along(alpha, ws, along_slopes);
    const Matrix<double> without = f.along(alpha, ws);
    check_close(without, with_slopes, 1e-14);
    for (Index b = 0; b < samples; ++b) {
      const Vector<Real> wb = real(w.col(b)), point = real(y.col(b)) + Real(alpha(b)) * wb;
      const double expected = static_cast<double>(reference.value(theta_real, real(x.col(b)), point));
      const double slope = static_cast<double>(wb.dot(reference.gradient(theta_real, real(x.col(b)), point)));
      CHECK(std::abs(with_slopes(b) - expected) <= 1e-12 * std::max(1.0, std::abs(expected)));
      CHECK(std::abs(along_slopes(b) - slope) <= 1e-11 * std::max(1.0, std::abs(slope)));
    }
  }
}

/// The single-sample calls of f agree with its batched ones.
template <class F>
void check_single_equals_batch(const F& f, const Matrix<double>& x, const Matrix<double>& y, Random& random) {
  const Index n = f.inputs();
  const Vector<double> xb = x.col(0), yb = y.col(0), w = random_vector<double>(random, n);
  const Matrix<double> x1 = xb, y1 = yb, w1 = w;  // batches of one
  auto ws = f.workspace();
  auto batch = f.workspace({.columns = y.cols()});
  Vector<double> g(n), gp(f.parameter_count()), hw(n);
  Matrix<double> g1(n, 1), gp1(f.parameter_count(), 1), h(n, n), h1(n, n), hw1(n, 1);
  const double value =
      with_point(f, xb, yb, [&](const auto&... p) { return f.gradients(p..., {.y = g, .parameters = gp}, ws); });
  const auto row =
      with_point(f, x1, y1, [&](const auto&... p) { return f.gradients(p..., {.y = g1, .parameters = gp1}, batch); });
  CHECK(std::abs(value - row(0)) <= 1e-13 * std::max(1.0, std::abs(value)));
  check_close(g, g1, 1e-12);
  check_close(gp, gp1, 1e-12);
  with_point(f, xb, yb, [&](const auto&... p) { return f.hessian(p..., h, ws); });
  with_point(f, x1, y1, [&](const auto&... p) { return f.hessian(p..., h1, batch); });
  check_close(h, h1, 1e-12);
  with_point(f, xb, yb, [&](const auto&... p) { return f.mixed_product(p..., w, {.y = hw, .parameters = gp}, ws); });
  with_point(f, x1, y1, [&](const auto&... p) { return f.mixed_product(p..., w1, {.y = hw1, .parameters = gp1}, batch); });
  check_close(hw, hw1, 1e-11);
  check_close(gp, gp1, 1e-11);
  with_point(f, xb, yb, [&](const auto&... p) { f.line(p..., w, ws); });
  double slope = 0;
  const double along = f.along(0.5, slope, ws);
  CHECK(std::abs(f.along(0.5, ws) - along) <= 1e-13 * std::max(1.0, std::abs(along)));
  const Vector<double> moved = yb + 0.5 * w;
  const double direct = with_point(f, xb, moved, [&](const auto&... p) { return f.gradients(p..., {.y = g}, ws); });
  CHECK(std::abs(direct - along) <= 1e-12 * std::max(1.0, std::abs(along)));
  CHECK(std::abs(g.dot(w) - slope) <= 1e-11 * std::max(1.0, std::abs(slope)));
  // Without a workspace.
  with_point(f, xb, moved, [&](const auto&... p) {
    CHECK(std::abs(f(p...) - direct) <= 1e-13 * std::max(1.0, std::abs(direct)));
    check_close(f.gradient(p...), g, 1e-13);
    CHECK(f.hessian(p...).rows() == n);
  });
}

/// The same architectures with activations chosen at run time, whose layouts are those of the networks under test. Compiled
/// once, in reference.cpp. No sign is checked: differences may step below a zero.
using FicnnChoice = Activations<AnyActivation, AnyFirstActivation, AnyActivation>;
using PicnnChoice = PicnnActivations<AnyActivation, AnyContextActivation, AnyFirstActivation, AnyActivation>;
Reference reference(const FicnnOptions& architecture, const FicnnChoice& activations);
Reference reference(const PicnnOptions& architecture, const PicnnChoice& activations);

}  // namespace icnn::test
