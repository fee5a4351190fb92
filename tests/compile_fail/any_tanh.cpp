// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: this network does not take that activation
// names: Proposition 1
#include <icnn/evaluate.hpp>

int main() {
#ifdef WELL_FORMED
  const icnn::AnyFicnn<double> f({.inputs = 2, .hidden = {3}}, icnn::Softplus{});
#else
  const icnn::AnyFicnn<double> f({.inputs = 2, .hidden = {3}}, icnn::Tanh{});
#endif
}
