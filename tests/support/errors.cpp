// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cstdlib>

#include "tests/support/errors.hpp"

namespace icnn::test {

void check_message(const std::string& message, const std::string& part) {
  INFO(message);
  CHECK(contains(message, part));
  CHECK(contains(message, "expected"));
  CHECK(contains(message, "got"));
}

void miss_error(const std::string& call) {
  FAIL("no Error was thrown by " << call);
  std::abort();  // which nothing reaches
}

}  // namespace icnn::test
