// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cmath>
#include <icnn/core/random.hpp>
#include <random>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("random numbers repeat from their seed, on every platform", "[core]") {
  Random a(42), b(42), c(43);
  CHECK(a() == b());
  CHECK(a() != c());
  Random reference(0);
  const auto first = reference();
  CHECK(first == 5987356902031041503U);  // xoshiro256++ behind splitmix64(0)
  STATIC_REQUIRE(std::uniform_random_bit_generator<Random>);
}

TEST_CASE("random numbers have their moments", "[core]") {
  Random random(1);
  const int count = 200000;
  double mean = 0, square = 0, uniform = 0;
  Index most = 0;
  for (int i = 0; i < count; ++i) {
    const double z = random.normal();
    mean += z / count;
    square += z * z / count;
    uniform += random.uniform(2, 4) / count;
    most = std::max(most, random.index(7));
  }
  CHECK(std::abs(mean) < 0.01);
  CHECK(std::abs(square - 1) < 0.02);
  CHECK(std::abs(uniform - 3) < 0.01);
  CHECK(most == 6);
  Random split = random.split();
  CHECK_FALSE(split == random);
  Matrix<float> m(3, 3);
  random.fill_uniform(m.leftCols(2), 1, 2);
  CHECK(m.leftCols(2).minCoeff() >= 1);
  random.fill_normal(m);
  CHECK(m.allFinite());
}

TEST_CASE("random numbers go on from a state that was stored", "[core]") {
  Random random(7);
  (void)random();
  Random again = Random::from_state(random.state());
  CHECK(again == random);
  CHECK(again() == random());
  CHECK(Random::from_state({}) == Random(0));  // all zero would stay zero
}
