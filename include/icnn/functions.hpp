// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// functions/: what every convex function is, and functions made from functions.

#include "icnn/functions/affine_substitution.hpp"
#include "icnn/functions/batches.hpp"
#include "icnn/functions/combinator.hpp"
#include "icnn/functions/convex_function.hpp"
#include "icnn/functions/maximum.hpp"
#include "icnn/functions/parts.hpp"
#include "icnn/functions/precomposed.hpp"
#include "icnn/functions/regularized.hpp"
#include "icnn/functions/restricted.hpp"
#include "icnn/functions/standardized.hpp"
#include "icnn/functions/sum.hpp"
#include "icnn/functions/workspace.hpp"
