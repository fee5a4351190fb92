// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// The version, also for the preprocessor; CMake reads it from here, so it is written once.
#define ICNN_VERSION_MAJOR 0
#define ICNN_VERSION_MINOR 1
#define ICNN_VERSION_PATCH 0
