// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: this set cannot be projected onto
// names: argmin
#include <icnn/activations/relu.hpp>
#include <icnn/inference/argmin.hpp>

/// It knows its dimension, but not how to project.
struct NoProjection {
  [[nodiscard]] icnn::Index dimension() const { return 1; }
};

int main() {
  const icnn::Ficnn<double, icnn::Relu> f;
#ifdef WELL_FORMED
  (void)icnn::argmin(f, icnn::Box::unit(1));
#else
  (void)icnn::argmin(f, NoProjection{});
#endif
}
