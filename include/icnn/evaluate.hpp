// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// Networks, functions made of them, and their derivatives; neither solvers nor training.

#include "icnn/core/push_macros.hpp"

#include "icnn/functions.hpp"
#include "icnn/networks.hpp"

#include "icnn/core/pop_macros.hpp"
