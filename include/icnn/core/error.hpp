// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
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
  [[gnu::cold]] explicit Error(ErrorReport report) : std::invalid_argument(report.text()), report_(std::move(report)) {}
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

/// An ErrorReport on its way to fail(): where it is made, nothing owns anything, and little is compiled.
struct Misuse {
  std::string_view where;
  std::string_view expected;
  std::string_view got;
  std::string_view hint = {};
};

/// Reports a misuse: throws Error, or calls error_handler() and aborts under -fno-exceptions.
[[noreturn, gnu::cold]] inline void fail(const Misuse& misuse) {
  ErrorReport report{std::string(misuse.where), std::string(misuse.expected), std::string(misuse.got),
                     std::string(misuse.hint)};
#if defined(__cpp_exceptions)
  throw Error(std::move(report));
#else
  error_handler()(report);
  std::abort();
#endif
}

namespace detail {

// Messages are for those few who need them: their code is cold, and plain functions, which every user compiles once.

/// A number as %.17g prints it, with a decimal point whatever the program's locale, and without streams, which would be
/// most of a small program.
[[nodiscard, gnu::cold]] inline std::string digits(long long value) { return std::to_string(value); }
[[nodiscard, gnu::cold]] inline std::string digits(unsigned long long value) { return std::to_string(value); }
[[nodiscard, gnu::cold]] inline std::string digits(double value) {
  char text[32];  // 17 digits, a sign, a point and an exponent
  return {text, std::to_chars(text, text + sizeof(text), value, std::chars_format::general, 17).ptr};
}

/// What text() is made of: words, letters and numbers.
[[gnu::cold]] inline void append(std::string& all, std::string_view words) { all += words; }
[[gnu::cold]] inline void append(std::string& all, char letter) { all += letter; }
template <std::integral I>
[[gnu::cold]] void append(std::string& all, I value) {
  using Whole = std::conditional_t<std::is_signed_v<I>, long long, unsigned long long>;
  append(all, digits(static_cast<Whole>(value)));
}
template <class Real>
requires(!std::integral<Real>) && requires(const Real& value) { static_cast<double>(value); }
[[gnu::cold]] void append(std::string& all, const Real& value) { append(all, digits(static_cast<double>(value))); }

/// Its arguments, words and numbers, one after the other.
template <class... Parts>
[[nodiscard, gnu::cold]] std::string text(const Parts&... parts) {
  std::string all;
  (append(all, parts), ...);
  return all;
}

/// "rows x cols", for messages.
[[nodiscard, gnu::cold]] inline std::string shape_text(std::ptrdiff_t rows, std::ptrdiff_t cols) {
  return text(rows, " x ", cols);
}

[[noreturn, gnu::cold]] inline void refuse_shape(std::string_view where, std::string_view what, std::ptrdiff_t rows,
                                                 std::ptrdiff_t cols, std::ptrdiff_t expected_rows,
                                                 std::ptrdiff_t expected_cols, std::string_view hint) {
  const bool lies = rows == expected_cols && cols == expected_rows;
  fail({where, text(what, " of shape ", shape_text(expected_rows, expected_cols)), shape_text(rows, cols),
        lies ? "transpose it" : hint});
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
