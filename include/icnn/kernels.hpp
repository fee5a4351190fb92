// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// kernels/: dense arithmetic on columns.

#include "icnn/kernels/blocked_products.hpp"
#include "icnn/kernels/elementwise.hpp"
#include "icnn/kernels/fixed_products.hpp"
#include "icnn/kernels/functions.hpp"
#include "icnn/kernels/lane_products.hpp"
#include "icnn/kernels/pack.hpp"
#include "icnn/kernels/portable_products.hpp"
#include "icnn/kernels/products.hpp"
#include "icnn/kernels/register_tiles.hpp"
#include "icnn/kernels/transposed_products.hpp"
#include "icnn/kernels/vectors.hpp"
