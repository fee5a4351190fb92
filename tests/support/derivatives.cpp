// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "tests/support/derivatives.hpp"

namespace icnn::test {

void check_close(const Matrix<double>& a, const Matrix<double>& b, double tolerance) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  const double scale = std::max(1e-3, b.size() > 0 ? b.cwiseAbs().maxCoeff() : 0.0);
  INFO("got\n" << a << "\nexpected\n" << b);
  CHECK((a - b).cwiseAbs().maxCoeff() / scale <= tolerance);
}

void check_calls(ColumnCalls& f, const Reference& reference, const Vector<double>& theta, const Matrix<double>& x,
                 const Matrix<double>& y, Random& random, bool smooth) {
  const Index n = f.inputs();
  const Index samples = y.cols();
  const bool bound_context = f.context_size() > 0;
  const auto real = [](const auto& m) { return Vector<Real>(m.template cast<Real>()); };
  const Vector<Real> theta_real = real(theta);
  const Matrix<double> w = random_matrix<double>(random, n, samples);
  const Matrix<double> seeds = random_matrix<double>(random, 1, samples);
  const Layout layout = f.layout();

  // Values, and all gradients at once, with seeds.
  Matrix<double> gy(n, samples), gx(f.context_size(), samples), values(1, samples);
  Vector<double> gp(layout.size());
  Wanted<double> wanted{.y = gy, .parameters = gp, .seeds = seeds};
  if (bound_context) wanted.x = gx;
  values = f.gradients(x, y, wanted);
  for (Index b = 0; b < samples; ++b) {
    const double expected = static_cast<double>(reference.value(theta_real, real(x.col(b)), real(y.col(b))));
    CHECK(std::abs(values(b) - expected) <= 1e-12 * std::max(1.0, std::abs(expected)));
  }
  check_close(f.value(x, y), values, 1e-14);
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
    f.gradients(x, y, {.y = y_alone, .seeds = seeds});
    check_close(y_alone, gy, 1e-14);
    f.gradients(x, y, {.parameters = p_alone, .seeds = seeds});
    check_close(p_alone, gp, 1e-14);
    if (bound_context) {
      f.gradients(x, y, {.x = x_alone, .seeds = seeds});
      check_close(x_alone, gx, 1e-14);
    }
    f.pullback({.y = y_alone, .parameters = p_alone});
    f.pullback({.y = y_alone, .parameters = p_alone, .seeds = seeds});
    f.pullback({.y = y_alone, .parameters = p_alone, .seeds = seeds, .accumulate = true});
    check_close(y_alone, 2 * gy, 1e-14);
    check_close(p_alone, 2 * gp, 1e-14);
  }
  // A choice of blocks: those are right, the others untouched.
  for (std::size_t block = 0; block < layout.blocks().size(); ++block) {
    Selection only(layout.blocks().size(), 0);
    only[block] = 1;
    Vector<double> part = Vector<double>::Constant(gp.size(), 7);
    f.gradients(x, y, {.parameters = part, .seeds = seeds, .only = only});
    Vector<double> expected = Vector<double>::Constant(gp.size(), 7);
    const Block& b = layout.blocks()[block];
    expected.segment(b.offset, b.size()) = gp.segment(b.offset, b.size());
    check_close(part, expected, 1e-14);
  }

  // Hessian, against differences of the reference's gradient; symmetric and positive semidefinite.
  Matrix<double> h(n, n * samples), g(n, samples);
  f.gradient_and_hessian(x, y, g, h);
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
  const Matrix<double> slopes = f.mixed_product(x, y, w, mixed);
  f.hessian_product(x, y, w, hw_only);
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
  f.line(x, y, w);
  for (const double step : {0.0, 0.25, -0.5}) {
    const RowVector<double> alpha = RowVector<double>::LinSpaced(samples, step, 1.1 * step);
    RowVector<double> along_slopes(samples);
    const Matrix<double> with_slopes = f.along(alpha, along_slopes);
    const Matrix<double> without = f.along(alpha);
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

void check_calls(PointCalls& f, ColumnCalls& batched, const Matrix<double>& x, const Matrix<double>& y, Random& random) {
  const Index n = batched.inputs(), parameters = batched.layout().size();
  const Vector<double> xb = x.col(0), yb = y.col(0), w = random_vector<double>(random, n);
  const Matrix<double> x1 = xb, y1 = yb, w1 = w;  // batches of one
  Vector<double> g(n), gp(parameters), hw(n);
  Matrix<double> g1(n, 1), gp1(parameters, 1), h(n, n), h1(n, n), hw1(n, 1);
  const double value = f.gradients(xb, yb, {.y = g, .parameters = gp});
  const Matrix<double> row = batched.gradients(x1, y1, {.y = g1, .parameters = gp1});
  CHECK(std::abs(value - row(0)) <= 1e-13 * std::max(1.0, std::abs(value)));
  check_close(g, g1, 1e-12);
  check_close(gp, gp1, 1e-12);
  f.hessian(xb, yb, h);
  batched.hessian(x1, y1, h1);
  check_close(h, h1, 1e-12);
  f.mixed_product(xb, yb, w, {.y = hw, .parameters = gp});
  (void)batched.mixed_product(x1, y1, w1, {.y = hw1, .parameters = gp1});
  check_close(hw, hw1, 1e-11);
  check_close(gp, gp1, 1e-11);
  f.line(xb, yb, w);
  double slope = 0;
  const double along = f.along(0.5, slope);
  CHECK(std::abs(f.along(0.5) - along) <= 1e-13 * std::max(1.0, std::abs(along)));
  const Vector<double> moved = yb + 0.5 * w;
  const double direct = f.gradients(xb, moved, {.y = g});
  CHECK(std::abs(direct - along) <= 1e-12 * std::max(1.0, std::abs(along)));
  CHECK(std::abs(g.dot(w) - slope) <= 1e-11 * std::max(1.0, std::abs(slope)));
  // Without a workspace.
  CHECK(std::abs(f.value(xb, moved) - direct) <= 1e-13 * std::max(1.0, std::abs(direct)));
  check_close(f.gradient(xb, moved), g, 1e-13);
  CHECK(f.hessian(xb, moved).rows() == n);
}

}  // namespace icnn::test
