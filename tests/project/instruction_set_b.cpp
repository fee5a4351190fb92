// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "tests/project/instruction_set.hpp"

Answer answer_b() { return evaluate(); }
void misuse_b() { misuse(); }
const void* handler_b() { return &icnn::error_handler(); }
