// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/error.hpp>
#include <locale>
#include <sstream>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("an error says where, what was expected, what came, and what to do", "[core]") {
  const Error error({"here", "three", "four", "count again"});
  CHECK(std::string(error.what()) == "icnn: here: expected three, got four. Hint: count again");
  CHECK(error.report().got == "four");
  CHECK(ErrorReport{"here", "three", "four"}.text() == "icnn: here: expected three, got four");
  CHECK_ERROR(fail({"a", "b", "c"}), "icnn: a: expected b, got c");
}

TEST_CASE("shapes are compared exactly", "[core]") {
  CHECK_NOTHROW(require_shape("f", "a matrix", 2, 3, 2, 3));
  CHECK_ERROR(require_shape("f", "a matrix", 3, 1, 1, 3, "something else"), "got 3 x 1. Hint: transpose it");
  CHECK_ERROR(require_shape("f", "a matrix", 3, 1, 2, 1, "something else"), "got 3 x 1. Hint: something else");
  CHECK_ERROR(require_shape("f", "a matrix", 2, 3, 3, 2, "transpose it"),
              "a matrix of shape 3 x 2, got 2 x 3. Hint: transpose it");
}

namespace {

/// As in a German program.
struct Comma : std::numpunct<char> {
  [[nodiscard]] char do_decimal_point() const override { return ','; }
  [[nodiscard]] char do_thousands_sep() const override { return '.'; }
  [[nodiscard]] std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("messages have decimal points whatever the program's locale", "[core]") {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
  const std::string text = detail::text(-1234.5, " of ", 1234567);
  std::ostringstream control;
  control << -1234.5;
  std::locale::global(before);
  CHECK(text == "-1234.5 of 1234567");
  CHECK(control.str() == "-1.234,5");
}

TEST_CASE("the handler can be replaced", "[core]") {
  const ErrorHandler before = error_handler();
  error_handler() = [](const ErrorReport&) {};
  CHECK(error_handler() != before);
  error_handler() = before;
}
