// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cmath>
#include <cstdio>

/// Two translation units, compiled for different registers, agree in one program.
struct Answer {
  const char* registers;
  double value, slope;
};

Answer answer_a();
Answer answer_b();

int main() {
  const Answer a = answer_a(), b = answer_b();
  std::printf("%s: %.17g %.17g\n%s: %.17g %.17g\n", a.registers, a.value, a.slope, b.registers, b.value, b.slope);
  const bool agree = std::abs(a.value - b.value) < 1e-12 && std::abs(a.slope - b.slope) < 1e-12;
  return agree ? 0 : 1;
}
