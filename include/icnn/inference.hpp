// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// inference/: argmin of networks, with certificates.

#include "icnn/inference/argmin.hpp"
#include "icnn/inference/argmin_batch.hpp"
#include "icnn/inference/argmin_of_view.hpp"
#include "icnn/inference/ball_dual.hpp"
#include "icnn/inference/choose_method.hpp"
#include "icnn/inference/column_model.hpp"
#include "icnn/inference/combined_models.hpp"
#include "icnn/inference/conjugate.hpp"
#include "icnn/inference/entropy.hpp"
#include "icnn/inference/find_multipliers.hpp"
#include "icnn/inference/gated_maps.hpp"
#include "icnn/inference/impute.hpp"
#include "icnn/inference/layer_bounds.hpp"
#include "icnn/inference/linear_program.hpp"
#include "icnn/inference/lockstep.hpp"
#include "icnn/inference/maximum_model.hpp"
#include "icnn/inference/method_rooms.hpp"
#include "icnn/inference/minimize.hpp"
#include "icnn/inference/model.hpp"
#include "icnn/inference/network_evaluation.hpp"
#include "icnn/inference/network_folding.hpp"
#include "icnn/inference/network_model.hpp"
#include "icnn/inference/output_term_bounds.hpp"
#include "icnn/inference/parts_models.hpp"
#include "icnn/inference/quadratic_bounds.hpp"
#include "icnn/inference/substituted_models.hpp"
#include "icnn/inference/tracker.hpp"
#include "icnn/inference/verify.hpp"
#include "icnn/inference/write_mps.hpp"
