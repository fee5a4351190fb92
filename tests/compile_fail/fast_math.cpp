// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: certificates do not hold under -ffast-math
// names: isa.hpp
// flags: -ffast-math
#include <icnn/evaluate.hpp>

int main() {}
