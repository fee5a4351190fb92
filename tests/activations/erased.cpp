// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/erased.hpp>

#include <icnn/activations/any.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

struct Plain {  // declares nothing
  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    return {S(3 * t), S(3), S(0)};
  }
  friend bool operator==(const Plain&, const Plain&) = default;
};

/// Up to so many epsilons. NaN is NaN.
template <class S>
bool same(const Vector<S>& a, const Vector<S>& b, int epsilons) {
  const S tolerance = static_cast<S>(epsilons) * std::numeric_limits<S>::epsilon();
  for (Index i = 0; i < a.size(); ++i) {
    const bool equal = a(i) == b(i) || (std::isnan(a(i)) && std::isnan(b(i)));
    if (!equal && !(std::isfinite(b(i)) && std::abs(a(i) - b(i)) <= tolerance * std::abs(b(i)))) return false;
  }
  return a.size() == b.size();
}

/// Arrays go through it as through the activation that it holds.
template <class S, class A>
void check_arrays(const A& g, int epsilons) {
  const auto erased = ErasedActivation<S>::of_context(g);
  Random random(1);
  for (const Index size : {0, 1, 7, 33}) {
    Vector<S> t = random_vector<S>(random, size, 5);
    if (size > 4) t.head(4) << S(0), std::numeric_limits<S>::infinity(), S(-700), std::numeric_limits<S>::quiet_NaN();
    for (const auto order : {kernels::Order::value, kernels::Order::first, kernels::Order::second}) {
      Vector<S> z = t, first = Vector<S>::Constant(size, -7), second = first, z2 = t, first2 = first, second2 = second;
      kernels::apply(erased, order, size, z.data(), first.data(), second.data());
      kernels::apply(g, order, size, z2.data(), first2.data(), second2.data());
      CHECK((same(z, z2, epsilons) && same(first, first2, epsilons) && same(second, second2, epsilons)));
    }
    Vector<S> z = t, z2 = t;
    S* const nothing = nullptr;
    kernels::apply(erased, kernels::Order::value, size, z.data(), nothing, nothing);
    kernels::apply(g, kernels::Order::value, size, z2.data(), nothing, nothing);
    CHECK(same(z, z2, epsilons));
  }
}

template <class S, class A>
void check_properties(const A& g) {
  const auto erased = ErasedActivation<S>::of_context(g);
  CHECK(regularity_of(erased) == regularity_of(g));
  CHECK(never_decreases(erased) == never_decreases(g));
  CHECK(slope_range_of(erased) == slope_range_of(g));
  CHECK(pieces_of(erased) == pieces_of(g));
  CHECK(name_of(erased) == name_of(g));
  CHECK(knows_conjugate(erased) == knows_conjugate(g));
  for (const double t : {-1.5, -1.0, 0.0, 0.25, 1.0, 1.5, infinity}) CHECK(conjugate_of(erased, t) == conjugate_of(g, t));
  for (const double t : {-800.0, -1.0, -0.0, 1e-9, 0.5, 3.0, 1e300}) {
    const Jet<double> got = erased.jet(t), expected = g.jet(t);
    CHECK((got.value == expected.value && got.first == expected.first && got.second == expected.second));
  }
}

/// What is erased may be the library's copy, where an optimizing compiler fuses other multiplications of an exponential with
/// other additions than here.
constexpr int of_exponentials = 16;
template <class A>
void check_erased(const A& g, int epsilons = 0) {
  INFO(name_of(g));
  check_arrays<double>(g, epsilons);
  check_arrays<float>(g, epsilons);
  check_properties<double>(g);
  check_properties<float>(g);
}

}  // namespace

TEST_CASE("ErasedActivation says and does what it holds, in float and in double", "[activations]") {
  check_erased(Relu{});
  check_erased(Identity{});
  check_erased(LeakyRelu(0.25));
  check_erased(Softplus(3), of_exponentials);
  check_erased(Elu(0.5), of_exponentials);
  check_erased(Celu(2), of_exponentials);
  check_erased(SmoothRelu(0.5));
  check_erased(Square{});
  check_erased(AbsoluteValue{});
  check_erased(SquaredLeakyRelu(0.5));
  check_erased(Tanh{}, of_exponentials);
  check_erased(Sigmoid{}, of_exponentials);
  check_erased(AnyActivation(Softplus(2)), of_exponentials);
  check_erased(AnyContextActivation(Tanh{}), of_exponentials);
  check_erased(Plain{});
}

TEST_CASE("ErasedActivation is a regular value: equal where type and parameters are", "[activations]") {
  using Erased = ErasedActivation<double>;
  STATIC_REQUIRE(std::regular<Erased>);
  STATIC_REQUIRE(Activation<Erased>);
  STATIC_REQUIRE((is_convex<Erased>() && is_non_decreasing<Erased>()));
  CHECK(Erased() == Erased::behind_weights(Identity{}));
  const auto two = Erased::behind_weights(Softplus(2));
  CHECK(two == Erased::behind_weights(Softplus(2)));
  CHECK(two == Erased::in_first_layer(Softplus(2)));
  CHECK(two == Erased::of_context(Softplus(2)));
  CHECK(two != Erased::behind_weights(Softplus(3)));
  CHECK(two != Erased::behind_weights(Celu(2)));
  CHECK(two != Erased::behind_weights(AnyActivation(Softplus(2))));
  CHECK(two != Erased());
  CHECK(Erased::of_context(Tanh{}) != Erased::of_context(Sigmoid{}));
  auto copy = two;
  CHECK(copy == two);
  copy = Erased();
  CHECK((copy != two && copy == Erased()));
  copy = two;
  const auto moved = std::move(copy);
  CHECK(moved == two);
  copy = moved;
  CHECK(copy == two);
}
