// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// learning/: initialization, signals, losses, optimizers, fitting, learning of energies and through the argmin.

#include "icnn/learning/argmin_loss.hpp"
#include "icnn/learning/energy_loss.hpp"
#include "icnn/learning/fit.hpp"
#include "icnn/learning/initialize.hpp"
#include "icnn/learning/lbfgs.hpp"
#include "icnn/learning/learn_argmin.hpp"
#include "icnn/learning/learn_energy.hpp"
#include "icnn/learning/learner.hpp"
#include "icnn/learning/losses.hpp"
#include "icnn/learning/optimizers.hpp"
#include "icnn/learning/output_losses.hpp"
#include "icnn/learning/scaling_of.hpp"
#include "icnn/learning/signal.hpp"
#include "icnn/learning/take_step.hpp"
#include "icnn/learning/training.hpp"
#include "icnn/learning/training_settings.hpp"
