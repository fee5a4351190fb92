// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/parameterized.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

namespace {

/// The least network: two blocks, the second non-negative.
template <class S>
struct Least : Parameterized<S> {
  explicit Least(Index rows = 2) : Parameterized<S>(layout_of(rows)) {}
  using Parameterized<S>::p;
  using Parameterized<S>::set;

  static Layout layout_of(Index rows) {
    Layout layout;
    layout.add({.name = "a", .rows = rows, .cols = 1});
    layout.add({.name = "b", .rows = 1, .cols = 2, .sign = Sign::non_negative});
    return layout;
  }
};

}  // namespace

TEST_CASE("a network's parameters are read, edited as a whole and swept", "[networks]") {
  Least<double> f;
  CHECK((f.parameter_count() == 4 && f.layout().blocks().size() == 2));
  CHECK(f.parameters().vector() == Vector<double>::Zero(4));
  const double* const place = f.p();
  f.edit([](auto& w) { w["a"] << 1, -2; });
  CHECK(f.parameters().vector() == Vector<double>{{1, -2, 0, 0}});
  CHECK_ERROR(f.edit([](auto& w) { w["b"](0, 1) = -1; }), "Proposition 1");
  f.edit([](auto& w) { w["b"] << 3, -1; }, Positivity::project);
  CHECK(f.parameters().vector() == Vector<double>{{1, -2, 3, 0}});
  Vector<double> before;
  CHECK(f.sweep([](const Block&, Index, auto piece) { piece.array() -= 1; }, before));
  CHECK(f.parameters().vector() == Vector<double>{{0, -3, 2, 0}});
  CHECK(f.p() == place);
}

TEST_CASE("a network takes over parameters of the same layout, in another scalar, or none at all", "[networks]") {
  Least<double> f, g(3);
  Least<float> single;
  f.set(Vector<double>{{1, -2, 3, 4}});
  single.assign(f);
  CHECK(single.parameters().vector() == Vector<float>{{1, -2, 3, 4}});
  CHECK_ERROR(g.assign(f), "parameters of the same layout");
  CHECK(g.parameters().vector() == Vector<double>::Zero(5));
  CHECK_ERROR(f.set(Vector<double>::Zero(3)), "a parameter vector of shape 4 x 1");
  CHECK_ERROR(f.set(Vector<double>::Constant(4, -1)), "Proposition 1");
  CHECK(f.parameters().vector() == Vector<double>{{1, -2, 3, 4}});
  f.edit([](auto& w) { w["a"](0) = 1e300; });
  CHECK_ERROR(single.assign(f), "parameters that fit the scalar");
  CHECK(single.parameters().vector() == Vector<float>{{1, -2, 3, 4}});
}
