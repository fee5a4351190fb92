// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/icnn.hpp>

/// Compiled with -fno-exceptions -fno-rtti: evaluation works, and misuse calls the handler.
double evaluate_without_exceptions() {
  icnn::error_handler() = [](const icnn::ErrorReport&) {};
  const icnn::Picnn<double, icnn::Softplus> f({.context = 2, .inputs = 2, .hidden = {3}, .context_hidden = {3}});
  const icnn::Vector<double> x = icnn::Vector<double>::Ones(2);
  icnn::Vector<double> g(2);
  auto ws = f.workspace();
  return f.gradients(x, x, {.y = g}, ws) + f.at(x)(x) +
         icnn::AnyFicnn<float>({.inputs = 2})(icnn::Vector<float>(x.cast<float>()));
}
