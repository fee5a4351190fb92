// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// learning/: initialisation, losses, optimisers, fitting, energy learning.

#include "icnn/learning/energy_loss.hpp"
#include "icnn/learning/fit.hpp"
#include "icnn/learning/initialize.hpp"
#include "icnn/learning/learn_energy.hpp"
#include "icnn/learning/losses.hpp"
#include "icnn/learning/optimisers.hpp"
#include "icnn/learning/training.hpp"
