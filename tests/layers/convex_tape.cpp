// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/layers/convex_tape.hpp>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("a tape has room for Hessians and for pre-activations where somebody asks for it", "[layers]") {
  ConvexTape<double, Dynamic, Dynamic, Dynamic, Dynamic> with(3, 5, 10, 2, true), without(3, 5, 0, 2, false);
  CHECK((with.z.rows() == 5 && with.z.cols() == 2 && with.delta.rows() == 5 && with.base.cols() == 2));
  CHECK((with.jacobian.rows() == 5 && with.jacobian.cols() == 3 && with.scaled.rows() == 5));
  CHECK((without.z.rows() == 5 && without.jacobian.size() == 0 && without.scaled.size() == 0));
  CHECK((with.quadratic.t.rows() == 10 && with.quadratic.jacobian.rows() == 10 && with.quadratic.curvature.rows() == 5));
  CHECK((without.quadratic.t.size() == 0 && without.quadratic.curvature.size() == 0));
  CHECK((!with.keeps_arguments && with.s.size() == 0));
  with.keep_arguments();
  CHECK((with.keeps_arguments && with.s.rows() == 5 && with.s.cols() == 2));
  ConvexTape<double, 3, 5, 0, 1> fixed(3, 5, 0, 1, false);  // sizes in the type are there anyway
  CHECK((fixed.jacobian.rows() == 5 && !fixed.keeps_arguments));
  fixed.keep_arguments();
  CHECK(fixed.keeps_arguments);
}
