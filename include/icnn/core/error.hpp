// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstdio>
#include <cstdlib>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "icnn/core/isa.hpp"

/// One of each in a program, whatever registers its files are compiled for: who catches Error catches all of them.
namespace icnn {

/// What a misuse report says: where it was noticed, what was expected, what came, and what to do.
struct ErrorReport {
  std::string where;
  std::string expected;
  std::string got;
  std::string hint = {};

  [[nodiscard]] std::string text() const {
    std::string message = "icnn: " + where + ": expected " + expected + ", got " + got;
    if (!hint.empty()) message += ". Hint: " + hint;
    return message;
  }
};

/// Thrown on misuse: bad shapes, settings, parameters. The object that refuses is left as it was.
/// Numerical trouble is never an exception.
class Error : public std::invalid_argument {
 public:
  explicit Error(ErrorReport report) : std::invalid_argument(report.text()), report_(std::move(report)) {}
  [[nodiscard]] const ErrorReport& report() const noexcept { return report_; }

 private:
  ErrorReport report_;
};

/// Called in place of a throw where exceptions are switched off; must not return (the program aborts if it does).
using ErrorHandler = void (*)(const ErrorReport&);

/// The process-wide handler; assign to replace it, before threads start.
inline ErrorHandler& error_handler() noexcept {
  static ErrorHandler handler = [](const ErrorReport& report) { std::fprintf(stderr, "%s\n", report.text().c_str()); };
  return handler;
}

}  // namespace icnn

namespace icnn::inline ICNN_ISA {

/// Reports a misuse: throws Error, or calls error_handler() and aborts under -fno-exceptions.
[[noreturn]] inline void fail(ErrorReport report) {
#if defined(__cpp_exceptions)
  throw Error(std::move(report));
#else
  error_handler()(report);
  std::abort();
#endif
}

namespace detail {

/// Joins its arguments as a stream would print them, with a decimal point whatever the program's locale.
template <class... Parts>
[[nodiscard]] std::string text(const Parts&... parts) {
  std::ostringstream stream;
  stream.imbue(std::locale::classic());
  stream.precision(17);
  (stream << ... << parts);
  return stream.str();
}

/// "rows x cols", for messages.
template <class Rows, class Cols>
[[nodiscard]] std::string shape_text(Rows rows, Cols cols) {
  return text(rows, " x ", cols);
}

}  // namespace detail

/// Refuses a shape; the good path costs two comparisons.
template <class I>
void require_shape(std::string_view where, std::string_view what, I rows, I cols, I expected_rows, I expected_cols,
                   std::string_view hint = {}) {
  if (rows == expected_rows && cols == expected_cols) [[likely]]
    return;
  const bool lies = rows == expected_cols && cols == expected_rows;
  fail({std::string(where), detail::text(what, " of shape ", detail::shape_text(expected_rows, expected_cols)),
        detail::shape_text(rows, cols), lies ? "transpose it" : std::string(hint)});
}

}  // namespace icnn::inline ICNN_ISA
