// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/softplus.hpp>
#include <icnn/kernels/elementwise.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("an activation over an array equals the activation one by one; an order writes no more than it says",
          "[kernels]") {
  Random random(1);
  const Softplus g(2);
  for (const Index size : {0, 1, 7, 33}) {
    const Vector<double> t = random_vector<double>(random, size, 5);
    for (const auto order : {kernels::Order::value, kernels::Order::first, kernels::Order::second}) {
      Vector<double> z = t, first = Vector<double>::Constant(size, -7), second = first;
      kernels::apply(g, order, size, z.data(), first.data(), second.data());
      for (Index i = 0; i < size; ++i) {
        const auto near = [](double a, double b) { return std::abs(a - b) <= 8e-16 * std::abs(b); };
        CHECK(near(z(i), g.jet(t(i)).value));
        CHECK(near(first(i), order == kernels::Order::value ? -7 : g.jet(t(i)).first));
        CHECK(near(second(i), order == kernels::Order::second ? g.jet(t(i)).second : -7));
      }
    }
  }
}
