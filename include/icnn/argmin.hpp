// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// Certified minimization over sets, and all that it needs: icnn/evaluate.hpp and more. Batches of problems, imputation and
/// export have headers of their own in icnn/inference/, which icnn/icnn.hpp includes.

#include "icnn/core/push_macros.hpp"

#include "icnn/evaluate.hpp"
#include "icnn/inference/argmin.hpp"
#include "icnn/inference/conjugate.hpp"
#include "icnn/inference/tracker.hpp"
#include "icnn/inference/verify.hpp"
#include "icnn/sets.hpp"

#include "icnn/core/pop_macros.hpp"
