// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/core/error.hpp>
#include <string>

#include "tests/support/catch.hpp"

namespace icnn::test {

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The text of an Error has the part, and says what was expected and what came. Compiled once, not where it is called.
void check_message(const std::string& message, const std::string& part);
[[noreturn]] void miss_error(const std::string& call);  ///< fails: there was none

}  // namespace icnn::test

/// The call throws an Error whose text holds the part. (No lambda around it: six hundred of them are six hundred types.)
#define CHECK_ERROR(call, part)                               \
  do {                                                        \
    try {                                                     \
      (void)(call);                                           \
      icnn::test::miss_error(#call);                          \
    } catch (const icnn::Error& thrown_by_call) {             \
      icnn::test::check_message(thrown_by_call.what(), part); \
    }                                                         \
  } while (false)
