// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: Proposition 1: an activation behind W^z must be convex and non-decreasing
// names: Square
#include <icnn/activations/erased.hpp>
#include <icnn/activations/softplus.hpp>
#include <icnn/activations/square.hpp>

#ifdef WELL_FORMED
using Chosen = icnn::Softplus;
#else
using Chosen = icnn::Square;
#endif

int main() { return icnn::ErasedActivation<double>::behind_weights(Chosen{}).never_decreases() ? 0 : 1; }
