// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: deleted
// names: at
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

int main() {
  icnn::Picnn<double, icnn::Relu> f({.context = 2});
  const icnn::Matrix<double> x(2, 3);
#ifdef WELL_FORMED
  (void)f;
#else
  (void)icnn::Picnn<double, icnn::Relu>({.context = 2}).at(x);  // would dangle
#endif
}
