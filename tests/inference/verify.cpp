// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/verify.hpp>

#include <icnn/functions/precomposed.hpp>
#include <icnn/functions/restricted.hpp>
#include <icnn/functions/sum.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/networks/picnn.hpp>
#include <icnn/sets/ball.hpp>
#include <icnn/sets/half_space.hpp>
#include <icnn/sets/product.hpp>
#include <icnn/sets/whole_space.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// Solves with every method, at several budgets, and checks every certificate.
template <class F, class Set>
void check(const F& f, const Set& set, const std::vector<Method>& methods) {
  ArgminWorkspace<F> ws(f);
  Result r;
  for (const Method method : methods) {
    for (const Index budget : {Index{1}, Index{4}, Index{300}}) {
      argmin(f, set, {.relative_gap = 1e-8, .max_evaluations = budget, .method = method, .certificate = true}, ws, r);
      INFO(to_string(method) << ", " << budget << " evaluations: " << r);
      REQUIRE(r.certificate.empty() == (r.lower_bound == -infinity));
      if (r.certificate.empty()) continue;
      const Verification v = verify(f, set, r.certificate);
      INFO(to_string(v.flaw) << ": " << v.value << " +- " << v.value_error << ", " << v.lower_bound << " of "
                             << r.certificate.lower_bound);
      CHECK(v.holds());
      CHECK((r.certificate.y == r.y && r.certificate.value == r.value));
      CHECK(std::abs(v.value - r.value) <= r.value_error);
      CHECK(v.lower_bound <= r.value + r.value_error);
      CHECK(v.lower_bound >= r.certificate.lower_bound);
      // As good as what the solver has proven, up to rounding.
      CHECK(v.lower_bound >= r.lower_bound - 1e-10 * (1 + std::abs(r.value) + std::abs(r.lower_bound)));
      if (r.status == Status::optimal) CHECK(v.gap() <= 1.1e-8 * std::max(1.0, std::abs(r.value)));
    }
  }
}

template <class Activation>
Ficnn<double, Activation> network(Random& random, Index n, const OutputTermShape& output = {}) {
  Ficnn<double, Activation> f({.inputs = n, .hidden = {9, 7}, .output = output});
  randomize(f, random);
  return f;
}

/// The same with an activation chosen at run time: one type for all.
AnyFicnn<double> any_network(Random& random, Index n, const AnyActivation& a) {
  AnyFicnn<double> f({.inputs = n, .hidden = {9, 7}}, a);
  randomize(f, random);
  return f;
}

const std::vector<Method> all_methods{Method::automatic,       Method::projected_gradient, Method::bundle,
                                      Method::level,           Method::cutting_plane,      Method::newton,
                                      Method::truncated_newton};
const std::vector<Method> kinked{Method::automatic, Method::projected_gradient, Method::bundle, Method::level,
                                 Method::cutting_plane};
const std::vector<Method> any_set{Method::automatic, Method::projected_gradient, Method::level};
const std::vector<Method> entropic{Method::automatic, Method::mirror_gradient, Method::bundle};

Polyhedron polyhedron(Random& random, Index n) {
  const Vector<double> inside = Vector<double>::Constant(n, 0.4);
  const Matrix<double> a = random_matrix<double>(random, 3, n), e = random_matrix<double>(random, 1, n);
  return Polyhedron(Box::unit(n), a, Vector<double>(a * inside + Vector<double>::Constant(3, 0.1)), e, e * inside);
}

}  // namespace

TEST_CASE("every certificate of every method holds: smooth and kinked networks, all sets", "[argmin]") {
  Random random(1);
  for (const Index n : {1, 3, 8}) {
    const auto smooth = network<Softplus>(random, n);
    const auto relu = network<Relu>(random, n);
    const auto leaky = any_network(random, n, LeakyRelu(0.1));
    const Box box = Box::unit(n);
    check(smooth, box, all_methods);
    check(relu, box, kinked);
    check(leaky, box, kinked);
    check(smooth, Simplex(n), all_methods);
    check(relu, Simplex(n), kinked);
    check(smooth, polyhedron(random, n), {Method::automatic, Method::bundle});
    check(relu, polyhedron(random, n), {Method::automatic});
    check(smooth, Ball(Vector<double>::Zero(n), 1), any_set);
    check(relu, Ball(Vector<double>::Zero(n), 1), any_set);
    check(smooth, Product(box), all_methods);
  }
}

TEST_CASE("quadratics beside the layers, strong convexity and unbounded sets", "[argmin]") {
  Random random(2);
  for (const Index n : {1, 4}) {
    auto f = network<Softplus>(random, n, {.diagonal = true, .rank = 2, .linear = true});
    auto k = network<Relu>(random, n, {.diagonal = true});
    f.edit([&](auto& w) { w["D"].array() += 0.3; });
    k.edit([&](auto& w) { w["D"].array() += 0.3; });
    check(f, Box::unit(n), all_methods);
    check(k, Box::unit(n), kinked);
    check(f, WholeSpace(n), {Method::automatic, Method::projected_gradient, Method::newton});
    check(k, WholeSpace(n), {Method::automatic, Method::bundle});
    check(f, HalfSpace(Vector<double>::Ones(n), -1), {Method::automatic, Method::projected_gradient});
    check(f, polyhedron(random, n), {Method::automatic, Method::bundle});
  }
}

TEST_CASE("certificates of combined functions, contexts, floats and entropies", "[argmin]") {
  Random random(3);
  const auto f = any_network(random, 4, Softplus{}), k = any_network(random, 4, Relu{});
  const Box box = Box::unit(4);
  const Vector<double> tilt = random_vector<double>(random, 4);
  check(regularized(f, {.proximal = 0.5, .center = tilt, .linear = tilt}), box, all_methods);
  check(regularized(k, {.proximal = 0.5, .center = tilt, .linear = tilt}), WholeSpace(4), {Method::automatic});
  check(restrict_to(k, random_vector<double>(random, 4), {2, 0}), Box::unit(2), kinked);
  check(restrict_to(regularized(k, {.linear = tilt}), random_vector<double>(random, 4), {2, 0}), Box::unit(2), kinked);
  check(precompose(f, random_matrix<double>(random, 4, 3), tilt), Box::unit(3), all_methods);
  check(sum(f, k), box, kinked);
  check(sum(precompose(f, random_matrix<double>(random, 4, 4)), regularized(k, {.proximal = 1})), box, kinked);
  check(f.cast<float>(), box, all_methods);
  check(regularized(k.cast<float>(), {.linear = tilt.cast<float>()}), box, kinked);
  for (const double tau : {1.0, 1e-3}) {
    check(regularized(f, {.entropy = tau}), box, entropic);
    check(regularized(k, {.entropy = tau}), box, {Method::automatic});
    check(regularized(f, {.entropy = tau, .on = EntropyOn::simplex}), Simplex(4), entropic);
    check(regularized(k, {.entropy = tau, .on = EntropyOn::simplex}), Simplex(4), {Method::automatic});
  }
  AnyPicnn<double> p({.context = 3, .inputs = 4, .hidden = {6, 5}, .context_hidden = {4, 4}});
  randomize(p, random);
  check(p.at(random_vector<double>(random, 3)), box, kinked);
  FicnnOf<double, Inputs<4>, Dense<8, Softplus>, Dense<8, Softplus>, Dense<1>> fixed;
  randomize(fixed, random);
  check(fixed, box, all_methods);
}

TEST_CASE("certificates with every activation that knows its conjugate", "[argmin]") {
  Random random(4);
  for (const AnyActivation& activation :
       {AnyActivation(Elu{}), AnyActivation(Celu{}), AnyActivation(SmoothRelu{}), AnyActivation(Identity{}),
        AnyActivation(LeakyRelu{}), AnyActivation(Softplus{}), AnyActivation(Relu{})}) {
    for (int i = 0; i < 5; ++i) check(any_network(random, 3, activation), Box::unit(3), {Method::automatic});
  }
}

TEST_CASE("certificates with an activation that is only convex in the first layer", "[argmin]") {
  Random random(5);
  for (const AnyFirstActivation& first : {AnyFirstActivation(Square{}), AnyFirstActivation(AbsoluteValue{}),
                                          AnyFirstActivation(SquaredLeakyRelu(0.3)), AnyFirstActivation(Elu(0.5))}) {
    AnyFicnn<double> f({.inputs = 3, .hidden = {6, 5}}, AnyActivation(Softplus(2)), first, AnyActivation(Identity{}));
    randomize(f, random);
    check(f, Box(Vector<double>::Constant(3, -1), Vector<double>::Ones(3)), {Method::automatic, Method::bundle});
  }
}

TEST_CASE("more cuts than are kept still make a certificate", "[argmin]") {
  Random random(6);
  Ficnn<double, Relu> f({.inputs = 2, .hidden = {40, 40}});
  for (int i = 0; i < 20; ++i) {
    randomize(f, random, 3);
    ArgminWorkspace<Ficnn<double, Relu>> ws(f);
    const Settings settings{.relative_gap = 1e-12, .max_evaluations = 60, .method = Method::level, .certificate = true};
    const Result r = argmin(f, Box::unit(2), settings, ws);
    CHECK(verify(f, Box::unit(2), r.certificate).holds());
  }
}

TEST_CASE("a certificate is for the asking, and is taken away when nobody asks", "[argmin]") {
  Random random(7);
  const auto f = network<Softplus>(random, 3);
  ArgminWorkspace<Ficnn<double, Softplus>> ws(f);
  Result r = argmin(f, Box::unit(3), {.certificate = true}, ws);
  CHECK(!r.certificate.empty());
  CHECK(r.certificate.slopes.size() == 9 + 7 + 1);
  argmin(f, Box::unit(3), {}, ws, r);
  CHECK(r.certificate.empty());
  CHECK(verify(f, Box::unit(3), r.certificate).flaw == Flaw::incomplete);
  argmin(f, WholeSpace(3), {.certificate = true}, ws, r);  // no slopes prove anything there
  CHECK(r.certificate.empty());
}

namespace {

struct Corruption {
  const char* what;
  std::function<void(Certificate&)> apply;
  Flaw flaw;
};

template <class F, class Set>
void check_corrupted(const F& f, const Set& set, std::vector<Corruption> list, const Settings& settings = {}) {
  Settings asked = settings;
  asked.certificate = true;
  asked.relative_gap = 1e-9;
  const Certificate good = argmin(f, set, asked).certificate;
  REQUIRE(verify(f, set, good).holds());
  const auto slide = [](const Vector<double>& y, Vector<double>& g) {
    g.setConstant(-1);
    g(0) = 2;
    return g.dot(y);
  };
  const Vector<double> corner = argmin(slide, set).y;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Corruption general[] = {
      {"no slopes", [](Certificate& c) { c.slopes.resize(0); }, Flaw::incomplete},
      {"a slope too many", [](Certificate& c) { c.slopes = Vector<double>::Constant(c.slopes.size() + 1, 0.5); },
       Flaw::incomplete},
      {"a slope is NaN", [&](Certificate& c) { c.slopes(1) = nan; }, Flaw::incomplete},
      {"y is too short", [](Certificate& c) { c.y = Vector<double>::Zero(c.y.size() - 1); }, Flaw::incomplete},
      {"y is NaN", [&](Certificate& c) { c.y(0) = nan; }, Flaw::incomplete},
      {"y is infinite", [](Certificate& c) { c.y(0) = infinity; }, Flaw::incomplete},
      {"no center", [](Certificate& c) { c.center.resize(0); }, Flaw::incomplete},
      {"the center is NaN", [&](Certificate& c) { c.center(0) = nan; }, Flaw::incomplete},
      {"the value is NaN", [&](Certificate& c) { c.value = nan; }, Flaw::incomplete},
      {"the bound is NaN", [&](Certificate& c) { c.lower_bound = nan; }, Flaw::incomplete},
      {"a multiplier too many", [](Certificate& c) { c.multipliers = Vector<double>::Ones(c.multipliers.size() + 1); },
       Flaw::incomplete},
      {"y outside", [](Certificate& c) { c.y(0) += 5; }, Flaw::outside},
      {"y a little outside", [](Certificate& c) { c.y.array() -= 1; }, Flaw::outside},
      {"y elsewhere", [&](Certificate& c) { c.y = corner; }, Flaw::value},
      {"the value is lower", [](Certificate& c) { c.value -= 1e-6; }, Flaw::value},
      {"the value is higher", [](Certificate& c) { c.value += 1e-6; }, Flaw::value},
      {"the value is infinite", [](Certificate& c) { c.value = -infinity; }, Flaw::value},
      {"the bound is higher", [](Certificate& c) { c.lower_bound += 1e-6; }, Flaw::bound},
      {"the bound is the value", [](Certificate& c) { c.lower_bound = c.value + 1e-6; }, Flaw::bound},
      {"the bound is infinite", [](Certificate& c) { c.lower_bound = infinity; }, Flaw::bound},
      {"the output counts twice", [](Certificate& c) { c.slopes(c.slopes.size() - 1) = 2; }, Flaw::slope},
      {"the output does not count", [](Certificate& c) { c.slopes(c.slopes.size() - 1) = 0; }, Flaw::slope},
      {"a slope above 1", [](Certificate& c) { c.slopes(0) = 1 + 1e-12; }, Flaw::slope},
      {"a slope below 0", [](Certificate& c) { c.slopes(0) = -1e-12; }, Flaw::slope},
      {"a huge slope", [](Certificate& c) { c.slopes(2) = 1e300; }, Flaw::slope},
      {"slopes of nothing", [](Certificate& c) { c.slopes.head(c.slopes.size() - 1).setConstant(0.25); }, Flaw::bound},
      {"slopes upside down",
       [](Certificate& c) { c.slopes.head(c.slopes.size() - 1) = 1 - c.slopes.head(c.slopes.size() - 1).array(); },
       Flaw::bound},
  };
  list.insert(list.end(), std::begin(general), std::end(general));
  for (const Corruption& corruption : list) {
    INFO(corruption.what);
    Certificate bad = good;
    corruption.apply(bad);
    const Verification v = verify(f, set, bad);
    INFO(to_string(v.flaw));
    CHECK(!v.holds());
    CHECK(v.flaw == corruption.flaw);
    CHECK(!to_string(v.flaw).empty());
  }
}

}  // namespace

TEST_CASE("corrupted certificates are rejected, each for its reason", "[argmin]") {
  Random random(8);
  const auto f = any_network(random, 3, Softplus{}), k = any_network(random, 3, Relu{});
  const Vector<double> c = Vector<double>::Constant(3, 0.3);
  check_corrupted(regularized(f, {.proximal = 1, .center = c}), Box::unit(3), {});
  check_corrupted(network<Softplus>(random, 3, {.rank = 2}), Box::unit(3),
                  {{"the center elsewhere", [](Certificate& bad) { bad.center.array() += 0.5; }, Flaw::bound}});
  check_corrupted(regularized(k, {.linear = k.gradient(c)}), Box::unit(3), {});
  check_corrupted(regularized(f, {.linear = f.gradient(c / c.sum())}), Simplex(3), {});
  check_corrupted(regularized(f, {.entropy = 0.1}), Box::unit(3), {});
  const Polyhedron set(Box::unit(3), Matrix<double>::Ones(1, 3), Vector<double>::Constant(1, 0.5),
                       Matrix<double>{{1, -1, 0}}, Vector<double>::Constant(1, 0.1));
  const Vector<double> down = f.gradient(c) + Vector<double>::Constant(3, 2.0);
  check_corrupted(regularized(f, {.linear = down}), set,
                  {{"a multiplier is negative", [](Certificate& bad) { bad.multipliers(0) = -1e-3; }, Flaw::multiplier},
                   {"no multipliers", [](Certificate& bad) { bad.multipliers.resize(0); }, Flaw::incomplete},
                   {"multipliers of nothing", [](Certificate& bad) { bad.multipliers.setZero(); }, Flaw::bound},
                   {"other multipliers", [](Certificate& bad) { bad.multipliers *= 1.01; }, Flaw::bound},
                   {"multipliers the wrong way", [](Certificate& bad) { bad.multipliers(1) += 1; }, Flaw::bound}});
}

TEST_CASE("a certificate of another problem is rejected", "[argmin]") {
  Random random(9);
  const auto f = any_network(random, 3, Softplus{}), other = any_network(random, 3, Softplus{});
  const Certificate c = argmin(f, Box::unit(3), {.certificate = true}).certificate;
  CHECK(verify(other, Box::unit(3), c).flaw == Flaw::value);
  CHECK(verify(regularized(f, {.linear = Vector<double>::Ones(3)}), Box::unit(3), c).flaw == Flaw::value);
  CHECK(verify(f, Box(Vector<double>::Constant(3, 2), Vector<double>::Constant(3, 3)), c).flaw == Flaw::outside);
  CHECK(verify(f, Box(Vector<double>::Constant(3, -5), Vector<double>::Constant(3, 5)), c).flaw == Flaw::bound);
}

namespace {

/// No conjugate.
struct Hinge : Relu {
  template <class S>
  [[nodiscard]] static Jet<S> jet(const S& t) {
    return Relu::jet(t);
  }
  static void conjugate(double) = delete;
};

}  // namespace

TEST_CASE("misuse of certificates", "[argmin]") {
  Random random(10);
  const auto f = any_network(random, 3, Softplus{});
  const Certificate c = argmin(f, Box::unit(3), {.certificate = true}).certificate;
  CHECK_THROWS_AS(verify(f, Box::unit(4), c), Error);
  const auto black_box = [](const Vector<double>& y, Vector<double>& g) {
    g = 2 * y;
    return y.squaredNorm();
  };
  CHECK_THROWS_AS(argmin(black_box, Box::unit(3), {.certificate = true}), Error);
  const auto hinges = network<Hinge>(random, 3);
  CHECK(argmin(hinges, Box::unit(3)).status == Status::optimal);
  CHECK_THROWS_AS(argmin(hinges, Box::unit(3), {.certificate = true}), Error);
  CHECK_THROWS_AS(verify(regularized(f, {.entropy = 1}), Simplex(3), c), Error);
}

TEST_CASE("an entropy inside another function is refused: no slopes would bound it", "[verify]") {
  Random random(77);
  const auto f = network<Softplus>(random, 2), g = network<Softplus>(random, 2);
  const Result r = argmin(sum(f, g), Box::unit(2), {.certificate = true});
  CHECK(verify(sum(f, g), Box::unit(2), r.certificate).holds());
  CHECK_ERROR(verify(sum(regularized(f, {.entropy = 1.0}), g), Box::unit(2), r.certificate),
              "an entropy as the outermost regularizer");
}
