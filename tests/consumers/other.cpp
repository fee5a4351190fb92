// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/evaluate.hpp>  // beside a file that includes all

double value_from_elsewhere(const icnn::Ficnn<double, icnn::Softplus>& f) { return f(icnn::Vector<double>::Ones(2).eval()); }
