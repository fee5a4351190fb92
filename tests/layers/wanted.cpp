// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/layers/wanted.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

namespace {

Layout three_layers() {
  Layout layout;
  for (Index i = 0; i < 3; ++i) layout.add({block_name("W", i), i, 2, 1});
  return layout;
}

}  // namespace

TEST_CASE("a gradient reaches no lower than it must", "[layers]") {
  const Layout layout = three_layers();
  Vector<double> p(6), y(1);
  CHECK(lowest_layer(layout, Wanted<double>{.parameters = p}) == 0);
  const Selection last{0, 0, 1}, none{0, 0, 0};
  CHECK(lowest_layer(layout, Wanted<double>{.parameters = p, .only = last}) == 2);
  CHECK(lowest_layer(layout, Wanted<double>{.y = y, .parameters = p, .only = last}) == 0);
  CHECK(lowest_layer(layout, Wanted<double>{.parameters = p, .only = none}) > 2);
}

TEST_CASE("outputs are cleared where they will be written, unless the caller accumulates", "[layers]") {
  const Layout layout = three_layers();
  Vector<double> p = Vector<double>::Ones(6), y = Vector<double>::Ones(1);
  detail::clear(Wanted<double>{.y = y, .parameters = p, .accumulate = true}, layout);
  CHECK(p.sum() + y.sum() == 7);
  const Selection middle{0, 1, 0};
  detail::clear(Wanted<double>{.y = y, .parameters = p, .only = middle}, layout);
  CHECK(p.sum() + y.sum() == 4);
  CHECK(p(2) == 0);
  detail::clear(Wanted<double>{.parameters = p}, layout);
  CHECK(p.isZero());
  CHECK_ERROR(detail::check_selection("here", Selection{1}, layout), "one flag per block, 3");
}

TEST_CASE("a sink wants the blocks that are there and chosen", "[layers]") {
  double number = 0;
  const Selection middle{0, 1, 0};
  CHECK_FALSE(ParameterSink<double>{}.wants(0));
  CHECK(ParameterSink<double>{&number}.wants(0));
  CHECK_FALSE(ParameterSink<double>{&number}.wants(-1));
  CHECK(ParameterSink<double>{&number, middle}.wants(1));
  CHECK_FALSE(ParameterSink<double>{&number, middle}.wants(2));
}
