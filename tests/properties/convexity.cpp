// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <string>

#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/rounding.hpp"
#include "tests/support/unchecked.hpp"

/// Convexity, by what it means: chords lie above, tangents below. The whole suite makes more than a million such checks,
/// over activations, architectures and weights of size 1e-8..1e8, and allows for rounding by a proven bound.
using namespace icnn;
using namespace icnn::test;

namespace {

const int fewer = cases(1, 10, 20);  // so many times

struct Count {
  long checks = 0;
  long violations = 0;
};

/// \p pairs chords and twice as many tangents, from points at all distances from each other.
template <class Chain>
void check_convex(const BasicFicnn<Chain>& f, Random& random, int pairs, double spread, Count& count) {
  const Index n = f.inputs();
  auto ws = f.workspace();
  Vector<double> ga(n), gb(n), a(n), b(n), m(n);
  for (int pair = 0; pair < pairs; ++pair) {
    random.fill_normal(a, spread);
    random.fill_normal(b, spread * std::pow(10.0, random.uniform(-3, 1)));
    b += a;
    const double t = random.uniform();
    m = t * a + (1 - t) * b;
    const double fa = f.gradients(a, {.y = ga}, ws), fb = f.gradients(b, {.y = gb}, ws), fm = f.value(m, ws);
    const double ea = magnitude(f, a).error, eb = magnitude(f, b).error, em = magnitude(f, m).error;
    const double chord_slack = ea + eb + em + 4e-16 * (std::abs(fa) + std::abs(fb) + std::abs(fm));
    count.violations += !(fm <= t * fa + (1 - t) * fb + chord_slack);
    const auto tangent = [&](double from, const Vector<double>& g, const Vector<double>& start, double to,
                             const Vector<double>& end) {
      // g is the slope of f with s moved by its rounding error: that costs its own multiple of the value's bound.
      const double linear = g.dot(end - start);
      const double slack = 4 * (ea + eb) + 1e-15 * static_cast<double>(n + 8) * g.cwiseAbs().dot((end - start).cwiseAbs());
      count.violations += !(to >= from + linear - slack);
    };
    tangent(fa, ga, a, fb, b);
    tangent(fb, gb, b, fa, a);
    count.checks += 3;
  }
}

const std::vector<AnyActivation> behind_the_first{Relu{},     Identity{},   LeakyRelu(0.01), LeakyRelu(0.5),
                                                  Softplus{}, Softplus(20), Elu{},           Elu(0.3),
                                                  Celu(0.5),  Celu(4),      SmoothRelu(0.1)};
const std::vector<AnyFirstActivation> first{Relu{},     Softplus{}, Square{}, AbsoluteValue{}, SquaredLeakyRelu(0.2),
                                            Identity{}, Celu(0.5),  Elu{}};

}  // namespace

TEST_CASE("FICNN: a million chords and tangents", "[convexity]") {
  Random random(1);
  Count count;
  for (std::size_t h = 0; h < behind_the_first.size(); ++h)
    for (std::size_t g = 0; g < first.size(); ++g)
      for (const double scale : {1.0, 1e-8, 1e8, 0.0}) {  // 0: every block its own size between
        const FicnnOptions a{.inputs = 1 + static_cast<Index>((h + g) % 5),
                             .hidden = std::vector<Index>(1 + (h + 2 * g) % 3, 6),
                             .passthrough = (h + g) % 3 != 0,
                             .bias = g % 4 != 3,
                             .quadratic_rank = never_decreases(first[g]) ? static_cast<Index>((h + g) % 3) : 0,
                             .output = {.diagonal = h % 2 == 0, .rank = static_cast<Index>(g % 2), .linear = h % 3 == 0}};
        AnyFicnn<double> f(
            a, Activations<AnyActivation, AnyFirstActivation, AnyActivation>{{behind_the_first[h]}, first[g], Identity{}});
        randomize(f, random);
        f.edit([&](auto& e) {
          for (const Block& block : f.layout().blocks())
            e[block] *= scale > 0 ? scale : std::pow(10.0, random.uniform(-8, 8));
        });
        check_convex(f, random, 800 / fewer, 1, count);
        check_convex(f, random, 200 / fewer, 100, count);
      }
  INFO(count.checks << " checks");
  CHECK(count.checks >= 1000000 / fewer);
  CHECK(count.violations == 0);
}

TEST_CASE("PICNN: convex in y at every context, with both gates", "[convexity]") {
  Random random(2);
  Count count;
  for (std::size_t h = 0; h < behind_the_first.size(); ++h)
    for (const Gate gate : {Gate::positive_part, Gate::softplus}) {
      AnyPicnn<double> f({.context = 2,
                          .inputs = 3,
                          .hidden = {5, 5},
                          .context_hidden = {4, 4},
                          .gate = gate,
                          .output = {.diagonal = true, .rank = 1, .bilinear = true}},
                         PicnnActivations<AnyActivation, AnyContextActivation, AnyFirstActivation, AnyActivation>{
                             {{behind_the_first[h]}, first[h % first.size()], Identity{}}, Tanh{}});
      for (const double scale : {1.0, 1e-3, 1e3}) {
        randomize(f, random, scale);
        for (int context = 0; context < 10; ++context) {
          check_convex(f.at(random_vector<double>(random, 2, 3)), random, 100 / fewer, 1, count);
        }
      }
    }
  CHECK(count.violations == 0);
  CHECK(count.checks >= 100000 / fewer);
}

#ifndef ICNN_FEWER_CASES  // for its time
TEST_CASE("negative control: flipping the sign of the largest W^z of any layer is noticed", "[convexity]") {
  Random random(3);
  for (const AnyActivation& g : {AnyActivation(Softplus(3)), AnyActivation(Relu{}), AnyActivation(Celu(0.5))}) {
    for (Index layer = 1; layer <= 3; ++layer) {
      Count before, after;
      int caught = 0;
      for (int network = 0; network < 20; ++network) {
        AnyFicnn<double> f({.inputs = 2, .hidden = {3, 3, 3}},
                           Activations<AnyActivation, AnyFirstActivation, AnyActivation>{{g}, Softplus(3), Identity{}});
        randomize(f, random);
        check_convex(f, random, 1000, 1, before);
        const Block& block = f.layout()[block_name("Wz", layer)];
        auto& vector = Unchecked::vector(f);
        Index largest = 0;
        vector.segment(block.offset, block.size()).maxCoeff(&largest);
        vector(block.offset + largest) *= -1;
        CHECK(audit(f.layout(), vector).size() == 1);
        const long violations = after.violations;
        check_convex(f, random, 1000, 1, after);
        caught += after.violations > violations;
      }
      CHECK(before.violations == 0);
      INFO("layer " << layer << ", " << name_of(g) << ": " << caught << " of 20 networks, " << after.violations << " of "
                    << after.checks);
      CHECK(after.violations > 0);
      CHECK(caught >= 5);
    }
  }
}
#endif
