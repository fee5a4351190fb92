// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: this set cannot be projected onto
// names: argmin
#include <icnn/activations/relu.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/sets/polyhedron.hpp>

int main() {
  const icnn::Ficnn<double, icnn::Relu> f;
#ifdef WELL_FORMED
  (void)icnn::argmin(f, icnn::Box::unit(1));
#else
  (void)icnn::argmin(f, icnn::Polyhedron(icnn::Box::unit(1), {}, {}));
#endif
}
