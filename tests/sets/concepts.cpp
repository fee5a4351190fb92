// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/concepts.hpp>

#include "tests/support/sets.hpp"

using namespace icnn;

namespace {

struct NegativeOrthant {  // a user's set: dimension() and project() are enough
  Index n;
  [[nodiscard]] Index dimension() const { return n; }
  void project(PointRef y) const { y = y.cwiseMin(0.0); }
};
struct NoProjection {
  [[nodiscard]] static Index dimension() { return 1; }
};

}  // namespace

TEST_CASE("a set of the user's needs a dimension and a projection", "[sets]") {
  CHECK(ProjectableSet<NegativeOrthant>);
  CHECK_FALSE(LinearlyMinimizableSet<NegativeOrthant>);
  CHECK_FALSE(ProjectableSet<NoProjection>);
  test::check_set(NegativeOrthant{4}, 1);
  Vector<double> h(4);
  detail::extents(NegativeOrthant{4}, h);
  CHECK(h.minCoeff() == infinity);
}
