// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

namespace icnn::test {

/// Set in main(): what runs before is not ours, and has its memory from an array.
extern bool malloc_aborts;

}  // namespace icnn::test
