// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// inference/: argmin of networks, with certificates.

#include "icnn/inference/argmin.hpp"
#include "icnn/inference/choose_method.hpp"
#include "icnn/inference/conjugate.hpp"
#include "icnn/inference/entropy.hpp"
#include "icnn/inference/function_oracle.hpp"
#include "icnn/inference/minimize.hpp"
#include "icnn/inference/minorant.hpp"
#include "icnn/inference/rounding.hpp"
#include "icnn/inference/twin.hpp"
#include "icnn/inference/verify.hpp"
