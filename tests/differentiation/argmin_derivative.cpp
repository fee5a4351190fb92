// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/differentiation/argmin_derivative.hpp>

#include <functional>

#include <icnn/inference/argmin.hpp>

#include <icnn/networks/picnn.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

const Settings tight{.relative_gap = 1e-15, .absolute_gap = 0};

/// Whether dL/dt of a loss L at t = 0 is `slope`, by minimizers at +-h and +-h / 2, without the error in h^2. (These are
/// what argmin found, followed to where the conditions of optimality hold up to rounding.) A smaller h is tried where a kink
/// or a constraint is met within the larger one.
bool agrees(double slope, double size, double tolerance, const std::function<double(double)>& loss) {
  if (cases(2, 2, 1) == 1) return std::isfinite(slope) && std::isfinite(loss(1e-6));  // sanitizers look for something else
  for (const double h : {2e-5, 1e-6}) {
    const auto central = [&](double step) { return (loss(step) - loss(-step)) / (2 * step); };
    const double expected = (4 * central(h / 2) - central(h)) / 3, noise = 1e-13 / h;
    if (std::abs(slope - expected) <= tolerance * (std::abs(expected) + size) + noise) return true;
    UNSCOPED_INFO("by differences, h = " << h << ": " << expected << ", derivative " << slope << ", size " << size);
  }
  return false;
}

/// A direction in the parameters that leaves every sign alone, for a small step.
template <class Net>
Vector<double> direction(const Net& net, Random& random) {
  Vector<double> d = random_vector<double>(random, net.parameter_count());
  for (Index i = 0; i < d.size(); ++i) d(i) *= std::abs(net.parameters().vector()(i)) > 1e-3;
  return d;
}
template <class Net>
Net moved(const Net& net, const Vector<double>& d, double t) {
  Net result = net;
  result.edit([&](auto& edit) { edit.vector() += t * d; });
  return result;
}

/// The minimizer, and the proof that it is one.
template <class Derivative, class F>
const Vector<double>& minimizer(const Derivative& derivative, const F& f, const Result& found) {
  const double value = f(derivative.y());
  CHECK(value <= found.value + found.value_error + 1e-12 * (1 + std::abs(value)));
  CHECK(value >= found.lower_bound - 1e-12 * (1 + std::abs(value)));
  return derivative.y();
}

struct Tally {
  int exact = 0, zero = 0, one_sided = 0, other = 0;
  void operator()(DerivativeStatus status) {
    switch (status) {
      case DerivativeStatus::exact: ++exact; break;
      case DerivativeStatus::zero: ++zero; break;
      case DerivativeStatus::one_sided: ++one_sided; break;
      default: ++other;
    }
  }
};

/// Derivatives in the parameters and in the context, for the function that `make` builds around a network.
template <class Net, class Make, class Set>
void check_derivatives(const Net& net, const Make& make, const Set& set, Random& random, double tolerance, Tally& tally) {
  const Vector<double> v = random_vector<double>(random, net.inputs()),
                       x = random_vector<double>(random, std::max<Index>(net.context_size(), 1));
  const auto solve = [&](const Net& at, const Vector<double>& context, const auto& use) {
    const auto f = make(at);
    if constexpr (Net::is_partial) {
      const auto here = f.at(context);
      const Result found = argmin(here, set, tight);
      ArgminDerivative derivative(f, context, set, found);
      (void)minimizer(derivative, here, found);
      return use(derivative);
    } else {
      const Result found = argmin(f, set, tight);
      ArgminDerivative derivative(f, set, found);
      (void)minimizer(derivative, f, found);
      return use(derivative);
    }
  };
  Vector<double> g(net.parameter_count()), gx(net.context_size());
  const DerivativeStatus status = solve(net, x, [&](auto& derivative) {
    Wanted<double> wanted{.parameters = g};
    if (gx.size() > 0) wanted.x = gx;
    return derivative.backward(v, wanted).status;
  });
  tally(status);
  INFO(to_string(status));
  if (status != DerivativeStatus::exact && status != DerivativeStatus::zero) return;
  const auto loss = [&](auto& derivative) { return v.dot(derivative.y()); };
  const Vector<double> d = direction(net, random), dx = random_vector<double>(random, x.size());
  CHECK(agrees(g.dot(d), g.norm(), tolerance, [&](double t) { return solve(moved(net, d, t), x, loss); }));
  if constexpr (Net::is_partial) {
    CHECK(agrees(gx.dot(dx), gx.norm(), tolerance, [&](double t) { return solve(net, x + t * dx, loss); }));
  }
}

constexpr auto as_it_is = [](const auto& net) { return regularized(net, {}); };

template <class Net>
auto with_quadratic(const Net& net) {
  return regularized(net, {.proximal = 0.7, .center = Vector<double>::Constant(net.inputs(), 0.2)});
}

Polyhedron polyhedron(Index n, Random& random) {
  const Matrix<double> A = random_matrix<double>(random, 3, n), E = random_matrix<double>(random, 1, n);
  const Vector<double> inside = Vector<double>::Constant(n, 0.1);
  return {Box::cube(n, -1, 1), A, A * inside + Vector<double>::Constant(3, 0.3), E, E * inside};
}

}  // namespace

TEST_CASE("smooth networks: the derivative of the argmin in parameters and context agrees with differences",
          "[derivative]") {
  Random random(1);
  Tally tally;
  const double tolerance = 1e-6;
  for (int repeat = 0; repeat < cases(20, 2, 1); ++repeat) {
    for (const Index n : {1, 2, 5}) {
      CAPTURE(repeat, n);
      Ficnn<double, Softplus> f({.inputs = n, .hidden = {8, 6}});
      Picnn<double, Softplus, Tanh> p({.context = 3, .inputs = n, .hidden = {8, 6}, .context_hidden = {5, 4}});
      randomize(f, random);
      randomize(p, random);
      const auto quadratic = [](const auto& net) { return with_quadratic(net); };
      const auto each = [&](const auto& net) {
        const auto on = [&](const auto& make, const auto& set) {
          check_derivatives(net, make, set, random, tolerance, tally);
        };
        on(as_it_is, Box::cube(n, -1, 1));
        on(quadratic, Box::cube(n, -0.4, 0.4));
        on(quadratic, WholeSpace(n));
        on(as_it_is, Ball(Vector<double>::Constant(n, 0.1), 0.8));
        on(quadratic, Product(Ball(Vector<double>::Zero(n), 0.5)));
        if (n == 1) return;
        on(as_it_is, Simplex(n, 1.5));
        on(quadratic, Simplex(n, 1.5));
        on(quadratic, HalfSpace(random_vector<double>(random, n), -0.2));
        on(quadratic, Affine(random_matrix<double>(random, 1, n), random_vector<double>(random, 1)));
        on(as_it_is, polyhedron(n, random));
        on([](const auto& g) { return regularized(g, {.entropy = 0.2, .on = EntropyOn::simplex}); }, Simplex(n, 1.5));
        on(
            [&](const auto& g) {
              return regularized(g, {.entropy = 0.2, .lower = Vector<double>::Constant(n, -1), .proximal = 0.1});
            },
            Box::cube(n, -1, 1));
      };
      each(f);
      each(p);
    }
  }
  CHECK(tally.exact >= 3 * tally.zero);
  CHECK(tally.zero > 0);
  CHECK(tally.one_sided + tally.other <= 2 + tally.exact / 100);
}

TEST_CASE("piecewise linear networks: the derivative counts how kinks move", "[derivative]") {
  Random random(2);
  Tally tally;
  const double tolerance = 1e-7;
  for (int repeat = 0; repeat < cases(20, 2, 1); ++repeat) {
    for (const Index n : {1, 2, 6}) {
      CAPTURE(repeat, n);
      Ficnn<double, Relu> f({.inputs = n, .hidden = {12, 9}});
      Ficnn<double, LeakyRelu> deep({.inputs = n, .hidden = {8, 8, 8}}, LeakyRelu(0.2));
      Picnn<double, Relu, Tanh> p({.context = 3, .inputs = n, .hidden = {12, 9}, .context_hidden = {5, 4}});
      randomize(f, random);
      randomize(deep, random);
      randomize(p, random);
      const auto quadratic = [](const auto& net) { return with_quadratic(net); };
      const auto inside = [&](const auto& net) {  // less its slope at 0, so that the minimum is no corner
        return regularized(net, {.linear = Vector<double>::Constant(net.inputs(), 0.3)});
      };
      const auto each = [&](const auto& net) {
        const auto on = [&](const auto& make, const auto& set) {
          check_derivatives(net, make, set, random, tolerance, tally);
        };
        on(as_it_is, Box::cube(n, -1, 1));
        on(inside, Box::cube(n, -1, 1));
        on(quadratic, Box::cube(n, -1, 1));
        on(quadratic, Ball(Vector<double>::Zero(n), 0.4));
        if (n == 1) return;
        on(as_it_is, Simplex(n, 1.5));
        on(inside, polyhedron(n, random));
        on(quadratic, polyhedron(n, random));
        on([](const auto& g) { return regularized(g, {.entropy = 0.2, .on = EntropyOn::simplex}); }, Simplex(n, 1.5));
        on([](const auto& g) { return regularized(g, {.entropy = 0.3}); }, Box::cube(n, 0, 1));
      };
      each(f);
      each(deep);
      each(p);
    }
  }
  CHECK(tally.exact >= 2 * tally.zero);
  CHECK(tally.one_sided + tally.other <= 2 + tally.exact / 100);
}

TEST_CASE("functions made from functions, and functions in float", "[derivative]") {
  Random random(3);
  const Index n = 4;
  Tally tally;
  for (int repeat = 0; repeat < cases(20, 3, 1); ++repeat) {
    Ficnn<double, Softplus> smooth({.inputs = n, .hidden = {7, 6}, .output = {.diagonal = true, .rank = 1}});
    Ficnn<double, Relu> kinked({.inputs = n, .hidden = {9, 8}});
    randomize(smooth, random);
    randomize(kinked, random);
    const Matrix<double> E = random_matrix<double>(random, n, 3);
    const Vector<double> e = random_vector<double>(random, n), known = random_vector<double>(random, n),
                         scale = Vector<double>::Constant(n, 1.7);
    const auto each = [&](const auto& net, double tolerance) {
      using Net = std::remove_cvref_t<decltype(net)>;
      const auto on = [&](const auto& make, Index inputs) {
        const Vector<double> v = random_vector<double>(random, inputs), d = direction(net, random);
        const auto solve = [&](double t, const auto& use) {
          const Net at = moved(net, d, t);
          const auto f = make(at);
          const Box box = Box::cube(inputs, -1, 1);
          ArgminDerivative derivative(f, box, argmin(f, box, tight));
          return use(derivative, f);
        };
        double slope = 0, size = 0;
        const DerivativeStatus status = solve(0, [&](auto& derivative, const auto& f) {
          Vector<double> g(f.parameter_count()), whole(g.size());
          const DerivativeStatus found = derivative.backward(v, {.parameters = g}).status;
          for (Index i = 0; i < g.size(); ++i) whole(i) = d(i % d.size());  // of a sum: twice the same network
          slope = g.dot(whole);
          size = g.norm();
          return found;
        });
        tally(status);
        if (status != DerivativeStatus::exact) return;
        CHECK(agrees(slope, size, tolerance, [&](double t) {
          return solve(t, [&](auto& derivative, const auto&) { return v.dot(derivative.y()); });
        }));
      };
      on([&](const Net& f) { return restrict_to(f, known, {0, 2}); }, 2);
      on([&](const Net& f) { return precompose(f, E, e); }, 3);
      on([&](const Net& f) { return standardized(f, {.center = e, .scale = scale, .output_scale = 2.5}); }, n);
      on([&](const Net& f) { return sum(f, scaled(f, 0.5)); }, n);
      on(
          [&](const Net& f) {
            return sum(precompose(f, E, e), regularized(restrict_to(f, known, {0, 1, 2}), {.proximal = 0.1}));
          },
          3);
    };
    each(smooth, 1e-6);
    each(kinked, 1e-7);
  }
  CHECK(tally.exact > 0);
  CHECK(tally.other == 0);

  Ficnn<float, Relu> f({.inputs = n, .hidden = {9, 8}});
  randomize(f, random);
  const auto g = f.cast<double>();
  const Box box = Box::cube(n, -1, 1);
  const Vector<double> v = random_vector<double>(random, n);
  ArgminDerivative in_float(f, box, argmin(f, box));
  ArgminDerivative in_double(g, box, argmin(g, box));
  Vector<float> of_float(f.parameter_count());
  Vector<double> of_double(f.parameter_count());
  CHECK(in_float.backward(v, {.parameters = of_float}).status == in_double.backward(v, {.parameters = of_double}).status);
  CHECK((of_float.cast<double>() - of_double).norm() <= 1e-5 * of_double.norm());
}

TEST_CASE("the derivative in bounds, right-hand sides and radii, and the multipliers", "[derivative]") {
  Random random(4);
  const Index n = 4;
  int checked = 0;
  for (int repeat = 0; repeat < cases(40, 5, 2); ++repeat) {
    CAPTURE(repeat);
    Ficnn<double, Softplus> smooth({.inputs = n, .hidden = {8, 6}});
    Ficnn<double, Relu> kinked({.inputs = n, .hidden = {12, 9}});
    randomize(smooth, random);
    randomize(kinked, random);
    const Vector<double> v = random_vector<double>(random, n), dl = random_vector<double>(random, n),
                         du = random_vector<double>(random, n);
    const Polyhedron at = polyhedron(n, random);
    const Vector<double> db = random_vector<double>(random, 3), de = random_vector<double>(random, 1);
    const auto polyhedral = [&](double t) {
      return Polyhedron(Box(at.box().lower() + t * dl, at.box().upper() + t * du), at.A(), at.b() + t * db, at.E(),
                        at.e() + t * de);
    };
    const auto each = [&](const auto& f, double tolerance) {
      const auto on = [&](const auto& set_at, const auto& slope_of) {
        const auto solve = [&](double t, const auto& use) {
          const auto set = set_at(t);
          const auto g = f(t);
          const Result found = argmin(g, set, tight);
          ArgminDerivative derivative(g, set, found);
          return use(derivative);
        };
        ConstraintValues of_argmin, multipliers;
        const DerivativeStatus status = solve(0, [&](auto& derivative) {
          const ArgminSensitivity found = derivative.backward(v);
          of_argmin = found.constraints;
          multipliers = derivative.multipliers();
          return found.constraint_status;
        });
        if (status != DerivativeStatus::exact && status != DerivativeStatus::zero) return;
        ++checked;
        const auto loss = [&](auto& derivative) { return v.dot(derivative.y()); };
        CHECK(agrees(slope_of(of_argmin, 1.0), 1, tolerance, [&](double t) { return solve(t, loss); }));
        // The minimum changes by minus the multipliers; raising a lower bound, by plus its own.
        const double least = slope_of(multipliers, -1.0);
        CHECK(agrees(least, 1, 1e-6, [&](double t) { return argmin(f(t), set_at(t), tight).value; }));
      };
      on(polyhedral, [&](const ConstraintValues& s, double sign) {
        return s.lower.dot(dl) + sign * (s.upper.dot(du) + s.rows.dot(db) + s.equalities.dot(de));
      });
      on([&](double t) { return Ball(Vector<double>::Zero(n), 0.6 + t); },
         [&](const ConstraintValues& s, double sign) { return sign * s.balls(0); });
    };
    each([&](double) { return regularized(smooth, {}); }, 1e-6);
    each([&](double) { return with_quadratic(smooth); }, 1e-6);
    each([&](double) { return regularized(kinked, {}); }, 1e-7);
    each([&](double) { return with_quadratic(kinked); }, 1e-7);
    // The bounds of an entropy's box move the entropy as well.
    const auto entropic = [&](double t) {
      return regularized(smooth, {.entropy = 0.3, .lower = at.box().lower() + t * dl, .upper = at.box().upper() + t * du});
    };
    const auto solve = [&](double t, const auto& use) {
      const auto f = entropic(t);
      const Box box(f.terms().lower, f.terms().upper);
      ArgminDerivative derivative(f, box, argmin(f, box, tight));
      return use(derivative);
    };
    const double slope = solve(0, [&](auto& derivative) {
      const ConstraintValues s = derivative.backward(v).constraints;
      return s.lower.dot(dl) + s.upper.dot(du);
    });
    CHECK(
        agrees(slope, 1, 1e-6, [&](double t) { return solve(t, [&](auto& derivative) { return v.dot(derivative.y()); }); }));
  }
  CHECK(checked >= 5);
}

TEST_CASE("multipliers balance the gradient, whatever the set", "[derivative]") {
  Random random(5);
  const Index n = 5;
  Ficnn<double, Softplus> f({.inputs = n, .hidden = {8, 6}});
  randomize(f, random);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const Polyhedron set = polyhedron(n, random);
    ArgminDerivative derivative(f, set, argmin(f, set, {.relative_gap = 1e-6}));
    const ConstraintValues& m = derivative.multipliers();
    const Vector<double> g = f.gradient(derivative.y());
    const Vector<double> rest = g - m.lower + m.upper + set.A().transpose() * m.rows + set.E().transpose() * m.equalities;
    CHECK(rest.norm() <= 1e-9 * (1 + g.norm()));
    CHECK(m.lower.minCoeff() >= 0);
    CHECK(m.upper.minCoeff() >= 0);
    CHECK(m.rows.minCoeff() >= 0);
    for (Index j = 0; j < n; ++j) {
      CHECK(m.lower(j) * (derivative.y()(j) - set.box().lower()(j)) == 0);
      CHECK(m.upper(j) * (set.box().upper()(j) - derivative.y()(j)) == 0);
    }
    CHECK(m.rows.dot(set.b() - set.A() * derivative.y()) <= 1e-12 * (1 + m.rows.norm()));
    CHECK(set.violation(derivative.y()) <= 1e-12);
  }
}

TEST_CASE("what cannot be differentiated says so", "[derivative]") {
  const auto status = [](const auto& f, const auto& set, const Result& found) {
    return ArgminDerivative(f, set, found).status();
  };
  const auto solved = [&](const auto& f, const auto& set) { return status(f, set, argmin(f, set, tight)); };
  Ficnn<double, Identity> parabola({.inputs = 2, .output = {.diagonal = true}});
  parabola.edit([](auto& w) { w["D"] = Vector<double>{{1, 4}}; });
  const Vector<double> q{{1, -2}};
  const auto f = regularized(parabola, {.linear = q});
  const double factor = parabola(Vector<double>{{1, 0}}) - parabola(Vector<double>{{0, 0}});
  const Vector<double> free{{q(0) / (2 * factor), q(1) / (8 * factor)}};

  SECTION("a minimizer inside, on a bound, and just on one") {
    CHECK(solved(f, Box::cube(2, -9, 9)) == DerivativeStatus::exact);
    CHECK(solved(f, Box(free.array() + 1, free.array() + 2)) == DerivativeStatus::zero);
    CHECK(solved(f, Box(free, Vector<double>(free.array() + 2))) == DerivativeStatus::one_sided);
    CHECK(solved(f, Ball(Vector<double>::Zero(2), free.norm())) == DerivativeStatus::one_sided);
    CHECK(solved(f, Polyhedron(Box::cube(2, -9, 9), Matrix<double>{{1, 1}}, Vector<double>{{free.sum()}})) ==
          DerivativeStatus::one_sided);
  }
  SECTION("duplicated constraints: the argmin has a derivative, but not in their limits") {
    const Vector<double> v{{1, 1}}, limit = Vector<double>::Constant(2, 0.3 * free(0));
    const Polyhedron twice(Box::cube(2, -9, 9), Matrix<double>{{1, 0}, {2, 0}}, Vector<double>{{limit(0), 2 * limit(0)}});
    ArgminDerivative derivative(f, twice, argmin(f, twice, tight));
    const ArgminSensitivity found = derivative.backward(v);
    CHECK(found.status == DerivativeStatus::exact);
    CHECK(found.constraint_status == DerivativeStatus::one_sided);
    CHECK(std::abs(found.linear(0)) <= 1e-15);
    CHECK(std::abs(found.linear(1) - 1 / (8 * factor)) <= 1e-12);
  }
  SECTION("flat minima") {
    Ficnn<double, Softplus> flat({.inputs = 2, .hidden = {3}});
    flat.edit([](auto& w) {
      w["Wy[0]"] << 1, 0, -1, 0, 0.5, 0;
      w["Wz[1]"].setOnes();
    });
    CHECK(solved(flat, Box::cube(2, -9, 9)) == DerivativeStatus::not_unique);
    Ficnn<double, Relu> trough({.inputs = 1, .hidden = {2}});
    trough.edit([](auto& w) {
      w["Wy[0]"] << 1, -1;
      w["b[0]"] << -1, -1;
      w["Wz[1]"].setOnes();
    });
    CHECK(solved(trough, Box::cube(1, -9, 9)) == DerivativeStatus::not_unique);
    CHECK(solved(regularized(trough, {.linear = Vector<double>{{0.5}}}), Box::cube(1, -9, 9)) == DerivativeStatus::exact);
    CHECK(solved(regularized(trough, {.linear = Vector<double>{{1}}}), Box::cube(1, -9, 9)) != DerivativeStatus::exact);
  }
  SECTION("two neurons that bend in the same place") {
    Ficnn<double, Relu> valley({.inputs = 1, .hidden = {4}});
    valley.edit([](auto& w) {
      w["Wy[0]"] << 1, -1, 2, -2;
      w["Wz[1]"].setOnes();
    });
    CHECK(solved(valley, Box::cube(1, -9, 9)) == DerivativeStatus::one_sided);
  }
  SECTION("kinks that are none of two-piece neurons") {
    const auto both = maximum(f, regularized(parabola, {.linear = Vector<double>{{-3, 1}}}));
    CHECK(solved(both, Box::cube(2, -9, 9)) == DerivativeStatus::kinked);
    CHECK(solved(maximum(f), Box::cube(2, -9, 9)) == DerivativeStatus::exact);
    Ficnn<double, Elu> bent({.inputs = 1, .hidden = {1}, .output = {.diagonal = true}});  // its curvature jumps at 0
    bent.edit([](auto& w) {
      w["Wy[0]"] << 1;
      w["Wz[1]"] << 1;
      w["D"] << 1;
    });
    const auto at_zero = regularized(bent, {.linear = Vector<double>{{1}}});
    CHECK(solved(at_zero, Box::cube(1, -1, 1)) == DerivativeStatus::kinked);
    CHECK(solved(regularized(bent, {.linear = Vector<double>{{1.2}}}), Box::cube(1, -1, 1)) == DerivativeStatus::exact);
  }
  SECTION("a point that is far from the minimizer says nothing, or what is true") {
    Random random(6);
    Ficnn<double, Softplus> smooth({.inputs = 6, .hidden = {12, 9}});
    Ficnn<double, Relu> kinked({.inputs = 6, .hidden = {12, 9}});
    const Box box = Box::cube(6, -1, 1);
    int silent = 0;
    for (int i = 0; i < 60; ++i) {
      randomize(smooth, random, 2);
      randomize(kinked, random, 2);
      const auto check = [&](const auto& g) {
        Result far = argmin(g, box, {.max_evaluations = 1 + i % 6});
        const ArgminDerivative derivative(g, box, far);
        if (derivative.status() == DerivativeStatus::gap_too_large) {
          ++silent;
          CHECK(derivative.kinks().empty());
          CHECK(derivative.y() == far.y);
          return;
        }
        CHECK(g(derivative.y()) <= argmin(g, box, tight).value + 1e-11);
      };
      check(smooth);
      check(kinked);
    }
    CHECK(silent > 10);
    CHECK(silent < 110);
  }
}

TEST_CASE("no derivative called exact is wrong, in thousands of problems, half of them degenerate", "[derivative]") {
  Random random(7);
  Tally tally;
  for (int i = 0; i < cases(10000, 200, 30); ++i) {
    CAPTURE(i);
    const Index n = 1 + static_cast<Index>(random.uniform(0, 4));
    Ficnn<double, LeakyRelu> f({.inputs = n, .hidden = {6, 4}}, LeakyRelu(i % 3 == 0 ? 0.25 : 0.0));
    Ficnn<double, Softplus> g({.inputs = n, .hidden = {5, 3}});
    const auto each = [&](auto& net) {
      randomize(net, random);
      if (i % 2 == 0) {  // small integers: ties, duplicates, flat pieces
        net.edit([](auto& edit) {
          for (Index k = 0; k < edit.vector().size(); ++k) edit.vector()(k) = std::round(1.5 * edit.vector()(k));
        });
      }
      const double rho = i % 5 == 0 ? 0.5 : 0.0;
      const auto make = [&](const auto& at) { return regularized(at, {.proximal = rho}); };
      if (i % 4 < 2) {
        check_derivatives(net, make, Box::cube(n, -1, 1), random, 1e-5, tally);
      } else {
        check_derivatives(net, make, Simplex(n), random, 1e-5, tally);
      }
    };
    each(f);
    each(g);
  }
  CHECK(tally.exact > 0);
  CHECK(tally.one_sided > 0);
  CHECK(tally.other > 0);
}

TEST_CASE("the derivative of an unrolled projected gradient method tends to that of the argmin", "[derivative]") {
  Random random(8);
  const Index n = 4;
  Ficnn<double, Softplus> net({.inputs = n, .hidden = {8, 6}});
  randomize(net, random);
  const auto f = with_quadratic(net);
  const Box box = Box::cube(n, -0.3, 0.3);
  const Vector<double> v = random_vector<double>(random, n);
  Vector<double> implicit(net.parameter_count());
  ArgminDerivative derivative(f, box, argmin(f, box, tight));
  REQUIRE(derivative.backward(v, {.parameters = implicit}).status == DerivativeStatus::exact);

  const double step = 1 / f.hessian(derivative.y()).norm();
  const auto unrolled = [&](int steps) {  // y_{k+1} = P(y_k - step grad f(y_k)), and back
    auto ws = f.workspace();
    std::vector<Vector<double>> y{Vector<double>::Zero(n)};
    for (int k = 0; k < steps; ++k) {
      Vector<double> next = y.back() - step * f.gradient(y.back());
      box.project(next);
      y.push_back(next);
    }
    Vector<double> adjoint = v, of_parameters = Vector<double>::Zero(net.parameter_count()), part(of_parameters.size()),
                   product(n);
    for (int k = steps; k > 0; --k) {
      const auto at = static_cast<std::size_t>(k);
      for (Index j = 0; j < n; ++j) adjoint(j) *= std::abs(y[at](j)) < 0.3;
      f.mixed_product(y[at - 1], adjoint, {.parameters = part}, ws);
      of_parameters -= step * part;
      f.hessian_product(y[at - 1], adjoint, product, ws);
      adjoint -= step * product;
    }
    return of_parameters;
  };
  const double few = (unrolled(5) - implicit).norm(), many = (unrolled(2000) - implicit).norm();
  CHECK(many <= 1e-9 * implicit.norm());
  CHECK(few > 1e-6 * implicit.norm());
}

TEST_CASE("the derivative of the minimum, kinks included", "[derivative]") {
  Random random(9);
  for (int repeat = 0; repeat < cases(40, 6, 2); ++repeat) {
    CAPTURE(repeat);
    const Index n = 5;
    Ficnn<double, Softplus> smooth({.inputs = n, .hidden = {8, 6}});
    Ficnn<double, Relu> kinked({.inputs = n, .hidden = {12, 9}});
    randomize(smooth, random);
    randomize(kinked, random);
    const Box box = Box::cube(n, -1, 1);
    const auto each = [&](const auto& net) {
      ArgminDerivative derivative(net, box, argmin(net, box, tight));
      Vector<double> g(net.parameter_count());
      CHECK(derivative.minimum({.parameters = g}) == DerivativeStatus::exact);
      const Vector<double> d = direction(net, random);
      CHECK(agrees(g.dot(d), g.norm(), 1e-7, [&](double t) { return argmin(moved(net, d, t), box, tight).value; }));
    };
    each(smooth);
    each(kinked);
  }
}

TEST_CASE("misuse is told", "[derivative]") {
  Random random(10);
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {4}});
  randomize(f, random);
  const Box box = Box::cube(3, -1, 1);
  const Result found = argmin(f, box);
  CHECK_ERROR(ArgminDerivative(f, Box::cube(2, -1, 1), found), "a set in 3 dimensions");
  CHECK_ERROR(ArgminDerivative(f, box, Result{}), "a finite result.y of 3 coordinates");
  Result broken = found;
  broken.y(1) = std::nan("");
  CHECK_ERROR(ArgminDerivative(f, box, broken), "a finite result.y");
  ArgminDerivative derivative(f, box, found);
  Vector<double> g(2), y(3);
  CHECK_ERROR(derivative.backward(Vector<double>::Zero(2)), "dL/dy");
  CHECK_ERROR(derivative.backward(Vector<double>::Zero(3), {.parameters = g}), "the gradient in the parameters");
  CHECK_ERROR(derivative.backward(Vector<double>::Zero(3), {.y = y}), "a request for y");
  CHECK_ERROR(derivative.minimum({.parameters = g}), "the gradient in the parameters");
  const auto entropic = regularized(f, {.entropy = 0.1});
  CHECK_ERROR(ArgminDerivative(entropic, box, found), "another box");
  using Net = Ficnn<double, Softplus>;
  CHECK_FALSE(std::is_constructible_v<ArgminDerivative<Net>, Net&&, const Box&, const Result&>);
}
