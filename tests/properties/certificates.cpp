// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>
#include <icnn/sets/ball.hpp>
#include <icnn/sets/product.hpp>
#include <icnn/sets/whole_space.hpp>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/quadruple.hpp"

/// Certificates never lie: over many problems, no lower bound lies above the function at any known point, in quadruple
/// precision; the reported rounding error of the value holds; and verify() accepts what the solvers return. Smooth problems
/// on bounded sets are solved.
using namespace icnn;
using namespace icnn::test;

namespace {

const int problems = cases(100000, 10000, 400);

struct Tally {
  long solves = 0, lies = 0, wrong_values = 0, optimal = 0, certificates = 0, refused = 0;
};

/// Whether a point is in the set, beyond doubt: one that an interior-point method found may break rows by rounding.
template <class Set>
bool is_inside(const Set& set, const Vector<double>& y) {
  if constexpr (requires { set.violation(y); }) {
    return set.violation(y) == 0;
  } else {
    return true;
  }
}

/// One problem: solved with a small budget and with a large one; each bound has to lie below f at both points.
template <class F, class Set>
void check(const F& f, const Set& set, Random& random, Tally& tally) {
  ArgminWorkspace<F> ws(f);
  const bool asked = random.uniform() < 0.25;
  const Index few = 1 + random.index(20);
  const Result brief = argmin(f, set, {.relative_gap = 1e-12, .max_evaluations = few, .certificate = asked}, ws);
  const Result longer = argmin(f, set, {.relative_gap = 1e-9, .max_evaluations = 60, .certificate = asked}, ws);
  for (const Result* r : {&brief, &longer}) {
    ++tally.solves;
    double bound = r->lower_bound;
    if (asked && r->lower_bound > -infinity) {
      const Verification proof = verify(f, set, r->certificate);
      ++tally.certificates;
      tally.refused += proof.holds() ? 0 : 1;
      bound = std::max(bound, proof.lower_bound);  // has to be true as well
    }
    tally.optimal += r->status == Status::optimal ? 1 : 0;
    if (!std::isfinite(r->value)) {
      ++tally.wrong_values;
      continue;
    }
    for (const Result* other : {&brief, &longer}) {
      if (other->y.size() == 0) continue;
      const bool inside = is_inside(set, other->y);
      if (!inside && other != r) continue;
      const auto below = [&](const auto& value) { return value + (inside ? 0 : r->value_error) >= bound; };
      if (!holds(f, other->y, other->value_error, below)) ++tally.lies;
    }
    const auto close = [&](const auto& value) {
      using std::abs;
      return abs(value - r->value) <= r->value_error;
    };
    if (!holds(f, r->y, r->value_error, close)) ++tally.wrong_values;
  }
}

/// The sets in turn, around the origin and away from it.
template <class F>
void check_on_a_set(const F& f, Random& random, Tally& tally) {
  const Index n = f.inputs();
  const double size = std::pow(10.0, random.uniform(-3, 3));
  const Vector<double> center = random_vector<double>(random, n, random.uniform() < 0.5 ? 0 : size);
  switch (random.index(6)) {
    case 0: return check(f, Box(center.array() - size, center.array() + size), random, tally);
    case 1: return check(f, Simplex(n, size), random, tally);
    case 2: return check(f, Ball(center, size), random, tally);
    case 3:
      if (n < 2) return check(f, Box::unit(n), random, tally);
      return check(f, Product(Box::cube(1, -size, size), Simplex(n - 1)), random, tally);
    case 4: {
      const Matrix<double> a = random_matrix<double>(random, 3, n);
      const Vector<double> room = random_vector<double>(random, 3, random.uniform() < 0.3 ? 0 : size).cwiseAbs();
      return check(f, Polyhedron(Box(center.array() - size, center.array() + size), a, a * center + room), random, tally);
    }
    default: return check(regularized(f, {.proximal = typename F::Scalar(0.5)}), WholeSpace(n), random, tally);
  }
}

const std::vector<AnyActivation> hidden{Relu{}, LeakyRelu(0.25), Relu{}, Softplus(2), Elu(0.5), SmoothRelu(0.5)};
const std::vector<AnyFirstActivation> first{Relu{}, AbsoluteValue{}, Square{}, Softplus{}, SquaredLeakyRelu(0.25)};

template <class S>
void check_random_networks(int count, std::uint64_t seed, Tally& tally) {
  Random random(seed);
  for (int k = 0; k < count; ++k) {
    const Index n = 1 + random.index(5), width = 2 + random.index(7);
    std::vector<Index> widths(static_cast<std::size_t>(random.index(4)), width);
    const bool kinked = random.uniform() < 0.7;  // quadruple logarithms are slow
    const auto h =
        kinked ? hidden[static_cast<std::size_t>(random.index(3))] : hidden[static_cast<std::size_t>(random.index(6))];
    const auto g =
        kinked ? first[static_cast<std::size_t>(random.index(3))] : first[static_cast<std::size_t>(random.index(5))];
    const bool squares = never_decreases(g) && random.uniform() < 0.25;
    AnyFicnn<S> f(
        {.inputs = n,
         .hidden = widths,
         .quadratic_rank = squares ? 1 + random.index(2) : 0,
         .output = {.diagonal = random.uniform() < 0.2, .rank = random.index(2), .linear = random.uniform() < 0.5}},
        Activations<AnyActivation, AnyFirstActivation, AnyActivation>{{h}, g, Identity{}});
    randomize(f, random, std::pow(10.0, random.uniform(-2, 2)));
    if (k % 4 == 3) {
      check(regularized(f, {.entropy = S(std::pow(10.0, random.uniform(-1, 1)))}), Box::unit(n), random, tally);
    } else if (k % 16 == 0) {
      check_on_a_set(maximum(f, scaled(f, S(0.5)), precompose(f, random_matrix<S>(random, n, n))), random, tally);
    } else if (k % 16 == 1) {
      const Vector<S> center = random_vector<S>(random, n), scale = (random_vector<S>(random, n).array() / 3).exp();
      check_on_a_set(standardized(f, {.center = center, .scale = scale, .output_center = S(3), .output_scale = S(7)}),
                     random, tally);
    } else if (k % 16 == 2) {
      check_on_a_set(sum(std::vector{f, f, f}), random, tally);
    } else {
      check_on_a_set(f, random, tally);
    }
  }
}

/// Steep neurons that oppose each other, with kinks close to y = 0: what is left of their sum says nothing about its errors.
template <class S>
Ficnn<S, Relu> opposed(Random& random) {
  const Index n = 1 + random.index(3), pairs = 1 + random.index(4);
  Ficnn<S, Relu> f({.inputs = n, .hidden = {2 * pairs}});
  f.edit([&](auto& weights) {
    for (Index k = 0; k < pairs; ++k) {
      for (Index j = 0; j < n; ++j) {
        const S steep = static_cast<S>(std::pow(10.0, random.uniform(0, 4)) * (random.uniform() < 0.5 ? -1 : 1));
        weights["Wy[0]"](2 * k, j) = steep;
        weights["Wy[0]"](2 * k + 1, j) = -steep * static_cast<S>(1 + 1e-3 * random.normal());
      }
      weights["b[0]"](2 * k) = static_cast<S>(random.normal() * 1e-3);
      weights["b[0]"](2 * k + 1) = static_cast<S>(random.normal() * 1e-3);
      weights["Wz[1]"](0, 2 * k) = static_cast<S>(random.uniform(0.1, 1));
      weights["Wz[1]"](0, 2 * k + 1) = static_cast<S>(random.uniform(0.1, 1));
    }
  });
  return f;
}

}  // namespace

TEST_CASE("no certificate lies: networks of all kinds, float and double", "[certificates]") {
  Tally tally;
  check_random_networks<double>(problems / 4, 1, tally);
  check_random_networks<float>(problems / 4, 2, tally);
  WARN(tally.solves << " solves, " << tally.optimal << " optimal, " << tally.lies << " lower bounds too high, "
                    << tally.wrong_values << " values off by more than their error; " << tally.refused << " of "
                    << tally.certificates << " certificates refused");
  CHECK(tally.certificates >= problems / 6);
  CHECK(tally.refused == 0);
  CHECK(tally.solves >= problems);
  CHECK(tally.lies == 0);
  CHECK(tally.wrong_values == 0);
  CHECK(tally.optimal > tally.solves / 10);
}

TEST_CASE("no certificate lies: steep neurons that oppose each other", "[certificates]") {
  Random random(3);
  Tally tally;
  int naive_lies = 0;
  const auto run = [&](const auto& f) {
    const Box box = Box::cube(f.inputs(), -1, 1);
    check(f, box, random, tally);
    // Negative control: the same cut without its rounding term, at a point of the kink's neighborhood.
    const Vector<double> y = random_vector<double>(random, f.inputs(), 1e-6);
    const auto exact = f.template cast<double>();
    const Vector<double> g = exact.gradient(y);
    const Box tiny(y, y);
    if (!(Quad(exact(y) + (tiny.linear_minimum(g) - g.dot(y))) <= f.template cast<Quad>()(Vector<Quad>(y.cast<Quad>())))) {
      ++naive_lies;
    }
  };
  for (int k = 0; k < problems / 8; ++k) {
    run(opposed<float>(random));
    run(opposed<double>(random));
  }
  WARN(tally.solves << " solves, " << tally.lies << " lower bounds too high, " << tally.wrong_values
                    << " values off; without rounding terms " << naive_lies << " of " << problems / 4 << " bounds too high");
  CHECK(tally.lies == 0);
  CHECK(tally.wrong_values == 0);
  CHECK(tally.refused == 0);
  CHECK(naive_lies > problems / 100);
}

TEST_CASE("no certificate lies: steep neurons far from 0 whose biases take nearly all away", "[certificates]") {
  Random random(8);
  Tally tally;
  for (int k = 0; k < problems / 10; ++k) {
    const Index n = 2 + random.index(4);
    const Vector<double> center = Vector<double>::Ones(n) + random_vector<double>(random, n, 0.2);
    Ficnn<double, Relu> f({.inputs = n, .hidden = {2}});
    const double steep = std::pow(10.0, random.uniform(1, 8));
    f.edit([&](auto& w) {  // 3 relu(a'(y - c) + 1) + relu(3 a'(c - y) + 1) = 4 nearby
      w["Wy[0]"].row(0) = random_vector<double>(random, n, steep).transpose();
      w["Wy[0]"].row(1) = -3 * w["Wy[0]"].row(0);
      w["b[0]"](0) = 1 - w["Wy[0]"].row(0).dot(center);
      w["b[0]"](1) = 1 - w["Wy[0]"].row(1).dot(center);
      w["Wz[1]"] << 3, 1;
    });
    const double width = std::pow(10.0, random.uniform(-16, -2)) / steep;
    check(f, Box(center.array() - width, center.array() + width), random, tally);
  }
  CHECK(tally.lies == 0);
  CHECK(tally.wrong_values == 0);
  CHECK(tally.refused == 0);
}

#if defined(__SSE2__)
TEST_CASE("no certificate lies where the program flushes to zero what is denormal", "[certificates]") {
  struct FlushToZero {
    FlushToZero() { _mm_setcsr(before | 0x8040); }
    ~FlushToZero() { _mm_setcsr(before); }
    unsigned before = _mm_getcsr();
  };
  Random random(6);
  Tally tally;
  {
    const FlushToZero flush;
    check_random_networks<double>(problems / 20, 7, tally);
    for (int k = 0; k < problems / 20; ++k) {
      auto f = opposed<double>(random);
      f.edit([&](auto& w) { w["Wy[0]"] *= std::pow(10.0, random.uniform(-160, -140)); });
      check(f, Box::cube(f.inputs(), -1e-160, 1e-160), random, tally);
    }
  }
  CHECK(tally.lies == 0);
  CHECK(tally.wrong_values == 0);
  CHECK(tally.refused == 0);
}
#endif

TEST_CASE("no certificate lies: extreme magnitudes", "[certificates]") {
  const auto at = [](double v) { return Vector<double>(Vector<double>::Constant(1, v)); };
  {  // a pre-activation that underflows, and is amplified
    Ficnn<double, Relu> f({.inputs = 1, .hidden = {1}});
    f.edit([](auto& w) {
      w["Wy[0]"](0, 0) = 1.7e-160;
      w["Wz[1]"](0, 0) = 1e300;
    });
    const Result r = argmin(f, Box(at(1.9e-160), at(3e-160)), {.relative_gap = 0, .absolute_gap = 1e-300});
    CHECK(static_cast<long double>(r.lower_bound) <= 1.7e-160L * 1.9e-160L * 1e300L);
  }
  for (const double d : {1e-170, 1e-163}) {  // a gradient whose square underflows
    const double D = d == 1e-170 ? 1e-300 : 1e-200;
    Ficnn<double, Identity> f({.inputs = 1, .output = {.diagonal = true, .linear = true}});
    f.edit([&](auto& w) {
      w["D"](0) = D;
      w["d"](0) = d;
    });
    const long double minimum = -0.5L * d * d / D;
    CHECK(static_cast<long double>(argmin(f, WholeSpace(1)).lower_bound) <= minimum);
  }
  for (const Index n : {200, 2000}) {  // many small terms beside a large value
    Ficnn<double, Identity> f({.inputs = 1});
    f.edit([](auto& w) { w["b[0]"](0) = 1; });
    const double q = 0.6 * 2.2e-16;
    const auto g = regularized(precompose(f, Matrix<double>(Matrix<double>::Zero(1, n))),
                               {.linear = Vector<double>(Vector<double>::Constant(n, -q))});
    const Vector<double> ones = Vector<double>::Ones(n);
    const Result r = argmin(g, Box(ones, 2 * ones));
    const long double exact = 1 + static_cast<long double>(q) * static_cast<long double>(r.y.sum());
    CHECK(std::abs(static_cast<long double>(r.value) - exact) <= static_cast<long double>(r.value_error));
    CHECK(static_cast<long double>(r.lower_bound) <= 1 + static_cast<long double>(q) * static_cast<long double>(n));
  }
  // an overflow on the way to the bound is no gap of 0
  Ficnn<double, Relu> steep({.inputs = 2, .hidden = {2}});
  steep.edit([](auto& w) {
    w["Wy[0]"] << 1e308, -1e308, 1, 1;
    w["Wz[1]"] << 0, 1;
  });
  const Result r = argmin(steep, Box::unit(2), {.start = Vector<double>::Ones(2)});
  CHECK((r.status == Status::optimal || r.gap() > 0));
}

TEST_CASE("smooth problems on bounded sets are solved to a certified 1e-6", "[certificates]") {
  Random random(4);
  int solved = 0;
  std::vector<Index> evaluations;
  constexpr int count = 1000;
  for (int k = 0; k < count; ++k) {
    const auto n = static_cast<Index>(2 * std::pow(100.0, random.uniform()));
    const Index width = 8 + random.index(57);
    std::vector<Index> widths(random.uniform() < 0.5 ? 2 : 3, width);
    Ficnn<double, Softplus> f({.inputs = n, .hidden = widths});
    randomize(f, random, std::pow(10.0, random.uniform(-0.5, 0.7)));
    Result r;
    if (k % 4 == 0) r = argmin(f, Box::cube(n, -1, 1));
    if (k % 4 == 1) r = argmin(f, Simplex(n));
    if (k % 4 == 2) r = argmin(f, Ball(Vector<double>::Zero(n), 1));
    if (k % 4 == 3) r = argmin(f, Product(Box::unit(n / 2), Simplex(n - n / 2)));
    const bool good = r.status == Status::optimal && r.relative_gap() <= 1e-6 && r.evaluations <= 1000;
    solved += good ? 1 : 0;
    evaluations.push_back(r.evaluations);
  }
  std::ranges::sort(evaluations);
  WARN(solved << " of " << count << " solved; evaluations: median " << evaluations[count / 2] << ", 99th percentile "
              << evaluations[count * 99 / 100] << ", most " << evaluations.back());
  CHECK(solved >= 990);
}

TEST_CASE("kinked problems are solved, and by a method for smooth ones honestly left open", "[certificates]") {
  Random random(5);
  int solved = 0, open = 0;
  std::vector<Index> evaluations;
  for (int k = 0; k < 200; ++k) {
    const Index n = 2 + random.index(20);
    Ficnn<double, Relu> f({.inputs = n, .hidden = {20, 20}});
    randomize(f, random);
    const Result bundle = argmin(f, Box::cube(n, -1, 1), {.relative_gap = 1e-8});
    solved += bundle.status == Status::optimal ? 1 : 0;
    evaluations.push_back(bundle.evaluations);
    const Result r = argmin(f, Box::cube(n, -1, 1), {.method = Method::projected_gradient});
    CHECK(r.lower_bound <= bundle.value + bundle.value_error);
    CHECK(bundle.lower_bound <= r.value + r.value_error);
    const bool closed = r.gap() <= 1e-6 * std::max(1.0, std::abs(r.value));
    CHECK(closed == (r.status == Status::optimal));
    if (!closed) CHECK((r.status == Status::uncertified || r.status == Status::budget_reached));
    open += closed ? 0 : 1;
  }
  std::sort(evaluations.begin(), evaluations.end());
  WARN(solved << " of 200 solved to 1e-8; evaluations: median " << evaluations[100] << ", most " << evaluations.back()
              << "; " << open << " left open by projected gradient");
  CHECK(solved == 200);
  CHECK(open > 0);
}
