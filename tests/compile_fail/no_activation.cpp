// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: name an activation
// names: Ficnn<double, Softplus>
#include <icnn/evaluate.hpp>

int main() {
#ifdef WELL_FORMED
  const icnn::Ficnn<double, icnn::Softplus> f({.inputs = 2});
#else
  const icnn::Ficnn<double> f({.inputs = 2});
#endif
}
