// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/rounding.hpp"

#ifdef ICNN_HAS_BOOST
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/eigen.hpp>
#endif

/// One network in several scalars: float, double and quadruple precision.
using namespace icnn;
using namespace icnn::test;

namespace {

const std::vector<AnyActivation> tried{Relu{}, LeakyRelu(0.25), Softplus(2), Elu(0.5), Celu(1.5), SmoothRelu(0.5)};

AnyFicnn<float> random_network(std::size_t h, Random& random) {
  AnyFicnn<float> f({.inputs = 4, .hidden = {8, 8}, .output = {.diagonal = true, .rank = 2, .linear = true}},
                    Activations<AnyActivation, AnyFirstActivation, AnyActivation>{{tried[h]}, Softplus{}, Identity{}});
  randomize(f, random);
  return f;
}

}  // namespace

namespace {

/// A number with its derivative: what users differentiate through, in ten lines.
struct Dual {
  double v = 0, d = 0;
  Dual() = default;
  Dual(double value, double slope = 0) : v(value), d(slope) {}
  Dual operator-() const { return {-v, -d}; }
  friend Dual operator+(Dual a, Dual b) { return {a.v + b.v, a.d + b.d}; }
  friend Dual operator-(Dual a, Dual b) { return {a.v - b.v, a.d - b.d}; }
  friend Dual operator*(Dual a, Dual b) { return {a.v * b.v, a.d * b.v + a.v * b.d}; }
  friend Dual operator/(Dual a, Dual b) { return {a.v / b.v, (a.d - a.v / b.v * b.d) / b.v}; }
  friend auto operator<=>(Dual a, Dual b) { return a.v <=> b.v; }
  friend Dual exp(Dual a) { return {std::exp(a.v), std::exp(a.v) * a.d}; }
  friend Dual expm1(Dual a) { return {std::expm1(a.v), std::exp(a.v) * a.d}; }
  friend Dual log1p(Dual a) { return {std::log1p(a.v), a.d / (1 + a.v)}; }
};

/// At and beside the joints of its formula the derivative of a value is the slope, that of a slope the second derivative.
template <class A>
void check_duals(const A& g, const std::vector<double>& joints) {
  const Regularity regularity = regularity_of(g);
  for (const double joint : joints) {
    for (const double t : {joint, std::nextafter(joint, -9.0), std::nextafter(joint, 9.0), joint - 0.7, joint + 0.7}) {
      INFO(name_of(g) << " at " << t);
      const auto numbers = g.jet(t);
      const auto duals = g.jet(Dual(t, 1));
      CHECK((duals.value.v == numbers.value && duals.first.v == numbers.first));
      if (t != joint || regularity.derivatives > 0) CHECK(std::abs(duals.value.d - numbers.first) <= 1e-15);
      if (t != joint || regularity.derivatives > 1) CHECK(std::abs(duals.first.d - numbers.second) <= 1e-15);
    }
  }
}

}  // namespace

TEST_CASE("numbers that carry derivatives have the right ones, at the joints of activations, too", "[scalars]") {
  check_duals(Softplus{}, {0});
  check_duals(Softplus(3), {0});
  check_duals(Elu{}, {0});
  check_duals(Elu(0.5), {0});
  check_duals(Celu(0.5), {0});
  check_duals(SmoothRelu(0.5), {0, 0.5});
  check_duals(Relu{}, {0});
  check_duals(LeakyRelu(0.25), {0});
  check_duals(Square{}, {0});
  check_duals(SquaredLeakyRelu(0.25), {0});
  check_duals(AbsoluteValue{}, {0});
  check_duals(Sigmoid{}, {0});
  check_duals(Tanh{}, {0});
}

TEST_CASE("float equals double on the same weights, within 50 eps times the condition", "[scalars]") {
  Random random(1);
  for (std::size_t h = 0; h < tried.size(); ++h) {
    for (int trial = 0; trial < 50; ++trial) {
      const AnyFicnn<float> single = random_network(h, random);
      const auto full = single.cast<double>();
      const Vector<float> y = random_vector<float>(random, 4);
      const Vector<double> exact = y.cast<double>();
      const double eps = std::numeric_limits<float>::epsilon();
      const double condition = magnitude(full, exact).size / std::max(1e-30, std::abs(full(exact)));
      CHECK(std::abs(static_cast<double>(single(y)) - full(exact)) <= 50 * eps * condition * std::abs(full(exact)));
      const Vector<double> g = full.gradient(exact), gs = single.gradient(y).cast<double>();
      // g sums non-negative parts of W^y with signs: what is lost is relative to the sum without them.
      auto unsigned_y = full;
      unsigned_y.edit([&](auto& e) {
        for (const Block& block : full.layout().blocks())
          if (block.name.starts_with("Wy")) e[block] = e[block].cwiseAbs();
      });
      const double size = unsigned_y.gradient(exact.cwiseAbs()).norm() + condition;
      CHECK((g - gs).norm() <= 50 * eps * std::max(size, g.norm()));
    }
  }
}

TEST_CASE("casting keeps the network, and refuses what does not fit", "[scalars]") {
  Random random(2);
  const auto single = random_network(0, random);
  CHECK(single.cast<double>().cast<float>() == single);
  AnyFicnn<double> large({.inputs = 1});
  large.edit([](auto& e) { e.vector().setConstant(1e300); });
  CHECK_ERROR(large.cast<float>(), "finite parameters");
  AnyPicnn<float> p({.context = 2, .inputs = 2, .hidden = {3}, .context_hidden = {2}});
  randomize(p, random);
  const Vector<double> x = Vector<double>::Ones(2), y = x;
  CHECK(std::abs(p.cast<double>()(x, y) -
                 static_cast<double>(p(Vector<float>(x.cast<float>()), Vector<float>(y.cast<float>())))) <= 1e-5);
}

#ifdef ICNN_HAS_BOOST
namespace {
using Quad = boost::multiprecision::cpp_bin_float_quad;
}

TEST_CASE("double agrees with quadruple precision within its rounding bound", "[scalars]") {
  Random random(3);
  for (std::size_t h = 0; h < tried.size(); ++h) {
    for (int trial = 0; trial < 5; ++trial) {
      const auto f = random_network(h, random).cast<double>();
      const auto quad = f.cast<Quad>();
      const Vector<double> y = random_vector<double>(random, 4);
      const Quad exact = quad(Vector<Quad>(y.cast<Quad>()));
      CHECK(std::abs(static_cast<double>(exact - Quad(f(y)))) <= magnitude(f, y).error);
      const Vector<Quad> g = quad.gradient(Vector<Quad>(y.cast<Quad>()));
      CHECK((g.cast<double>() - f.gradient(y)).norm() <= 1e-12 * std::max(1.0, f.gradient(y).norm()));
    }
  }
}
#else
TEST_CASE("SKIPPED: quadruple precision needs Boost (libboost-dev)", "[scalars]") { WARN("SKIPPED: Boost was not found"); }
#endif
