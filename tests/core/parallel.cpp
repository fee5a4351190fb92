// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/parallel.hpp>
#include <stdexcept>
#include <string>
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

TEST_CASE("what parallel work throws comes out, of several the least", "[core]") {
  for (const Index first : {0, 2}) {
    std::string said;
    try {
      in_parallel(4, [&](Index i) {
        if (i >= first) throw std::runtime_error(std::to_string(i));
      });
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    CHECK(said == std::to_string(first));
  }
}
