// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#define ICNN_INSTANTIATE
#include "tests/support/instantiations.hpp"
