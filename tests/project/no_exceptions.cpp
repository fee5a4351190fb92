// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/icnn.hpp>

/// Compiled with -fno-exceptions -fno-rtti: evaluation, learning and the argmin work, and misuse calls the handler.
double evaluate_without_exceptions() {
  icnn::error_handler() = [](const icnn::ErrorReport&) {};
  const icnn::Picnn<double, icnn::Softplus> f({.context = 2, .inputs = 2, .hidden = {3}, .context_hidden = {3}});
  const icnn::Vector<double> x = icnn::Vector<double>::Ones(2);
  icnn::Vector<double> g(2);
  auto ws = f.workspace();
  return f.gradients(x, x, {.y = g}, ws) + f.at(x)(x) +
         icnn::AnyFicnn<float>({.inputs = 2})(icnn::Vector<float>(x.cast<float>()));
}

double learn_and_minimize_without_exceptions() {
  icnn::Ficnn<double, icnn::Softplus> f({.inputs = 2, .hidden = {3}});
  icnn::initialize(f, icnn::Random(1));
  const icnn::Matrix<double> y = icnn::Matrix<double>::Ones(2, 4);
  const icnn::TrainingResult learnt = icnn::fit(f, y, y.topRows(1));
  return learnt.loss + icnn::argmin(f, icnn::Box::unit(2)).value;
}
