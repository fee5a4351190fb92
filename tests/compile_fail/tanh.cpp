// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: Proposition 1: an activation behind W^z must be convex and non-decreasing
// names: Tanh
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#ifdef WELL_FORMED
using Hidden = icnn::Softplus;
#else
using Hidden = icnn::Tanh;
#endif

int main() { return static_cast<int>(icnn::Ficnn<double, Hidden>({.inputs = 2, .hidden = {3, 3}}).depth()); }
