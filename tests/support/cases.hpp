// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstdlib>
#include <string_view>

namespace icnn::test {

/// How many cases a property suite tries: `full` with ICNN_TESTS=full in the environment, as `tests/run full` sets it,
/// `usual` without, and `few` in builds that are slow, not different (sanitizers, no optimization).
[[nodiscard]] inline int cases(int full, int usual, [[maybe_unused]] int few) {
#ifdef ICNN_FEWER_CASES
  static_cast<void>(full);
  static_cast<void>(usual);
  return few;
#else
  const char* wanted = std::getenv("ICNN_TESTS");
  return wanted != nullptr && std::string_view(wanted) == "full" ? full : usual;
#endif
}

}  // namespace icnn::test
