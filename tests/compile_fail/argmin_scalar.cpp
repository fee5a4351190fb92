// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: argmin certifies functions in float and in double
// names: long double
#include <icnn/activations/relu.hpp>
#include <icnn/inference/argmin.hpp>

int main() {
#ifdef WELL_FORMED
  (void)icnn::argmin(icnn::Ficnn<float, icnn::Relu>(), icnn::Box::unit(1));
#else
  (void)icnn::argmin(icnn::Ficnn<long double, icnn::Relu>(), icnn::Box::unit(1));
#endif
}
