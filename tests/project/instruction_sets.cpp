// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cmath>
#include <cstdio>

#include <icnn/core/error.hpp>

/// Two translation units, compiled for different registers, agree in one program.
struct Answer {
  const char* registers;
  double value, slope;
};

Answer answer_a();
Answer answer_b();
void misuse_a();
void misuse_b();
const void* handler_a();
const void* handler_b();

/// Errors of either are one type, caught here.
bool throws(void (*misuse)()) {
  try {
    misuse();
  } catch (const icnn::Error& error) {
    return error.report().where == "Box";
  }
  return false;
}

int main() {
  const Answer a = answer_a(), b = answer_b();
  std::printf("%s: %.17g %.17g\n%s: %.17g %.17g\n", a.registers, a.value, a.slope, b.registers, b.value, b.slope);
  const bool agree = std::abs(a.value - b.value) < 1e-12 && std::abs(a.slope - b.slope) < 1e-12;
  const bool same_errors = throws(misuse_a) && throws(misuse_b) && handler_a() == handler_b();
  return agree && same_errors ? 0 : 1;
}
