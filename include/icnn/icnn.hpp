// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// All of icnn: input convex neural networks, exact derivatives, certified minimization, training. Smaller parts, which
/// compile faster: icnn/evaluate.hpp, icnn/argmin.hpp, icnn/differentiate.hpp, icnn/learn.hpp; names alone: icnn/fwd.hpp.

#include "icnn/core/push_macros.hpp"

#include "icnn/activations.hpp"
#include "icnn/core.hpp"
#include "icnn/differentiation.hpp"
#include "icnn/functions.hpp"
#include "icnn/inference.hpp"
#include "icnn/kernels.hpp"
#include "icnn/layers.hpp"
#include "icnn/learning.hpp"
#include "icnn/networks.hpp"
#include "icnn/sets.hpp"
#include "icnn/solvers.hpp"

#include "icnn/core/pop_macros.hpp"
