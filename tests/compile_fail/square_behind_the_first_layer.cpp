// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: one that is only convex may stand in the first layer
// names: Square
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#ifdef WELL_FORMED
using Net = icnn::Ficnn<double, icnn::Softplus, icnn::Square>;
#else
using Net = icnn::Ficnn<double, icnn::Square>;
#endif

int main() { return static_cast<int>(Net({.inputs = 2, .hidden = {3, 3}}).depth()); }
