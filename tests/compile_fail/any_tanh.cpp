// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: this set of activations does not hold that one
// names: Proposition 1
#include <icnn/evaluate.hpp>

int main() {
#ifdef WELL_FORMED
  const icnn::AnyFicnn<double> f({.inputs = 2, .hidden = {3}}, icnn::Softplus{});
#else
  const icnn::AnyFicnn<double> f({.inputs = 2, .hidden = {3}}, icnn::Tanh{});
#endif
}
