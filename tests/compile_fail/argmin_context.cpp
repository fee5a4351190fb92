// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: put the network at a context
// names: Picnn
#include <icnn/activations/relu.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/networks/picnn.hpp>

int main() {
  const icnn::Picnn<double, icnn::Relu> f({.context = 2});
#ifdef WELL_FORMED
  (void)icnn::argmin(f.at(icnn::Vector<double>(icnn::Vector<double>::Ones(2))), icnn::Box::unit(1));
#else
  (void)icnn::argmin(f, icnn::Box::unit(1));
#endif
}
