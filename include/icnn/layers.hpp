// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// layers/: one step of a network, with its passes.

#include "icnn/layers/affine_map.hpp"
#include "icnn/layers/convex_tape.hpp"
#include "icnn/layers/dense_map.hpp"
#include "icnn/layers/feed_forward_layer.hpp"
#include "icnn/layers/ficnn_layer.hpp"
#include "icnn/layers/gates.hpp"
#include "icnn/layers/output_term.hpp"
#include "icnn/layers/picnn_layer.hpp"
#include "icnn/layers/quadratic_map.hpp"
#include "icnn/layers/sparse_map.hpp"
#include "icnn/layers/wanted.hpp"
