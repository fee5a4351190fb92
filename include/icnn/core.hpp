// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// core/: the vocabulary: types, errors, parameters, random numbers, observers.

#include "icnn/core/audit.hpp"
#include "icnn/core/error.hpp"
#include "icnn/core/isa.hpp"
#include "icnn/core/layout.hpp"
#include "icnn/core/lifetime.hpp"
#include "icnn/core/observer.hpp"
#include "icnn/core/parallel.hpp"
#include "icnn/core/parameterized.hpp"
#include "icnn/core/parameters.hpp"
#include "icnn/core/random.hpp"
#include "icnn/core/sparse.hpp"
#include "icnn/core/types.hpp"
#include "icnn/core/version.hpp"
#include "icnn/core/view.hpp"
