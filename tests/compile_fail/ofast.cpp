// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: certificates do not hold under -ffast-math
// names: isa.hpp
// flags: -Ofast
#include <icnn/evaluate.hpp>

int main() {}
