// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: a function to minimize is a network at a context, or callable as f(y, gradient) -> value
// names: a network at a context
#include <icnn/argmin.hpp>
#include <icnn/networks/feed_forward.hpp>

int main() {
#ifdef WELL_FORMED
  (void)icnn::argmin(icnn::Ficnn<double, icnn::Relu>({.inputs = 2}), icnn::Box::unit(2));
#else
  (void)icnn::argmin(icnn::FeedForward<double, icnn::Relu>({.inputs = 2, .outputs = 1}), icnn::Box::unit(2));
#endif
}
