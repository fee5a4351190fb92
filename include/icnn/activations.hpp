// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// activations/: the activations and their properties.

#include "icnn/activations/absolute_value.hpp"
#include "icnn/activations/any.hpp"
#include "icnn/activations/celu.hpp"
#include "icnn/activations/elu.hpp"
#include "icnn/activations/erased.hpp"
#include "icnn/activations/identity.hpp"
#include "icnn/activations/leaky_relu.hpp"
#include "icnn/activations/properties.hpp"
#include "icnn/activations/relu.hpp"
#include "icnn/activations/sigmoid.hpp"
#include "icnn/activations/smooth_relu.hpp"
#include "icnn/activations/softened.hpp"
#include "icnn/activations/softplus.hpp"
#include "icnn/activations/square.hpp"
#include "icnn/activations/squared_leaky_relu.hpp"
#include "icnn/activations/tanh.hpp"
