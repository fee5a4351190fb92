// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: Proposition 1: an activation behind W^z must be convex and non-decreasing
// names: AbsoluteValue
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#ifdef WELL_FORMED
using Net = icnn::Ficnn<double, icnn::Relu, icnn::Relu, icnn::Relu>;
#else
using Net = icnn::Ficnn<double, icnn::Relu, icnn::Relu, icnn::AbsoluteValue>;
#endif

int main() { return static_cast<int>(Net({.inputs = 2, .hidden = {3}}).depth()); }
