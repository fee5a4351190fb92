// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/icnn.hpp>

/// What both translation units do with types of their own; only numbers cross.
struct Answer {
  const char* registers;
  double value, slope;
};

#define ICNN_TEXT_OF(name) #name
#define ICNN_TEXT(name) ICNN_TEXT_OF(name)

inline namespace ICNN_ISA {

inline Answer evaluate() {
  icnn::Ficnn<double, icnn::Softplus> f({.inputs = 3, .hidden = {20, 20}});
  icnn::initialize(f, icnn::Random(1));
  const icnn::Vector<double> y = icnn::Vector<double>::Constant(3, 0.3);
  return {ICNN_TEXT(ICNN_ISA), f(y), f.gradient(y).sum()};
}

/// Throws.
inline void misuse() { icnn::Box(icnn::Vector<double>::Ones(1), icnn::Vector<double>::Zero(1)); }

}  // namespace ICNN_ISA
