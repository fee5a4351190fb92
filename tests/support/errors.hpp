// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/core/error.hpp>
#include <string>

#include "tests/support/catch.hpp"

namespace icnn::test {

/// The text of the Error that the call throws; fails where it throws none.
template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  FAIL("no Error was thrown");
  return {};
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace icnn::test

/// The call throws an Error whose text holds the part.
#define CHECK_ERROR(call, part)                                              \
  do {                                                                       \
    const std::string message = icnn::test::error_of([&] { (void)(call); }); \
    INFO(message);                                                           \
    CHECK(icnn::test::contains(message, part));                              \
    CHECK(icnn::test::contains(message, "expected"));                        \
    CHECK(icnn::test::contains(message, "got"));                             \
  } while (false)
