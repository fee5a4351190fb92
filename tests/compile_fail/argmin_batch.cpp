// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: one problem at a time
// names: PicnnBatch
#include <icnn/activations/relu.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/networks/picnn_batch.hpp>

int main() {
  const icnn::Picnn<double, icnn::Relu> f({.context = 2});
  const icnn::Matrix<double> x(2, 3);
#ifdef WELL_FORMED
  (void)icnn::argmin(f.at(x.col(0)), icnn::Box::unit(1));
#else
  (void)icnn::argmin(f.at(x), icnn::Box::unit(1));
#endif
}
