// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cstdio>
#include <icnn/icnn.hpp>

double value_from_elsewhere(const icnn::Ficnn<double, icnn::Softplus>& f);

int main() {
  icnn::Ficnn<double, icnn::Softplus> f({.inputs = 2, .hidden = {3}});
  f.edit([](auto& weights) { weights.vector().setConstant(0.5); });
  const double here = f(icnn::Vector<double>::Ones(2).eval());
  const icnn::Result best = icnn::argmin(f, icnn::Box::unit(2));
  std::printf("icnn %d.%d.%d: %g %g, minimum %g\n", ICNN_VERSION_MAJOR, ICNN_VERSION_MINOR, ICNN_VERSION_PATCH, here,
              value_from_elsewhere(f), best.value);
  return here == value_from_elsewhere(f) && best.y.isZero() ? 0 : 1;
}
