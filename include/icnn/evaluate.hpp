// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// Networks, functions made of them, and their derivatives; neither solvers nor training.

#include "icnn/functions.hpp"
#include "icnn/networks.hpp"
