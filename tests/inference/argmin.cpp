// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>
#include <icnn/inference/method_rooms.hpp>
#include <icnn/networks/picnn.hpp>
#include <icnn/sets/affine.hpp>
#include <icnn/sets/ball.hpp>
#include <icnn/sets/half_space.hpp>
#include <icnn/sets/polyhedron.hpp>
#include <icnn/sets/product.hpp>
#include <icnn/sets/whole_space.hpp>
#include <sstream>

#include "tests/support/cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class S = double>
Ficnn<S, Softplus> smooth_network(Index n, std::uint64_t seed) {
  Random random(seed);
  Ficnn<S, Softplus> f({.inputs = n, .hidden = {12, 8}});
  randomize(f, random);
  return f;
}

/// That of a function of the library's; double for others.
template <class F>
struct ScalarOf {
  using type = double;
};
template <ConvexFunctionOfY F>
struct ScalarOf<F> {
  using type = typename F::Scalar;
};

/// Nothing in the set is better than the result says, at random points and around the minimizer.
template <class F, class Set>
void check_minimum(const F& f, const Set& set, const Result& r) {
  INFO(r);
  CHECK(r.status == Status::optimal);
  CHECK(r.gap() <= 1e-6 * std::max(1.0, std::abs(r.value)));
  CHECK(r.lower_bound <= r.value + r.value_error);
  Random random(99);
  for (int k = 0; k < 400; ++k) {
    Vector<double> v = random_vector<double>(random, set.dimension(), std::pow(10, random.uniform(-3, 1)));
    if (k % 2 == 0) v += r.y;
    set.project(v);
    using S = typename ScalarOf<F>::type;
    const auto value = static_cast<double>(f(Vector<S>(v.cast<S>())));
    if (std::is_same_v<S, double>) CHECK(value >= r.lower_bound - 1e-12 * std::abs(value));
  }
}

}  // namespace

TEST_CASE("argmin of a network over every set that certifies it", "[argmin]") {
  const auto f = smooth_network(6, 1);
  const Box box = Box::cube(6, -1, 1);
  check_minimum(f, box, argmin(f, box));
  check_minimum(f, Simplex(6, 2), argmin(f, Simplex(6, 2)));
  const Ball ball(Vector<double>::Ones(6), 2);
  check_minimum(f, ball, argmin(f, ball));
  const Product product(Box::unit(2), Simplex(2), Ball(Vector<double>::Zero(2), 1));
  check_minimum(f, product, argmin(f, product));
  // Unbounded sets, with a strongly convex function.
  const auto strong = regularized(f, {.proximal = 0.1, .linear = Vector<double>::Ones(6)});
  check_minimum(strong, WholeSpace(6), argmin(strong, WholeSpace(6)));
  const HalfSpace half(Vector<double>::Ones(6), -3);
  check_minimum(strong, half, argmin(strong, half));
  Matrix<double> E(2, 6);
  E << 1, 1, 1, 1, 1, 1, 1, -1, 0, 0, 0, 2;
  const Affine affine(E, Vector<double>::Ones(2));
  check_minimum(strong, affine, argmin(strong, affine));
  const Box orthant(Vector<double>::Zero(6), Vector<double>::Constant(6, infinity));
  check_minimum(strong, orthant, argmin(strong, orthant));
}

TEST_CASE("argmin of functions made from functions, in float and in double", "[argmin]") {
  const auto check_scalar = [](auto scalar) {
    using S = decltype(scalar);
    const auto f = smooth_network<S>(5, 2), g = smooth_network<S>(5, 3);
    const Box box = Box::unit(5);
    check_minimum(f, box, argmin(f, box));
    const Vector<S> known = Vector<S>::Constant(5, S(0.25));
    const auto restricted = restrict_to(f, known, {1, 3});
    check_minimum(restricted, Box::unit(2), argmin(restricted, Box::unit(2)));
    Random random(4);
    const auto composed = precompose(f, random_matrix<S>(random, 5, 3), random_vector<S>(random, 5));
    check_minimum(composed, Simplex(3), argmin(composed, Simplex(3)));
    const auto total = sum(f, g, regularized(g, {.proximal = S(1)}));
    check_minimum(total, box, argmin(total, box));
    const auto entropic = regularized(f, {.entropy = S(0.5), .linear = Vector<S>(Vector<S>::Ones(5))});
    check_minimum(entropic, box, argmin(entropic, box));
    const auto on_simplex = regularized(sum(f, g), {.entropy = S(0.5), .on = EntropyOn::simplex});
    check_minimum(on_simplex, Simplex(5, 3), argmin(on_simplex, Simplex(5, 3)));
    const auto wide =
        regularized(f, {.entropy = S(2), .lower = Vector<S>::Constant(5, S(-1)), .upper = Vector<S>::Constant(5, S(2))});
    check_minimum(wide, Box::cube(5, -1, 2), argmin(wide, Box::cube(5, -1, 2)));
  };
  check_scalar(double{});
  check_scalar(float{});
}

TEST_CASE("argmin of compile-time sizes is that of run-time sizes", "[argmin]") {
  Random random(5);
  for (int k = 0; k < 20; ++k) {
    FicnnOf<double, Inputs<3>, Dense<8, Softplus>, Dense<4, Softplus>, Dense<1>> tiny;
    randomize(tiny, random, 3);
    const Ficnn<double, Softplus> same({.inputs = 3, .hidden = {8, 4}}, tiny.parameters().vector());
    const auto check = [&](const auto& set) {
      const Settings settings{.relative_gap = 1e-9, .certificate = true};
      const Result r = argmin(tiny, set, settings), expected = argmin(same, set, settings);
      INFO(r << "; run-time sizes: " << expected);
      check_minimum(tiny, set, r);
      CHECK(std::abs(r.evaluations - expected.evaluations) <= 1);
      CHECK(std::abs(r.value - expected.value) <= 2e-9 * (1 + std::abs(r.value)));
      CHECK(std::abs(r.value_error - expected.value_error) <= 0.1 * expected.value_error);
      CHECK(verify(tiny, set, r.certificate).holds());
      CHECK(verify(same, set, r.certificate).holds());
    };
    check(Box::unit(3));
    check(Simplex(3));
  }
}

TEST_CASE("argmin of a PICNN at a context", "[argmin]") {
  Random random(5);
  Picnn<float, Softplus, Tanh> picnn({.context = 4, .inputs = 3, .hidden = {10, 10}, .context_hidden = {6, 6}});
  randomize(picnn, random);
  auto at = picnn.at(random_vector<float>(random, 4));
  ArgminWorkspace ws(at);
  auto rebinding = picnn.workspace();
  Result result;
  for (int k = 0; k < 3; ++k) {  // one workspace, one result, many contexts
    picnn.rebind(at, random_vector<float>(random, 4), rebinding);
    argmin(at, Box::unit(3), {.relative_gap = 1e-7, .warm_start = true}, ws, result);
    check_minimum(at, Box::unit(3), result);
    const Result again = argmin(at, Box::unit(3), {.relative_gap = 1e-7});
    CHECK(std::abs(again.value - result.value) <= again.gap() + result.gap());
  }
}

TEST_CASE("a function made anew around another network may use the same workspace", "[argmin]") {
  const auto f = smooth_network(4, 6), g = smooth_network(4, 7);
  const auto first = regularized(f, {.entropy = 1.0});
  ArgminWorkspace ws(first);
  const auto second = regularized(g, {.entropy = 0.25});
  const Result r = argmin(second, Box::unit(4), {}, ws);
  CHECK(r.value == argmin(second, Box::unit(4)).value);
  check_minimum(second, Box::unit(4), r);
}

TEST_CASE("black boxes: a lambda with value and gradient", "[argmin]") {
  Vector<double> center(3);
  center << 0.3, 2, -1;
  const auto f = [&](const Vector<double>& y, Vector<double>& gradient) {
    gradient = 2 * (y - center);
    return (y - center).squaredNorm();
  };
  const Result r = argmin(f, Box::unit(3));
  CHECK(r.status == Status::optimal);
  CHECK((r.y - Vector<double>(center.cwiseMax(0.0).cwiseMin(1.0))).norm() < 1e-5);
  CHECK(r.lower_bound <= 2);
  CHECK(r.value >= 2);
  const Result everywhere = argmin(f, WholeSpace(3), {.oracle_error = 1e-12, .strong_convexity = 2});
  CHECK(everywhere.status == Status::optimal);
  CHECK((everywhere.y - center).norm() < 1e-3);
  int calls = 0;
  auto counting = [&, total = 0](const Vector<double>& y, Vector<double>& gradient) mutable {
    calls = ++total;
    gradient = y;
    return 0.5 * y.squaredNorm();
  };
  const Result counted = argmin(counting, Ball(Vector<double>::Ones(3), 0.5));
  CHECK(counted.status == Status::optimal);
  CHECK(calls == counted.evaluations);
}

namespace {

/// sum cosh(y_j - c_j) + (1'y)^2 / 2, with its Hessian where that is asked for, and a count of how often.
struct Bowl {
  Vector<double> c;
  Index plain = 0, curved = 0;

  double operator()(const Vector<double>& y, Vector<double>& g) {
    ++plain;
    g = ((y - c).array().sinh() + y.sum()).matrix();
    return (y - c).array().cosh().sum() + 0.5 * y.sum() * y.sum();
  }
  double operator()(const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    ++curved;
    --plain;
    h.setOnes(y.size(), y.size());
    h.diagonal() += (y - c).array().cosh().matrix();
    return (*this)(y, g);
  }
};

/// |y - c|^2 / 2 with any Hessian at all.
template <class Hessian>
auto parabola_with(const Vector<double>& c, Hessian hessian) {
  return [c, hessian](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) mutable {
    g = y - c;
    hessian(h);
    return 0.5 * (y - c).squaredNorm();
  };
}

Polyhedron cut_box(Index n) {  // 0 <= y <= 1, sum y <= n / 4
  return Polyhedron(Box::unit(n), Matrix<double>::Ones(1, n), Vector<double>::Constant(1, 0.25 * static_cast<double>(n)));
}

}  // namespace

TEST_CASE("black boxes with a Hessian: Newton's method, in few evaluations", "[argmin]") {
  Random random(12);
  Index newton = 0, gradient = 0;  // evaluations
  const auto check = [&](const auto& set, Index first = 0) {
    const Index n = set.dimension();
    Bowl f{random_vector<double>(random, n)};
    BlackBoxWorkspace ws(n);
    const Settings settings{.relative_gap = 1e-8, .oracle_error = 1e-13};
    const Result r = argmin(f, set, settings, ws);
    INFO(r);
    CHECK(r.status == Status::optimal);
    if constexpr (ProjectableSet<std::remove_cvref_t<decltype(set)>>) {
      check_minimum([&](const Vector<double>& y) { return Bowl(f)(y, ws.buffers.gradient); }, set, r);
    }
    CHECK(ws.methods.rooms().newton.has_value() == (first == 0));
    CHECK(ws.methods.rooms().truncated.has_value() == (first > 0));
    CHECK(r.evaluations <= first + 10);
    CHECK((f.curved + f.plain == r.evaluations && (f.plain == 0 || first > 0)));
    Bowl g = f;
    const auto without = [&](const Vector<double>& y, Vector<double>& slopes) { return g(y, slopes); };
    const Result slow = argmin(without, set, settings, ws);
    INFO("without a Hessian " << slow);
    CHECK(std::abs(r.value - slow.value) <= r.gap() + slow.gap());
    newton += r.evaluations;
    gradient += slow.evaluations;
  };
  for (const Index n : {1, 4, 20}) {
    check(Box::cube(n, -1, 1));
    check(Simplex(n + 1, 2));
    check(Product(Box::unit(n), Simplex(2)));
    check(cut_box(n));
  }
  CHECK(2 * newton < gradient);
  check(Box::unit(50), 23);
}

TEST_CASE("black boxes with a Hessian: other sizes, sets and methods", "[argmin]") {
  Random random(13);
  const Settings settings{.relative_gap = 1e-8, .oracle_error = 1e-13};
  Bowl large{random_vector<double>(random, 450)};
  BlackBoxWorkspace ws(450);
  const Result truncated = argmin(large, Box::unit(450), {.oracle_error = 1e-10}, ws);
  CHECK(truncated.status == Status::optimal);
  CHECK((ws.methods.rooms().truncated && !ws.methods.rooms().newton));
  Bowl f{random_vector<double>(random, 5)};
  const Result automatic = argmin(f, Box::unit(5), settings);
  for (const Method method :
       {Method::projected_gradient, Method::bundle, Method::level, Method::newton, Method::truncated_newton}) {
    Settings named = settings;
    named.method = method;
    const Result r = argmin(f, Box::unit(5), named);
    INFO(to_string(method) << ": " << r);
    CHECK(r.status == Status::optimal);
    CHECK(std::abs(r.value - automatic.value) <= r.gap() + automatic.gap());
  }
  const Ball ball(Vector<double>::Zero(5), 0.5);
  CHECK(argmin(f, ball, settings).status == Status::optimal);
  const Result everywhere = argmin(f, WholeSpace(5), {.relative_gap = 1e-8, .oracle_error = 1e-13, .strong_convexity = 1});
  CHECK(everywhere.status == Status::optimal);
  CHECK(everywhere.evaluations <= 10);
  // Names that do not fit.
  const auto plain = [](const Vector<double>& y, Vector<double>& g) { return g = y, 0.5 * y.squaredNorm(); };
  for (const Method method : {Method::newton, Method::truncated_newton}) {
    CHECK_ERROR(argmin(plain, Box::unit(5), {.method = method}), "for a black box without a Hessian");
    CHECK_ERROR(argmin(f, ball, {.method = method}), "a box, simplex");
  }
  CHECK_ERROR(argmin(f, Box::unit(5), {.method = Method::mirror_gradient}), "Method::projected_gradient");
  CHECK_ERROR(argmin(f, Box::unit(5), {.certificate = true}), "a network, for a certificate");
  Result r;
  r.value = 42;
  BlackBoxWorkspace small(5);
  CHECK_ERROR(argmin(plain, Box::unit(5), {.method = Method::newton}, small, r), "for a black box without a Hessian");
  CHECK((r.value == 42 && r.y.size() == 0));
}

TEST_CASE("a Hessian that is not written, of another shape or not symmetric is refused, and does no harm", "[argmin]") {
  const Vector<double> c{{0.3, 2, -1}};
  const Box box = Box::unit(3);
  const auto identity = [](auto& h) { h.setIdentity(); };
  const Result right = argmin(parabola_with(c, identity), box, {.relative_gap = 1e-9, .oracle_error = 1e-14});
  CHECK(right.status == Status::optimal);
  BlackBoxWorkspace ws(3);
  Result r;
  const auto check = [&](auto hessian, const char* complaint, int good_calls) {
    for (const Method method : {Method::automatic, Method::newton, Method::truncated_newton, Method::bundle}) {
      const auto wrong = [=, calls = 0](Matrix<double>& h) mutable {
        if (calls++ < good_calls) return h.setIdentity(), void();
        hessian(h);
      };
      // 3 cosh y_0 more, so that no method is done after one evaluation.
      auto f = [of = parabola_with(c, wrong)](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) mutable {
        const double value = of(y, g, h) + 3 * std::cosh(y(0));
        g(0) += 3 * std::sinh(y(0));
        return value;
      };
      const Settings settings{.relative_gap = 1e-9, .method = method, .start = Vector<double>::Ones(3)};
      CHECK_ERROR(argmin(f, box, settings, ws, r), complaint);
      CHECK((r.status == Status::not_run && r.lower_bound <= right.value + 3 * std::cosh(right.y(0))));
      argmin(parabola_with(c, identity), box, {.relative_gap = 1e-9, .warm_start = true, .oracle_error = 1e-14}, ws, r);
      CHECK((r.status == Status::optimal && std::abs(r.value - right.value) <= r.gap() + right.gap()));
    }
  };
  for (const int good_calls : {0, 1}) {
    check([](Matrix<double>&) {}, "every entry of it", good_calls);
    check([](Matrix<double>& h) { h.setConstant(std::nan("")); }, "every entry of it", good_calls);
    check([](Matrix<double>& h) { h.setIdentity(2, 2); }, "a Hessian, written by the black box, of shape 3 x 3", good_calls);
    check([](Matrix<double>& h) { h.resize(0, 0); }, "a Hessian, written by the black box, of shape 3 x 3", good_calls);
    check([](Matrix<double>& h) { h << 1, 0, 0, 0, 1, 0, 0, 1e-3, 1; }, "a symmetric Hessian", good_calls);
    check([](Matrix<double>& h) { h << 2, 1, 0, 0, 2, 0, 0, 0, 1; }, "write both triangles", good_calls);
  }
}

TEST_CASE("a wrong Hessian may cost evaluations, never the bound", "[argmin]") {
  Random random(14);
  for (int k = 0; k < cases(60, 60, 6); ++k) {
    const Index n = 1 + random.index(6);
    const Vector<double> c = random_vector<double>(random, n);
    const auto check = [&](const auto& set, const Vector<double>& minimizer, double slack) {
      const double minimum = 0.5 * (minimizer - c).squaredNorm(), rounding = 1e-12 * (1 + minimum) + slack;
      const int kind = k % 6;
      const auto hessian = [&](Matrix<double>& h) {
        const Matrix<double> a = random_matrix<double>(random, n, n, std::pow(10, random.uniform(-3, 3)));
        if (kind == 0) h = a + a.transpose();     // indefinite
        if (kind == 1) h = -(a * a.transpose());  // negative
        if (kind == 2) h.setZero();
        if (kind == 3) h = 1e-300 * (a * a.transpose());
        if (kind == 4) h = a.diagonal().asDiagonal();
        if (kind == 5) {
          h = Matrix<double>::Identity(n, n);
          h(n - 1, n - 1) = 1e300;
        }
      };
      for (const Method method : {Method::automatic, Method::newton, Method::truncated_newton}) {
        if (method == Method::truncated_newton && kind_of<std::remove_cvref_t<decltype(set)>> == SetKind::polyhedron)
          continue;
        const Result r = argmin(parabola_with(c, hessian), set, {.max_evaluations = 200, .method = method});
        INFO("kind " << kind << ", " << to_string(method) << ", minimum " << minimum << ": " << r);
        CHECK(r.lower_bound <= minimum + rounding);
        CHECK(r.value + r.value_error >= minimum - rounding);
        CHECK(r.status != Status::not_convex);
        CHECK(r.evaluations <= 200);
      }
    };
    const auto nearest = [&](const auto& set) {
      Vector<double> y = c;
      set.project(y);
      return y;
    };
    check(Box::cube(n, -1, 1), nearest(Box::cube(n, -1, 1)), 0);
    check(Simplex(n), nearest(Simplex(n)), 0);
    auto right = parabola_with(c, [](auto& h) { h.setIdentity(); });
    const Result on_polyhedron = argmin(right, cut_box(n), {.relative_gap = 1e-13, .oracle_error = 1e-15});
    check(cut_box(n), on_polyhedron.y, on_polyhedron.gap());
  }
}

TEST_CASE("every way to end has its status, and keeps the best certified answer", "[argmin]") {
  const auto f = smooth_network(6, 8);
  const Box box = Box::cube(6, -1, 1);
  const Result best = argmin(f, box);
  const Result none = argmin(f, box, {.max_evaluations = 0});
  CHECK(none.status == Status::budget_reached);
  CHECK((none.evaluations == 0 && none.lower_bound == -infinity && none.y.size() == 6));
  const Result one = argmin(f, box, {.max_evaluations = 1});
  CHECK(one.status == Status::budget_reached);
  CHECK((one.evaluations == 1 && std::isfinite(one.lower_bound) && std::isfinite(one.value)));
  CHECK(one.lower_bound <= best.value);
  CHECK(argmin(f, box, {.time_limit = 0}).status == Status::deadline_reached);
  Index seen = 0;
  const Result stopped = argmin(f, box, {.observer = [&](const ArgminProgress& p) {
                                  seen = p.iterations;
                                  CHECK(p.lower_bound <= p.value + 1e-9);
                                  return p.iterations < 2;
                                }});
  CHECK(stopped.status == Status::stopped);
  CHECK((seen == 2 && stopped.iterations == 2));
  const Result tight = argmin(f, box, {.relative_gap = 1e-16});
  CHECK(tight.status == Status::numerical_limit);
  CHECK(tight.gap() < 1e-9);

  // Unbounded: f falls for ever, or nothing is known that would bound it.
  const auto falling = regularized(f, {.linear = Vector<double>(Vector<double>::Constant(6, 1e3))});
  CHECK(argmin(falling, WholeSpace(6)).status == Status::unbounded);
  const auto parabola = [](const Vector<double>& y, Vector<double>& g) { return g = 2 * y, y.squaredNorm(); };
  const Result unknown = argmin(parabola, WholeSpace(2), {.start = Vector<double>::Ones(2)});
  CHECK((unknown.status == Status::optimal && unknown.value < 1e-6));  // it grows on all sides, which can be shown
  const auto slope = [](const Vector<double>& y, Vector<double>& g) {  // falls to 0 for ever
    g = y.array().exp();
    return g.sum();
  };
  const Result without = argmin(slope, WholeSpace(2));
  CHECK(without.status != Status::optimal);
  CHECK((without.lower_bound <= 0 && without.evaluations <= 1000));

  // Not finite, at once and on the way.
  const auto nan = [](const Vector<double>& y, Vector<double>& g) { return g = y, std::nan(""); };
  CHECK(argmin(nan, Box::unit(2)).status == Status::non_finite);
  const auto later = [](const Vector<double>& y, Vector<double>& g) {
    g = 2 * (y.array() - 3).matrix();
    return y(0) > 0 ? std::nan("") : (y.array() - 3).square().sum();
  };
  const Result half_way = argmin(later, Box::unit(2), {.start = Vector<double>::Zero(2)});
  CHECK(half_way.status == Status::non_finite);
  CHECK((half_way.value == 18 && half_way.lower_bound <= 8));
  const auto bad_gradient = [](const Vector<double>& y, Vector<double>& g) { return g = y * infinity, 1.0; };
  CHECK(argmin(bad_gradient, Box::unit(2)).status == Status::non_finite);

  // Not convex.
  const auto hill = [](const Vector<double>& y, Vector<double>& g) { return g = -2 * y, -y.squaredNorm(); };
  CHECK(argmin(hill, Box::cube(2, -1, 2), {.start = Vector<double>::Constant(2, 0.5)}).status == Status::not_convex);
}

TEST_CASE("a deadline is kept to within one evaluation", "[argmin]") {
  const auto slow = [](const Vector<double>& y, Vector<double>& g) {
    const Stopwatch clock;
    while (clock.seconds() < 0.01) {
    }
    g = y.array().sign().matrix() + 1e-3 * Vector<double>::Random(y.size());  // never certified
    return y.cwiseAbs().sum();
  };
  const Result r = argmin(slow, Box::cube(3, -1, 2), {.time_limit = 0.055, .start = Vector<double>::Constant(3, 0.7)});
  if (r.status == Status::deadline_reached) CHECK(r.seconds < 0.055 + 0.02);
  CHECK(r.evaluations <= 7);
}

TEST_CASE("starting points: projected, checked, warm", "[argmin]") {
  const auto f = smooth_network(3, 9);
  const Box box = Box::unit(3);
  const Result outside = argmin(f, box, {.max_evaluations = 1, .start = Vector<double>::Constant(3, 7)});
  CHECK(outside.y == Vector<double>::Ones(3));
  ArgminWorkspace ws(f);
  Result r = argmin(f, box, {}, ws);
  argmin(f, box, {.warm_start = true}, ws, r);
  CHECK(r.evaluations <= 2);
  CHECK_ERROR(argmin(f, box, {.start = Vector<double>::Ones(2)}), "a start of shape 3 x 1");
  CHECK_ERROR(argmin(f, box, {.start = Vector<double>::Constant(3, std::nan(""))}), "a finite start");
  r.y.resize(2);
  r.y.setZero();
  CHECK_ERROR(argmin(f, box, {.warm_start = true}, ws, r), "for a warm start, got 2 coordinates");
  r.y = Vector<double>::Constant(3, std::nan(""));
  CHECK_ERROR(argmin(f, box, {.warm_start = true}, ws, r), "for a warm start, got NaN");
}

TEST_CASE("a workspace of a network with other activations solves the network that it is given", "[argmin]") {
  Random random(3);
  const auto compare = [&](const auto& first, auto second) {
    second.edit([&](auto& w) { w.vector() = first.parameters().vector(); });
    ArgminWorkspace ws(first);
    Result r;
    argmin(second, Box::unit(2), {}, ws, r);
    CHECK(r.y == argmin(second, Box::unit(2)).y);
    CHECK(r.lower_bound == argmin(second, Box::unit(2)).lower_bound);
  };
  const auto initialized = [&](auto f) {
    randomize(f, random);
    return f;
  };
  const FicnnOptions shape{.inputs = 2, .hidden = {4}};
  compare(initialized(Ficnn<float, Softplus>(shape, Softplus(1))), Ficnn<float, Softplus>(shape, Softplus(50)));
  compare(initialized(Ficnn<double, Softplus>(shape, Softplus(1))), Ficnn<double, Softplus>(shape, Softplus(50)));
  compare(initialized(AnyFicnn<float>(shape, Softplus())), AnyFicnn<float>(shape, Relu()));
}

TEST_CASE("a black box that misbehaved leaves the workspace usable", "[argmin]") {
  BlackBoxWorkspace ws(3);
  Result r;
  const auto resizing = [](const Vector<double>& y, Vector<double>& g) { return g.resize(5), y.sum(); };
  CHECK_ERROR(argmin(resizing, Box::unit(3), {}, ws, r), "of shape 3 x 1");
  const auto parabola = [](const Vector<double>& y, Vector<double>& g) { return g = 2 * y, y.squaredNorm(); };
  argmin(parabola, Box::unit(3), {}, ws, r);
  CHECK(r.status == Status::optimal);
}

TEST_CASE("after an exception from objective or observer the same workspace and result serve bit for bit", "[argmin]") {
  struct Thrown {};
  const auto same = [](const Result& a, const Result& b) {
    return a.y == b.y && a.value == b.value && a.lower_bound == b.lower_bound && a.value_error == b.value_error &&
           a.status == b.status && a.evaluations == b.evaluations && a.iterations == b.iterations;
  };
  const Vector<double> c{{0.3, -0.2, 2, 0.7}};
  for (const Method method : {Method::automatic, Method::projected_gradient, Method::bundle, Method::level}) {
    for (const int fatal : {1, 2, 5}) {
      BlackBoxWorkspace ws(4);
      Result r;
      int calls = 0;
      const auto f = [&](const Vector<double>& y, Vector<double>& g) {
        if (++calls == fatal) throw Thrown{};
        g = 2 * (y - c);
        g(0) += y(0) > 0.1 ? 1 : -1;
        return (y - c).squaredNorm() + std::abs(y(0) - 0.1);
      };
      const Settings settings{.relative_gap = 1e-9, .method = method, .oracle_error = 1e-14};
      CHECK_THROWS_AS(argmin(f, Box::unit(4), settings, ws, r), Thrown);
      argmin(f, Box::unit(4), settings, ws, r);
      calls = 1000;
      CHECK(same(r, argmin(f, Box::unit(4), settings)));
    }
  }
  const auto f = smooth_network(5, 3);
  for (const Method method : {Method::newton, Method::bundle, Method::projected_gradient}) {
    ArgminWorkspace ws(f);
    Result r;
    Settings settings{.relative_gap = 1e-9, .method = method, .certificate = true};
    const Result expected = argmin(f, Box::unit(5), settings);
    settings.observer = [](const ArgminProgress& now) -> bool {
      if (now.iterations == 2) throw Thrown{};
      return true;
    };
    CHECK_THROWS_AS(argmin(f, Box::unit(5), settings, ws, r), Thrown);
    settings.observer = {};
    argmin(f, Box::unit(5), settings, ws, r);
    CHECK(same(r, expected));
    CHECK(r.certificate.slopes == expected.certificate.slopes);
  }
}

TEST_CASE("restarts without end do not outlast the deadline", "[argmin]") {
  const auto f = [](const Vector<double>& y, Vector<double>& g) { return g.setOnes(2), y.sum(); };
  Settings settings{.relative_gap = 1e-9, .time_limit = 0.5, .oracle_error = 1e-3};
  settings.line_search.restarts = 100;
  CHECK(argmin(f, Box::unit(2), settings).seconds < 0.5);
  settings.line_search.restarts = 101;
  CHECK_ERROR(argmin(f, Box::unit(2), settings), "restarts in 0..100");
}

TEST_CASE("points on the boundary of a ball are certified like all others", "[argmin]") {
  Random random(4);
  for (int k = 0; k < 300; ++k) {
    Ficnn<double, Identity> f({.inputs = 1, .output = {.linear = true}});
    f.edit([&](auto& w) { w["d"](0) = random.normal(); });
    const Ball ball(random_vector<double>(random, 1), 5 * random.uniform() + 0.1);
    CHECK(argmin(f, ball).status == Status::optimal);
  }
}

TEST_CASE("an entropy far weaker than the gradients is a barrier, and no obstacle", "[argmin]") {
  Index most = 0;
  for (const double steep : {1e2, 1e4, 1e6})
    for (const Index n : {2, 10, 40})
      for (int k = 0; k < 3; ++k) {
        const auto f = smooth_network(n, static_cast<std::uint64_t>(k));
        const double slope = f.gradient(Vector<double>(Vector<double>::Constant(n, 0.5))).cwiseAbs().maxCoeff();
        const Settings settings{.relative_gap = 1e-8, .method = Method::newton};
        const Result box = argmin(regularized(f, {.entropy = slope / steep}), Box::unit(n), settings);
        const Result simplex =
            argmin(regularized(f, {.entropy = slope / steep, .on = EntropyOn::simplex}), Simplex(n), settings);
        INFO("n " << n << ", gradients " << steep << " times tau: " << box << "; " << simplex);
        CHECK(box.status == Status::optimal);
        CHECK(simplex.status == Status::optimal);
        most = std::max({most, box.evaluations, simplex.evaluations});
      }
  CHECK(most <= 30);
}

TEST_CASE("misuse is refused before anything is written", "[argmin]") {
  const auto f = smooth_network(3, 10), other = smooth_network(4, 10);
  CHECK_ERROR(argmin(f, Box::unit(4)), "a set in 3 dimensions");
  ArgminWorkspace ws(other);
  Result r;
  r.value = 42;
  CHECK_ERROR(argmin(f, Box::unit(3), {}, ws, r), "a workspace made for this function");
  CHECK(r.value == 42);
  CHECK_ERROR(argmin(f, Box::unit(3), {.relative_gap = -1}), "relative_gap >= 0");
  CHECK_ERROR(argmin(f, Box::unit(3), {.method = Method::mirror_gradient}), "an entropy as the outermost regularizer");
  const auto entropic = regularized(f, {.entropy = 1.0});
  CHECK_ERROR(argmin(entropic, Box::unit(3), {.method = Method::projected_gradient}), "Method::mirror_gradient");
  CHECK_ERROR(argmin(entropic, Box::cube(3, -1, 1)), "the box of the entropy");
  CHECK_ERROR(argmin(entropic, Simplex(3)), "the box of the entropy");
  CHECK_ERROR(argmin(entropic, Ball(Vector<double>::Zero(3), 1)), "the box of the entropy");
  const auto resizing = [](const Vector<double>& y, Vector<double>& g) { return g.resize(1), y.sum(); };
  CHECK_ERROR(argmin(resizing, Box::unit(3)), "a gradient, written by the black box, of shape 3 x 1");
  CHECK_ERROR(argmin(restrict_to(entropic, Vector<double>(Vector<double>::Ones(3)), {0, 1}), Box::unit(2)),
              "an entropy as the outermost");
  CHECK_ERROR(argmin(regularized(entropic, {.proximal = 1.0}), Box::unit(3)), "an entropy as the outermost");
  CHECK_ERROR(argmin(sum(entropic, f), Box::unit(3)), "an entropy as the outermost");
  CHECK_ERROR(BlackBoxWorkspace(0), "at least");
  BlackBoxWorkspace small(2);
  const auto parabola = [](const Vector<double>& y, Vector<double>& g) { return g = 2 * y, y.squaredNorm(); };
  CHECK_ERROR(argmin(parabola, Box::unit(3), {}, small), "a set in 2 dimensions");
}

TEST_CASE("an affine function, a constant one, and a single point are solved at once", "[argmin]") {
  Ficnn<double, Softplus> affine({.inputs = 2, .hidden = {}});
  CHECK(argmin(affine, Box::unit(2)).status == Status::optimal);
  affine.edit([](auto& w) { w["Wy[0]"] << 1, -2; });
  const Result r = argmin(affine, Box::cube(2, -1, 1));
  CHECK(r.status == Status::optimal);
  CHECK((r.y(0) == -1 && r.y(1) == 1));
  const auto f = smooth_network(3, 11);
  CHECK(argmin(f, Box(Vector<double>::Ones(3), Vector<double>::Ones(3))).status == Status::optimal);
}

TEST_CASE("NaN parameters are a status", "[argmin]") {
  Picnn<double, Softplus> picnn({.context = 2, .inputs = 2, .hidden = {3}, .context_hidden = {3}});
  Random random(1);
  randomize(picnn, random);
  const Result r = argmin(picnn.at(Vector<double>(Vector<double>::Constant(2, std::nan("")))), Box::unit(2));
  CHECK(r.status == Status::non_finite);
}
