// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// Compiled with -O2 for AVX2 and -Werror, nothing more: with its sizes in the type g++ looks into every loop of a network.
#include <icnn/evaluate.hpp>

using namespace icnn;
using Network = FicnnOf<double, Inputs<6>, Dense<16, Softplus>, Dense<16, Softplus>, Dense<1>>;

Matrix<double> hessian_of(const Network& f, const Vector<double>& y) { return f.hessian(y); }
