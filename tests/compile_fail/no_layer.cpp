// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: a network has at least one layer: the output layer, of width 1
// names: layer
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#ifdef WELL_FORMED
using Net = icnn::FicnnOf<double, icnn::Inputs<2>, icnn::Dense<1>>;
#else
using Net = icnn::FicnnOf<double, icnn::Inputs<2>>;
#endif

int main() { return static_cast<int>(Net().depth()); }
