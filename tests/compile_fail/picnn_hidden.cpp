// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: Proposition 1: an activation behind W^z must be convex and non-decreasing
// names: Sigmoid
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#ifdef WELL_FORMED
using Net = icnn::Picnn<double, icnn::Softplus, icnn::Sigmoid>;
#else
using Net = icnn::Picnn<double, icnn::Sigmoid, icnn::Softplus>;
#endif

int main() { return static_cast<int>(Net({.context = 1, .inputs = 2, .hidden = {3, 3}, .context_hidden = {3, 3}}).depth()); }
