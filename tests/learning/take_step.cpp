// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/softplus.hpp>
#include <icnn/learning/optimizers.hpp>
#include <icnn/learning/take_step.hpp>
#include <icnn/networks/ficnn.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a step projects negative W^z, and refuses to make anything that is not finite", "[learning]") {
  Random random(1);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  Sgd<double> sgd({.rate = 1});
  const Vector<double> large = Vector<double>::Constant(f.parameter_count(), 100);
  CHECK(take_step(f, sgd, large));
  CHECK(f.parameters()["Wz[1]"].cwiseAbs().maxCoeff() == 0);
  CHECK(f.parameters()["Wy[0]"].maxCoeff() < -90);
  const auto before = f;
  Vector<double> bad = large;
  bad(1) = std::nan("");
  CHECK_FALSE(take_step(f, sgd, bad));
  CHECK(f == before);
  CHECK_FALSE(take_step(f, sgd, Vector<double>(large * 1e307)));  // overflows
  CHECK(f == before);
  CHECK_ERROR(take_step(f, sgd, Vector<double>::Ones(1)), "a gradient of shape");
}

TEST_CASE("a sweep that fails or throws leaves the network as it was", "[learning]") {
  Random random(3);
  Ficnn<double, Softplus> f({.inputs = 30, .hidden = {50, 50}});
  randomize(f, random);
  const auto kept = f;
  Vector<double> before;
  for (const Index bad : {Index{0}, Index{1023}, Index{1500}, f.parameter_count() - 1}) {
    const auto spoil = [&](Index first, auto piece, bool by_throwing) {
      piece.array() -= 1;
      if (bad < first || bad >= first + piece.size()) return;
      if (by_throwing) fail({"spoil", "no more", "stop"});
      piece(bad - first) = infinity;
    };
    CHECK_FALSE(f.sweep([&](const Block&, Index first, auto piece) { spoil(first, piece, false); }, before));
    CHECK(f == kept);
    CHECK_ERROR(f.sweep([&](const Block&, Index first, auto piece) { spoil(first, piece, true); }, before), "stop");
    CHECK(f == kept);
  }
}

/// What a user may write: a step on the whole vector, and nothing else.
struct Plain {
  template <class P, class G>
  void step(P&& parameters, const G& gradient, double factor) {
    parameters -= factor * gradient;
  }
};

TEST_CASE("an optimizer needs no more than step()", "[learning]") {
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  Plain plain;
  const Vector<double> g = Vector<double>::Ones(f.parameter_count());
  CHECK(take_step(f, plain, g, 0.5));
  CHECK(f.parameters()["Wz[1]"].isZero());
  CHECK(f.parameters()["Wy[0]"].isConstant(-0.5));
}

namespace {

/// Adam, AdamW, projection with its forgetting, and the two reparametrizations, entry by entry.
struct ByHand {
  AdamSettings settings;
  std::vector<double> m, v;
  int t = 0;

  void step(const Layout& layout, Vector<double>& p, const Vector<double>& gradient, double factor) {
    m.resize(static_cast<std::size_t>(p.size()));
    v.resize(m.size());
    ++t;
    for (const Block& block : layout.blocks()) {
      for (Index k = 0; k < block.size(); ++k) {
        const Index i = block.offset + k;
        const auto at = static_cast<std::size_t>(i);
        const bool has_sign = block.non_negative(k % block.rows, k / block.rows);
        const auto how = has_sign ? settings.non_negativity : NonNegativity::projection;
        const double w = how == NonNegativity::projection ? p(i) : std::max(p(i), 1e-6);
        const double raw = how == NonNegativity::softplus      ? std::log(std::expm1(w))
                           : how == NonNegativity::exponential ? std::log(w)
                                                               : w;
        const double slope = how == NonNegativity::softplus      ? 1 / (1 + std::exp(-raw))
                             : how == NonNegativity::exponential ? w
                                                                 : 1;
        const double g = gradient(i) * slope;
        m[at] = settings.beta1 * m[at] + (1 - settings.beta1) * g;
        v[at] = settings.beta2 * v[at] + (1 - settings.beta2) * g * g;
        const double mean = m[at] / (1 - std::pow(settings.beta1, t)), square = v[at] / (1 - std::pow(settings.beta2, t));
        const double step = factor * settings.rate * mean / (std::sqrt(square) + settings.epsilon);
        const double keep = block.name[0] == 'b' || block.name[0] == 'd' || block.name[0] == 'D'
                                ? 1
                                : 1 - factor * settings.rate * settings.weight_decay;
        if (how == NonNegativity::projection) {
          p(i) = keep * w - step;
          if (has_sign && p(i) < 0) p(i) = m[at] = 0;
        } else {
          p(i) = keep * (how == NonNegativity::softplus ? std::log1p(std::exp(raw - step)) : std::exp(raw - step));
        }
      }
    }
  }
};

}  // namespace

TEST_CASE("a step is what its formulas say, however W^z >= 0 is kept", "[learning]") {
  for (const auto how : {NonNegativity::projection, NonNegativity::softplus, NonNegativity::exponential}) {
    Random random(2);
    Ficnn<double, Softplus> f({.inputs = 3, .hidden = {40, 50}, .non_decreasing = {1}, .output = {.linear = true}});
    randomize(f, random);
    const AdamSettings settings{.rate = 0.3, .weight_decay = 0.01, .non_negativity = how};
    Adam<double> adam(settings);
    ByHand by_hand{settings, {}, {}};
    Vector<double> before, expected = f.parameters().vector();
    for (int step = 0; step < 8; ++step) {
      const auto g = random_vector<double>(random, f.parameter_count());
      by_hand.step(f.layout(), expected, g, 0.5);
      CHECK(take_step(f, adam, g, 0.5, before));
      CHECK((f.parameters().vector() - expected).cwiseAbs().maxCoeff() < 1e-12 * (1 + expected.cwiseAbs().maxCoeff()));
      CHECK(audit(f.layout(), f.parameters().vector()).empty());
    }
    if (how != NonNegativity::projection) CHECK(f.parameters()["Wz[1]"].minCoeff() > 0);
  }
}

TEST_CASE("weights from 0 to huge ones, and steps of any size, stay finite and move the right way", "[learning]") {
  for (const bool softplus : {true, false}) {
    const detail::Reparametrized<double> by{softplus};
    for (const double w : {0.0, 1e-300, 1e-6, 1e-3, 0.5, 1.0, 3.0, 50.0, 800.0}) {
      const double start = by.from(w);
      for (const double d : {-20.0, -1.0, -1e-3, 1e-3, 1.0, 20.0, 2000.0}) {
        const double moved = by.moved(w, d);
        INFO(softplus << " " << w << " " << d << ": " << moved);
        CHECK((std::isfinite(moved) && moved >= 0));
        CHECK((d > 0 ? moved < start : moved > start));
        // The slope is that of the map, by a small step of V.
        const double h = 1e-6 / (1 + start);
        CHECK(std::abs((by.moved(w, -h) - by.moved(w, h)) / (2 * h) - by.slope(w)) <= 1e-4 * by.slope(w) + 1e-12);
      }
    }
  }
}

TEST_CASE("a weight that projection stopped leaves 0 as soon as its gradient turns", "[learning]") {
  Ficnn<double, Softplus> f({.inputs = 1, .hidden = {1}});
  Adam<double> adam({.rate = 0.1});
  const Index i = f.layout()["Wz[1]"].offset;
  Vector<double> g = Vector<double>::Zero(f.parameter_count());
  g(i) = 1;
  for (int step = 0; step < 20; ++step) CHECK(take_step(f, adam, g));
  CHECK(f.parameters().vector()(i) == 0);
  g(i) = -1;
  CHECK(take_step(f, adam, g));
  CHECK(f.parameters().vector()(i) > 0);
}
