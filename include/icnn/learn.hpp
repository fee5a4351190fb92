// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// Training, and all that it needs: icnn/differentiate.hpp and more.

#include "icnn/core/push_macros.hpp"

#include "icnn/differentiate.hpp"
#include "icnn/learning.hpp"

#include "icnn/core/pop_macros.hpp"
