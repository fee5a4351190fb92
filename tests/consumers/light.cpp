// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cstdio>
#include <icnn/argmin.hpp>

int main() {
  icnn::Ficnn<double, icnn::Softplus> f({.inputs = 2, .hidden = {3}});
  const icnn::Result best = icnn::argmin(f, icnn::Box::unit(2));
  std::printf("minimum %g\n", best.value);
  return best.status == icnn::Status::optimal ? 0 : 1;
}
