// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// sets/: constraint sets.

#include "icnn/sets/affine.hpp"
#include "icnn/sets/ball.hpp"
#include "icnn/sets/box.hpp"
#include "icnn/sets/concepts.hpp"
#include "icnn/sets/constraints.hpp"
#include "icnn/sets/half_space.hpp"
#include "icnn/sets/polyhedron.hpp"
#include "icnn/sets/product.hpp"
#include "icnn/sets/simplex.hpp"
#include "icnn/sets/to_polyhedron.hpp"
#include "icnn/sets/whole_space.hpp"
