// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "tests/project/instruction_set.hpp"

Answer answer_a() { return evaluate(); }
void misuse_a() { misuse(); }
const void* handler_a() { return &icnn::error_handler(); }
