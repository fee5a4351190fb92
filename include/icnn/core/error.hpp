// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <sstream>  // and with it std::locale
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

  [[nodiscard, gnu::cold]] std::string text() const {
    std::string message = "icnn: ";
    message.append(where).append(": expected ").append(expected).append(", got ").append(got);
    if (!hint.empty()) message.append(". Hint: ").append(hint);
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
[[noreturn, gnu::cold]] inline void fail(ErrorReport report) {
#if defined(__cpp_exceptions)
  throw Error(std::move(report));
#else
  error_handler()(report);
  std::abort();
#endif
}

namespace detail {

// Messages are for those few who need them: their code is cold, and plain functions, which every user compiles once.

/// A number as a stream prints it, with a decimal point whatever the program's locale.
[[nodiscard, gnu::cold]] inline std::string digits(double value) {
  std::ostringstream stream;
  stream.imbue(std::locale::classic());
  stream.precision(17);
  stream << value;
  return stream.str();
}

/// What text() is made of: words, letters and numbers.
struct Words {
  Words(std::string_view text) : words(text) {}
  Words(const char* text) : words(text) {}
  Words(const std::string& text) : words(text) {}
  Words(char letter) : words(1, letter) {}
  template <std::integral I>
  Words(I value) : words(std::to_string(value)) {}
  template <class Real>
  requires(!std::integral<Real>) && requires(const Real& value) { static_cast<double>(value); }
  Words(const Real& value) : words(digits(static_cast<double>(value))) {}
  std::string words;
};

[[nodiscard, gnu::cold]] inline std::string joined(std::initializer_list<Words> parts) {
  std::string all;
  for (const Words& part : parts) all += part.words;
  return all;
}

/// Its arguments, words and numbers, one after the other.
template <class... Parts>
[[nodiscard, gnu::cold]] std::string text(const Parts&... parts) {
  return joined({Words(parts)...});
}

/// "rows x cols", for messages.
[[nodiscard, gnu::cold]] inline std::string shape_text(std::ptrdiff_t rows, std::ptrdiff_t cols) {
  return text(rows, " x ", cols);
}

[[noreturn, gnu::cold]] inline void refuse_shape(std::string_view where, std::string_view what, std::ptrdiff_t rows,
                                                 std::ptrdiff_t cols, std::ptrdiff_t expected_rows,
                                                 std::ptrdiff_t expected_cols, std::string_view hint) {
  const bool lies = rows == expected_cols && cols == expected_rows;
  fail({std::string(where), text(what, " of shape ", shape_text(expected_rows, expected_cols)), shape_text(rows, cols),
        lies ? "transpose it" : std::string(hint)});
}

}  // namespace detail

/// Refuses a shape; the good path costs two comparisons.
inline void require_shape(std::string_view where, std::string_view what, std::ptrdiff_t rows, std::ptrdiff_t cols,
                          std::ptrdiff_t expected_rows, std::ptrdiff_t expected_cols, std::string_view hint = {}) {
  if (rows == expected_rows && cols == expected_cols) [[likely]]
    return;
  detail::refuse_shape(where, what, rows, cols, expected_rows, expected_cols, hint);
}

}  // namespace icnn::inline ICNN_ISA
