// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/describe.hpp>
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("describe: layers, sizes, costs and the reason for convexity", "[describe]") {
  const Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3, 4}, .output = {.diagonal = true}});
  const Description d = describe(f);
  CHECK(d.kind == "FICNN");
  CHECK(d.parameters == f.parameter_count());
  CHECK(d.parameter_bytes == 8 * f.parameter_count());
  REQUIRE(d.layers.size() == 3);
  CHECK(d.layers[1].width == 4);
  CHECK(d.layers[1].parameters == 12 + 8 + 4);
  CHECK(d.output_term_parameters == 2);
  CHECK(contains(d.convexity, "Proposition 1"));
  const std::string printed = Catch::Detail::stringify(d);
  CHECK(contains(printed, "layer 0: 3 x Softplus(1), 9 parameters"));
  CHECK(contains(printed, "not piecewise linear, twice differentiable"));
}

TEST_CASE("describe: PICNN and feed-forward", "[describe]") {
  const Description p =
      describe(Picnn<float, Relu, Tanh>({.context = 5, .inputs = 2, .hidden = {3}, .context_hidden = {7}}));
  CHECK(p.kind == "PICNN");
  CHECK(p.context == 5);
  CHECK(p.layers[0].context_width == 7);
  CHECK(p.layers[1].context_width == 0);
  CHECK(p.regularity == Regularity{true, 0});
  CHECK(p.parameter_bytes == 4 * p.parameters);
  const Description f = describe(FeedForward<double, Tanh>({.inputs = 2, .hidden = {3}, .outputs = 4}));
  CHECK(f.outputs == 4);
  CHECK(f.convexity.empty());
}

TEST_CASE("a network prints as its description", "[describe]") {
  const Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  const Picnn<float, Relu, Tanh> p({.context = 5, .inputs = 2, .hidden = {3}, .context_hidden = {7}});
  const FeedForward<double, Tanh> n({.inputs = 2, .hidden = {3}, .outputs = 4});
  CHECK(Catch::Detail::stringify(f) == Catch::Detail::stringify(describe(f)));
  CHECK(Catch::Detail::stringify(p) == Catch::Detail::stringify(describe(p)));
  CHECK(Catch::Detail::stringify(n) == Catch::Detail::stringify(describe(n)));
}
