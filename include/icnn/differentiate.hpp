// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// Derivatives of the argmin, and all that they need: icnn/argmin.hpp and more.

#include "icnn/core/push_macros.hpp"

#include "icnn/argmin.hpp"
#include "icnn/differentiation.hpp"

#include "icnn/core/pop_macros.hpp"
