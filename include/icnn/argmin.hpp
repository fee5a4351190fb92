// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// Certified minimization over sets, and all that it needs: icnn/evaluate.hpp and more.

#include "icnn/core/push_macros.hpp"

#include "icnn/evaluate.hpp"
#include "icnn/inference.hpp"
#include "icnn/sets.hpp"

#include "icnn/core/pop_macros.hpp"
