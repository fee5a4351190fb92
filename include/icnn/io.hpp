// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// io/: networks and trainings in files, as safetensors, and matrices as .npy. Needs nlohmann-json (its header,
/// nlohmann/json.hpp), which nothing else in the library does: icnn/icnn.hpp leaves this out.

#include "icnn/core/push_macros.hpp"

#include "icnn/io/activation_text.hpp"
#include "icnn/io/choice_text.hpp"
#include "icnn/io/header.hpp"
#include "icnn/io/load.hpp"
#include "icnn/io/named_tensors.hpp"
#include "icnn/io/network_text.hpp"
#include "icnn/io/npy.hpp"
#include "icnn/io/parity.hpp"
#include "icnn/io/replace_file.hpp"
#include "icnn/io/safetensors.hpp"
#include "icnn/io/save.hpp"
#include "icnn/io/stored_network.hpp"
#include "icnn/io/tensor_file.hpp"
#include "icnn/io/training_file.hpp"

#include "icnn/core/pop_macros.hpp"
