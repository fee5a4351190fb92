// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// differentiation/: derivatives of the argmin, of the minimum and of conjugates.

#include "icnn/differentiation/argmin_derivative.hpp"
#include "icnn/differentiation/argmin_surrogate.hpp"
#include "icnn/differentiation/conjugate_derivative.hpp"
#include "icnn/differentiation/derivative_status.hpp"
#include "icnn/differentiation/find_kkt_point.hpp"
#include "icnn/differentiation/kkt_point.hpp"
