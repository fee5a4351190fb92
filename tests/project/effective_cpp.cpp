// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// Compiled with -Weffc++ -Werror, nothing more: what users see of our headers under that flag.
#include <icnn/icnn.hpp>

using namespace icnn;
namespace {

template <class F>
void use(const F& f) {
  const Index n = f.inputs();
  Vector<double> y = Vector<double>::Zero(n);
  (void)f(y);
  (void)f.gradient(y);
  (void)f.hessian(y);
  Result r = argmin(f, Box::unit(n), {.certificate = true});
  (void)verify(f, Box::unit(n), r.certificate);
  (void)argmin(f, Ball(y, 1));
  (void)argmin(f, Simplex(n));
  (void)argmin(f, WholeSpace(n));
  (void)argmin(f, HalfSpace(Vector<double>::Ones(n), 1));
  (void)argmin(f, Product(Box::unit(1), Simplex(n - 1)));
  (void)argmin(f, Polyhedron(Box::unit(n), Matrix<double>::Ones(1, n), Vector<double>::Ones(1)));
  (void)argmin(f, Affine(Matrix<double>::Ones(1, n), Vector<double>::Ones(1)));
}
}  // namespace

int main() {
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {4}});
  AnyFicnn<float> a({.inputs = 3, .hidden = {4}});
  FicnnOf<double, Inputs<3>, Dense<4, Softplus>, Dense<1>> s;
  Picnn<double, Softplus> g({.context = 2, .inputs = 3, .hidden = {4}, .context_hidden = {4}});
  use(f);
  use(s);
  use(g.at(Vector<double>::Zero(2)));
  use(sum(f, f));
  use(maximum(f, f));
  use(scaled(f, 2.0));
  use(restrict_to(f, Vector<double>::Zero(3), {0, 1, 2}));
  use(precompose(f, Matrix<double>::Identity(3, 3)));
  use(standardized(f, {}));
  use(regularized(f, {.proximal = 1.0}));
  (void)argmin(regularized(f, {.entropy = 1.0}), Box::unit(3));
  (void)argmin(
      [](const Vector<double>& y, Vector<double>& q) {
        q = y;
        return 0.5 * y.squaredNorm();
      },
      Box::unit(3));
  (void)conjugate(f, Vector<double>::Zero(3), Box::unit(3));
  FeedForward<double, Relu> h({.inputs = 3, .hidden = {4}, .outputs = 2});
  Matrix<double> y(3, 10), t(1, 10), x(2, 10), t2(2, 10);
  y.setRandom();
  t.setRandom();
  x.setRandom();
  t2.setRandom();
  (void)fit(f, y, t, {.epochs = 1});
  (void)fit(g, x, y, t, {.epochs = 1});
  (void)fit(h, y, t2, {.epochs = 1});
  (void)fit(f, y, t, {.epochs = 1}, SquaredLoss{}, Sgd<double>{});
  (void)learn_energy(g, x, y, {});
  Batches b(f, {.columns = 10});
  (void)b.value(y);
}
