// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// For programs without a heap, exceptions or RTTI: networks whose sizes are in the type and whose weights lie in an array,
/// their values, derivatives and certified argmin.
#include "icnn/core/push_macros.hpp"

#include "icnn/activations.hpp"
#include "icnn/inference/argmin_of_view.hpp"
#include "icnn/networks/ficnn_view.hpp"
#include "icnn/networks/picnn_view.hpp"

#include "icnn/core/pop_macros.hpp"
