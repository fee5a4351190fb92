// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/parallel.hpp>
#include <vector>

#include "tests/support/catch.hpp"

using namespace icnn;

TEST_CASE("every piece of parallel work is done once", "[core]") {
  for (const Index count : {0, 1, 2, 9}) {
    std::vector<int> done(static_cast<std::size_t>(count));
    in_parallel(count, [&](Index i) { ++done[static_cast<std::size_t>(i)]; });
    for (const int times : done) CHECK(times == 1);
  }
}
