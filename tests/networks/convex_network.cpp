// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/convex_network.hpp>

#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("a network is as smooth as the least smooth of its parts, and as strongly convex as D", "[networks]") {
  const auto regularity = [](AnyActivation hidden, AnyFirstActivation first, const OutputTermShape& output) {
    return AnyFicnn<double>({.inputs = 2, .hidden = {3, 3}, .output = output}, hidden, first).regularity();
  };
  CHECK(regularity(Softplus{}, Square{}, {}) == Regularity{false, 2});
  CHECK(regularity(Softplus{}, Celu{}, {}) == Regularity{false, 1});
  CHECK(regularity(Softplus{}, Relu{}, {}) == Regularity{false, 0});
  CHECK(regularity(Relu{}, AbsoluteValue{}, {.linear = true}) == Regularity{true, 0});
  CHECK(regularity(Relu{}, AbsoluteValue{}, {.diagonal = true}) == Regularity{false, 0});
  CHECK(regularity(Identity{}, Identity{}, {}) == Regularity{true, 2});
  CHECK(AnyFicnn<double>({.inputs = 2}, Relu{}).regularity() == Regularity{true, 2});  // one affine layer
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}, .output = {.diagonal = true, .rank = 1}});
  CHECK(f.strong_convexity() == 0);
  f.edit([](auto& w) { w["D"] << 0.5, 0.25; });
  CHECK(f.strong_convexity() == 0.25);
  CHECK(Ficnn<double, Softplus>({.inputs = 2}).strong_convexity() == 0);
}

TEST_CASE("a network takes over parameters and activations of another of equal layout", "[networks]") {
  Random random(1);
  const FicnnOptions shape{.inputs = 2, .hidden = {3, 4}};
  AnyFicnn<float> f(shape, Softplus(2));
  randomize(f, random);
  AnyFicnn<double> g(shape, Relu{});
  g.assign(f);
  CHECK(g == f.cast<double>());
  const Vector<double> y = random_vector<double>(random, 2);
  CHECK(g(y) == f.cast<double>()(y));
  const AnyFicnn<double> before = g;
  CHECK_ERROR(g.assign(AnyFicnn<double>({.inputs = 2, .hidden = {4, 3}}, Relu{})), "parameters of the same layout");
  CHECK(g == before);
  AnyFicnn<double> large(shape, Celu{});
  large.edit([](auto& w) { w["b[0]"](0) = 1e300; });
  const AnyFicnn<float> kept = f;
  CHECK_ERROR(f.assign(large), "parameters that fit the scalar");
  CHECK(f == kept);
}

TEST_CASE("what makes a shape: sizes and blocks, not activations and numbers", "[networks]") {
  const FicnnOptions shape{.inputs = 2, .hidden = {3}};
  Random random(2);
  AnyFicnn<double> f(shape, Softplus{});
  const ShapeKey key = f.shape_key();
  randomize(f, random);
  CHECK(f.shape_key() == key);
  CHECK(AnyFicnn<double>(shape, Relu{}).shape_key() == key);
  CHECK(AnyFicnn<double>({.inputs = 2, .hidden = {4}}).shape_key() != key);
  CHECK(AnyFicnn<double>({.inputs = 3, .hidden = {3}}).shape_key() != key);
  CHECK(AnyFicnn<double>({.inputs = 2, .hidden = {3}, .output = {.rank = 1}}).shape_key() != key);
  CHECK((f.inputs() == 2 && f.context_size() == 0 && f.depth() == 2));
  const Picnn<double, Softplus> g({.context = 5, .inputs = 2, .hidden = {3}, .context_hidden = {4}});
  CHECK((g.inputs() == 2 && g.context_size() == 5 && g.depth() == 2 && g.shape_key() != key));
  STATIC_REQUIRE((!AnyFicnn<double>::is_partial && Picnn<double, Softplus>::is_partial));
}
